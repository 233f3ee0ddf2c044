import type { Controller, EncapProperty, Sample } from '../model/action.ts';
import { portFrom16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { ActionDecoder, ActionDecoders } from './action-frame.ts';
import { BUNDLE_ALGORITHMS, HASH_FIELDS, MULTIPATH_ALGORITHMS, PACKET_IN_REASONS } from './nicira-names.ts';
import { readProperties } from './property.ts';
import {
  checkDestination,
  checkSource,
  readFieldHeader,
  readShortHeader,
  readStartWidth,
  subfield,
} from './subfield.ts';

/** NXM_OF_IN_PORT: the only kind of member that bundles have. */
export const MEMBER_TYPE_IN_PORT = 0x00000002;
export const MAX_BUNDLE_MEMBERS = 2048;

function badArgument(reader: Reader, why: string): Error {
  return decodeError('OFPBAC_BAD_ARGUMENT', reader.offset, why);
}

function named<T>(reader: Reader, table: readonly T[], value: number, what: string): T {
  const name = table[value];
  if (name === undefined) throw badArgument(reader, `${what} ${value} is unknown`);
  return name;
}

function mustBeZero(reader: Reader, length: number): void {
  for (let left = length; left > 0; left--) {
    if (reader.u8() !== 0) throw decodeError('NXBRC_MUST_BE_ZERO', reader.offset - 1, 'a reserved byte is not zero');
  }
}

function resubmit(reader: Reader, ct: boolean): ReturnType<ActionDecoder> {
  const port = portFrom16(reader.u16());
  const table = reader.u8();
  if (!reader.restIsZero()) throw badArgument(reader, 'padding is not zero');
  return {
    type: 'resubmit',
    ...(port === 0xfffffff8 ? {} : { in_port: port }),
    ...(table === 0xff ? {} : { table }),
    ...(ct ? { ct } : {}),
  };
}

function bundle(reader: Reader, load: boolean): ReturnType<ActionDecoder> {
  const algorithm = named(reader, BUNDLE_ALGORITHMS, reader.u16(), 'algorithm');
  const fields = named(reader, HASH_FIELDS, reader.u16(), 'hash fields');
  const basis = reader.u16();
  if (reader.u32() !== MEMBER_TYPE_IN_PORT) throw badArgument(reader, 'members must be ports');
  const count = reader.u16();
  if (count > MAX_BUNDLE_MEMBERS) throw badArgument(reader, `${count} members are too many`);
  const bits = reader.u16();
  const at = reader.offset;
  const { start, width } = readStartWidth(bits);
  const dst = load ? checkDestination(subfield(readShortHeader(reader), start, width), at) : undefined;
  if (dst === undefined && (bits !== 0 || reader.u32() !== 0))
    throw badArgument(reader, 'reserved fields are not zero');
  if (dst !== undefined && dst.width < 16) throw badArgument(reader, 'bundle_load needs at least 16 bits');
  if (reader.u32() !== 0) throw badArgument(reader, 'reserved fields are not zero');
  if (reader.left < 2 * count) throw decodeError('OFPBAC_BAD_LEN', reader.offset, `${count} members do not fit`);
  const members = Array.from({ length: count }, () => portFrom16(reader.u16()));
  return { type: 'bundle', fields, basis, algorithm, members, ...(dst === undefined ? {} : { dst }) };
}

function sample(reader: Reader, extended: 0 | 2 | 3): Sample {
  const probability = reader.u16();
  if (probability === 0) throw badArgument(reader, 'probability must not be 0');
  const ids = { collector_set_id: reader.u32(), obs_domain_id: reader.u32(), obs_point_id: reader.u32() };
  if (extended === 0) return { type: 'sample', probability, ...ids };
  const port = portFrom16(reader.u16());
  const sampling = port === 0xffffffff ? {} : { sampling_port: port };
  const direction = reader.u8();
  if (extended === 3 && direction > 2) throw badArgument(reader, `direction ${direction} is unknown`);
  if (extended === 3 && !reader.restIsZero()) throw decodeError('NXBRC_MUST_BE_ZERO', reader.offset, 'padding');
  const direct =
    extended === 3 && direction > 0 ? { direction: direction === 1 ? ('ingress' as const) : ('egress' as const) } : {};
  return { type: 'sample', probability, ...ids, ...sampling, ...direct };
}

function controller2(reader: Reader): Controller {
  mustBeZero(reader, 6);
  let action: Controller = { type: 'controller', max_len: 0xffff };
  readProperties(reader, (type, body) => {
    if (type === 0) action = { ...action, max_len: body.u16() };
    else if (type === 1) action = { ...action, controller_id: body.u16() };
    else if (type === 2) action = { ...action, reason: named(body, PACKET_IN_REASONS, body.u8(), 'reason') };
    else if (type === 3) action = { ...action, userdata: body.copy(body.left) };
    else if (type === 4) action = { ...action, pause: true };
    else if (type === 5) action = { ...action, meter_id: body.u32() };
    else throw decodeError('OFPBPC_BAD_TYPE', body.offset - 4, `controller property ${type} is unknown`);
  });
  return action;
}

/** enum ofp_ed_nsh_prop_type: 1 is the MD type, 2 a TLV. The class of NSH's properties is 4. */
export const ED_CLASS_NSH = 4;

/** Headers that packets can be put into, by packet type: Ethernet, NSH, MPLS unicast and multicast. */
export const ENCAP_HEADERS: ReadonlyMap<number, string> = new Map([
  [0x00000000, 'ethernet'],
  [0x0001894f, 'nsh'],
  [0x00018847, 'mpls'],
  [0x00018848, 'mpls_mc'],
]);

function encap(reader: Reader): ReturnType<ActionDecoder> {
  const header_size = reader.u16();
  const packet_type = reader.u32();
  if (!ENCAP_HEADERS.has(packet_type)) {
    throw decodeError(
      'NXBAC_BAD_HEADER_TYPE',
      reader.offset - 4,
      `cannot encapsulate in 0x${packet_type.toString(16)}`,
    );
  }
  const properties: EncapProperty[] = [];
  while (reader.left > 0) {
    const start = reader.offset;
    const propertyClass = reader.u16();
    const type = reader.u8();
    const length = reader.u8();
    if (propertyClass !== ED_CLASS_NSH) throw decodeError('NXBAC_UNKNOWN_ED_PROP', start, `class ${propertyClass}`);
    if (type === 1) {
      if (length > reader.left + 4) throw decodeError('NXBAC_BAD_ED_PROP', start, 'bad length');
      const value = reader.u8();
      if (value !== 1 && value !== 2) throw decodeError('NXBAC_BAD_ED_PROP', start, `MD type ${value}`);
      properties.push({ name: 'md_type', value });
      reader.skip(3);
    } else if (type === 2) {
      const tlv = { tlv_class: reader.u16(), tlv_type: reader.u8() };
      const size = reader.u8();
      const padded = (length + 7) & ~7;
      if (length !== size + 8 || size > 124 || padded > reader.left + 8)
        throw decodeError('NXBAC_BAD_ED_PROP', start, 'bad TLV');
      properties.push({ name: 'tlv', ...tlv, data: reader.copy(size) });
      reader.skip(padded - length);
    } else throw decodeError('NXBAC_UNKNOWN_ED_PROP', start, `type ${type}`);
  }
  return {
    type: 'encap',
    packet_type,
    ...(header_size === 0 ? {} : { header_size }),
    ...(properties.length === 0 ? {} : { properties }),
  };
}

/** The packet type of `decap()`: whatever the next header says. */
export const PACKET_TYPE_USE_NEXT_PROTO = 0x0000fffe;

/** Nicira's actions, save those on fields, connection tracking and learning. */
export const niciraDecoders: ActionDecoders = {
  NXAST_DEC_TTL_CNT_IDS: (reader) => {
    const count = reader.u16();
    mustBeZero(reader, 4);
    if (reader.left < 2 * count) throw decodeError('OFPBAC_BAD_LEN', reader.offset, `${count} ids do not fit`);
    return { type: 'dec_ttl_cnt_ids', ids: Array.from({ length: count }, () => reader.u16()) };
  },
  NXAST_RESUBMIT: (reader) => ({ type: 'resubmit', in_port: portFrom16(reader.u16()) }),
  NXAST_RESUBMIT_TABLE: (reader) => resubmit(reader, false),
  NXAST_RESUBMIT_TABLE_CT: (reader) => resubmit(reader, true),
  NXAST_SET_TUNNEL: (reader) => {
    reader.skip(2);
    return { type: 'set_tunnel', tun_id: BigInt(reader.u32()) };
  },
  NXAST_SET_TUNNEL64: (reader) => {
    reader.skip(6);
    return { type: 'set_tunnel64', tun_id: reader.u64() };
  },
  NXAST_POP_QUEUE: () => ({ type: 'pop_queue' }),
  NXAST_NOTE: (reader) => ({ type: 'note', data: reader.copy(reader.left) }),
  NXAST_MULTIPATH: (reader) => {
    const fields = named(reader, HASH_FIELDS, reader.u16(), 'hash fields');
    const basis = reader.u16();
    reader.skip(2);
    const algorithm = named(reader, MULTIPATH_ALGORITHMS, reader.u16(), 'algorithm');
    const n_links = reader.u16() + 1;
    const arg = reader.u32();
    reader.skip(2);
    const { start, width } = readStartWidth(reader.u16());
    const at = reader.offset;
    const dst = checkDestination(subfield(readShortHeader(reader), start, width), at);
    if (dst.width < Math.ceil(Math.log2(n_links)))
      throw badArgument(reader, `${dst.width} bits are too few for ${n_links} links`);
    return { type: 'multipath', fields, basis, algorithm, n_links, arg, dst };
  },
  NXAST_BUNDLE: (reader) => bundle(reader, false),
  NXAST_BUNDLE_LOAD: (reader) => bundle(reader, true),
  NXAST_OUTPUT_REG: (reader) => {
    const { start, width } = readStartWidth(reader.u16());
    const at = reader.offset;
    const src = checkSource(subfield(readShortHeader(reader), start, width), at);
    const max_len = reader.u16();
    if (!reader.restIsZero()) throw badArgument(reader, 'padding is not zero');
    return { type: 'output_reg', src, max_len };
  },
  NXAST_OUTPUT_REG2: (reader) => {
    const { start, width } = readStartWidth(reader.u16());
    const max_len = reader.u16();
    const at = reader.offset;
    const src = checkSource(subfield(readFieldHeader(reader), start, width), at);
    if (!reader.restIsZero()) throw decodeError('NXBRC_MUST_BE_ZERO', reader.offset, 'padding is not zero');
    return { type: 'output_reg', src, max_len };
  },
  NXAST_EXIT: () => ({ type: 'exit' }),
  NXAST_FIN_TIMEOUT: (reader) => ({ type: 'fin_timeout', idle_timeout: reader.u16(), hard_timeout: reader.u16() }),
  NXAST_CONTROLLER: (reader) => {
    const max_len = reader.u16();
    const controller_id = reader.u16();
    const reason = named(reader, PACKET_IN_REASONS, reader.u8(), 'reason');
    const id = controller_id === 0 ? {} : { controller_id };
    return { type: 'controller', max_len, ...id, ...(reason === 'action' ? {} : { reason }) };
  },
  NXAST_CONTROLLER2: controller2,
  NXAST_WRITE_METADATA: (reader) => {
    mustBeZero(reader, 6);
    return { type: 'write_metadata', metadata: reader.u64(), mask: reader.u64() };
  },
  NXAST_SAMPLE: (reader) => sample(reader, 0),
  NXAST_SAMPLE2: (reader) => sample(reader, 2),
  NXAST_SAMPLE3: (reader) => sample(reader, 3),
  NXAST_CONJUNCTION: (reader) => {
    const clause = reader.u8() + 1;
    const n_clauses = reader.u8();
    const id = reader.u32();
    if (n_clauses < 2 || n_clauses > 64 || clause > n_clauses) {
      throw decodeError('NXBAC_BAD_CONJUNCTION', reader.offset, `clause ${clause} of ${n_clauses}`);
    }
    return { type: 'conjunction', id, clause, n_clauses };
  },
  NXAST_OUTPUT_TRUNC: (reader) => {
    const port = portFrom16(reader.u16());
    const max_len = reader.u32();
    if (max_len < 14) throw badArgument(reader, 'no packet is shorter than 14 bytes');
    return { type: 'output_trunc', port, max_len };
  },
  NXAST_CLONE: (reader, { nested }) => {
    reader.skip(6);
    return { type: 'clone', actions: nested(reader, 'clone') };
  },
  NXAST_ENCAP: encap,
  NXAST_DECAP: (reader) => {
    reader.skip(2);
    const packet_type = reader.u32();
    if (reader.left > 0) throw decodeError('NXBAC_UNKNOWN_ED_PROP', reader.offset, 'decap has no properties');
    return packet_type === PACKET_TYPE_USE_NEXT_PROTO ? { type: 'decap' } : { type: 'decap', packet_type };
  },
  NXAST_DEC_NSH_TTL: () => ({ type: 'dec_nsh_ttl' }),
  NXAST_CHECK_PKT_LARGER: (reader) => {
    const pkt_len = reader.u16();
    const start = reader.u16();
    const at = reader.offset;
    const header = readFieldHeader(reader);
    if (!reader.restIsZero()) throw decodeError('NXBRC_MUST_BE_ZERO', reader.offset, 'padding is not zero');
    return { type: 'check_pkt_larger', pkt_len, dst: checkDestination(subfield(header, start, 1), at) };
  },
  NXAST_DEBUG_SLOW: () => ({ type: 'debug_slow' }),
  NXAST_DEBUG_RECIRC: () => ({ type: 'debug_recirc' }),
};

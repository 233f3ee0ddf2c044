import type { Action } from '../model/action.ts';
import type { ConntrackAction, Nat } from '../model/conntrack-action.ts';
import { decodeError, encodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type ActionDecoders, closeAction, openAction } from './action-frame.ts';
import { checkSource, readShortHeader, readStartWidth, shortHeader, startWidth, subfield } from './subfield.ts';

const COMMIT = 1;
const FORCE = 2;
const NO_TABLE = 0xff;

/** NX_NAT_F_*. */
const NAT_FLAGS = { src: 1, dst: 2, persistent: 4, hash: 8, random: 16 } as const;
/** NX_NAT_RANGE_*: which parts of the range follow. */
const RANGE = { ipv4Min: 1, ipv4Max: 2, ipv6Min: 4, ipv6Max: 8, portMin: 16, portMax: 32 } as const;

function badArgument(reader: Reader, why: string): Error {
  return decodeError('OFPBAC_BAD_ARGUMENT', reader.offset, why);
}

function range<T extends number | bigint>(
  reader: Reader,
  present: number,
  bits: { readonly min: number; readonly max: number },
  bytes: number,
  read: () => T,
): { min: T; max?: T } | undefined {
  if ((present & bits.min) === 0) {
    if ((present & bits.max) !== 0) throw badArgument(reader, 'a range has an end without a beginning');
    return undefined;
  }
  const part = (): T => {
    if (reader.left < bytes) throw badArgument(reader, 'a range is cut off');
    return read();
  };
  const min = part();
  if (!min) throw badArgument(reader, 'a range must not begin with 0');
  if ((present & bits.max) === 0) return { min };
  const max = part();
  if (max < min) throw badArgument(reader, 'a range ends before it begins');
  return { min, max };
}

function nat(reader: Reader): Nat {
  reader.skip(2);
  const flags = reader.u16();
  const present = reader.u16();
  const both = (a: number, b: number): boolean => (flags & a) !== 0 && (flags & b) !== 0;
  if ((flags & ~31) !== 0 || both(NAT_FLAGS.src, NAT_FLAGS.dst) || both(NAT_FLAGS.hash, NAT_FLAGS.random)) {
    throw badArgument(reader, `NAT flags 0x${flags.toString(16)}`);
  }
  if ((present & RANGE.ipv4Min) !== 0 && (present & (RANGE.ipv6Min | RANGE.ipv6Max)) !== 0) {
    throw badArgument(reader, 'a range cannot be of both IPv4 and IPv6');
  }
  const ipv4 = range(reader, present, { min: RANGE.ipv4Min, max: RANGE.ipv4Max }, 4, () => reader.u32());
  const ipv6 = range(reader, present, { min: RANGE.ipv6Min, max: RANGE.ipv6Max }, 16, () => reader.big(16));
  if ((present & RANGE.portMin) !== 0 && ipv4 === undefined && ipv6 === undefined) {
    throw badArgument(reader, 'ports need an address');
  }
  const ports = range(reader, present, { min: RANGE.portMin, max: RANGE.portMax }, 2, () => reader.u16());
  return {
    type: 'nat',
    ...((flags & NAT_FLAGS.src) !== 0
      ? { direction: 'src' }
      : (flags & NAT_FLAGS.dst) !== 0
        ? { direction: 'dst' }
        : {}),
    ...((flags & NAT_FLAGS.persistent) !== 0 ? { persistent: true } : {}),
    ...((flags & NAT_FLAGS.hash) !== 0 ? { hash: true } : {}),
    ...((flags & NAT_FLAGS.random) !== 0 ? { random: true } : {}),
    ...(ipv4 === undefined ? {} : { ipv4 }),
    ...(ipv6 === undefined ? {} : { ipv6 }),
    ...(ports === undefined ? {} : { ports }),
  };
}

function zone(reader: Reader): ConntrackAction['zone'] {
  const at = reader.offset;
  if (reader.view.getUint32(at) === 0) {
    reader.skip(4);
    return reader.u16();
  }
  const header = readShortHeader(reader);
  const { start, width } = readStartWidth(reader.u16());
  const source = checkSource(subfield(header, start, width), at);
  if (source.width !== 16) throw decodeError('OFPBAC_BAD_SET_LEN', at, `a zone has 16 bits, not ${source.width}`);
  return source;
}

/** `ct`, `ct_clear` and `nat`. */
export const conntrackDecoders: ActionDecoders = {
  NXAST_CT: (reader, { nested }) => {
    const flags = reader.u16();
    if ((flags & FORCE) !== 0 && (flags & COMMIT) === 0) throw badArgument(reader, 'force needs commit');
    const where = zone(reader);
    const table = reader.u8();
    reader.skip(3);
    const alg = reader.u16();
    const actions = nested(reader, 'ct');
    const [first, ...rest] = actions;
    const exec = first?.type === 'nat' ? rest : actions;
    if ((flags & COMMIT) === 0 && actions.some((action) => action.type !== 'nat' || Object.keys(action).length > 1)) {
      throw badArgument(reader, 'without commit, ct allows nothing but nat without arguments');
    }
    return {
      type: 'ct',
      ...((flags & COMMIT) !== 0 ? { commit: true } : {}),
      ...((flags & FORCE) !== 0 ? { force: true } : {}),
      ...(where === 0 || where === undefined ? {} : { zone: where }),
      ...(table === NO_TABLE ? {} : { table }),
      ...(first?.type === 'nat' ? { nat: first } : {}),
      ...(exec.length === 0 ? {} : { exec }),
      ...(alg === 0 ? {} : { alg }),
    };
  },
  NXAST_CT_CLEAR: () => ({ type: 'ct_clear' }),
  NXAST_NAT: nat,
};

/** Writes `ct(...)`; `putActions` writes what is nested. */
export function encodeConntrack(
  writer: Writer,
  action: ConntrackAction,
  version: number,
  putActions: (actions: readonly Action[]) => void,
): void {
  const start = openAction(writer, 'NXAST_CT', version, 24);
  const { view } = writer;
  view.setUint16(start + 10, (action.commit ? COMMIT : 0) | (action.force ? FORCE : 0));
  if (typeof action.zone === 'object') {
    const header = shortHeader(action.zone);
    if (header === undefined) throw encodeError(`ct: zone field ${action.zone.field} has no 32-bit header`);
    view.setUint32(start + 12, header);
    view.setUint16(start + 16, startWidth(action.zone));
  } else view.setUint16(start + 16, action.zone ?? 0);
  view.setUint8(start + 18, action.table ?? NO_TABLE);
  view.setUint16(start + 22, action.alg ?? 0);
  if (action.nat !== undefined) putActions([action.nat]);
  if (action.exec !== undefined) putActions(action.exec);
  closeAction(writer, start);
}

/** Writes `nat(...)`. */
export function encodeNat(writer: Writer, action: Nat, version: number): void {
  const start = openAction(writer, 'NXAST_NAT', version, 16);
  let flags = action.direction === undefined ? 0 : NAT_FLAGS[action.direction];
  if (action.persistent) flags |= NAT_FLAGS.persistent;
  if (action.hash) flags |= NAT_FLAGS.hash;
  if (action.random) flags |= NAT_FLAGS.random;
  let present = 0;
  const put = (value: number | bigint | undefined, bit: number, write: (value: number | bigint) => void): void => {
    if (!value) return;
    present |= bit;
    write(value);
  };
  put(action.ipv4?.min, RANGE.ipv4Min, (value) => writer.u32(Number(value)));
  put(action.ipv4?.max, RANGE.ipv4Max, (value) => writer.u32(Number(value)));
  put(action.ipv6?.min, RANGE.ipv6Min, (value) => writer.big(BigInt(value), 16));
  put(action.ipv6?.max, RANGE.ipv6Max, (value) => writer.big(BigInt(value), 16));
  if (action.ipv4 !== undefined || action.ipv6 !== undefined) {
    put(action.ports?.min, RANGE.portMin, (value) => writer.u16(Number(value)));
    put(action.ports?.max, RANGE.portMax, (value) => writer.u16(Number(value)));
  }
  writer.view.setUint16(start + 12, flags);
  writer.view.setUint16(start + 14, present);
  closeAction(writer, start);
}

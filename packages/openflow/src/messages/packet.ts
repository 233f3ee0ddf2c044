import { decodeActions } from '../actions/decode-actions.ts';
import { encodeActions } from '../actions/encode-actions.ts';
import { PACKET_IN_REASONS } from '../actions/nicira-names.ts';
import { putProperty, readProperties } from '../actions/property.ts';
import { fieldNamed } from '../field/field.ts';
import { flowMatch } from '../match/flow-match.ts';
import type { PacketInReason } from '../model/action.ts';
import type { PacketOut } from '../model/flow.ts';
import type { Match } from '../model/match.ts';
import { Port, portFrom16, portTo16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import { decodeMatch, type UnknownPolicy } from '../oxm/decode-match.ts';
import { putMatch, putOxmMatch } from '../oxm/encode-match.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type BodyCodec, type BodyContext, choiceBody } from './base.ts';
import { NO_BUFFER, readNxMatch, readPort, readVersionMatch } from './flow-mod.ts';

/** OFPT_PACKET_IN, NXT_PACKET_IN and NXT_PACKET_IN2. */
export interface PacketIn {
  readonly type: 'packet_in';
  /** Of the packet as it was; `data` may be less. */
  readonly total_len: number;
  readonly reason: PacketInReason | number;
  /** Table whose flow sent it; left out where the version does not say. */
  readonly table?: number;
  readonly cookie?: bigint;
  /** What is known of the packet beside its bytes: `in_port`, registers, metadata, tunnel … */
  readonly match: Match;
  readonly data: Uint8Array;
  readonly buffer_id?: number;
  /** NXT_PACKET_IN2: what the flow's controller action gave along. */
  readonly userdata?: Uint8Array;
  /** NXT_PACKET_IN2: where to go on after {@link Resume}; opaque. */
  readonly continuation?: Uint8Array;
}

/** NXT_RESUME: a packet-in with its continuation, to go on. */
export interface Resume extends Omit<PacketIn, 'type'> {
  readonly type: 'resume';
}

/** Metadata that is not known does no harm. */
function loosely(policy: UnknownPolicy): UnknownPolicy {
  return policy === 'strict' ? 'loose' : policy;
}

function reasonOf(number: number): PacketInReason | number {
  return PACKET_IN_REASONS[number] ?? number;
}

function reasonNumber(reason: PacketInReason | number): number {
  return typeof reason === 'number' ? reason : PACKET_IN_REASONS.indexOf(reason);
}

const inPort = (port: number): Match => [{ field: 'in_port_oxm', value: port }];

function portOf(match: Match): number {
  const { value } = flowMatch(match).getField(IN_PORT);
  return Number(value);
}

const buffer = (id: number): { buffer_id?: number } => (id === NO_BUFFER ? {} : { buffer_id: id });

const packetIn10: BodyCodec<PacketIn> = {
  read: (reader) => {
    const id = reader.u32();
    const total_len = reader.u16();
    const port = portFrom16(reader.u16());
    const reason = reasonOf(reader.u8());
    reader.skip(1);
    const data = reader.copy(reader.left);
    return { type: 'packet_in', total_len, reason, match: inPort(port), data, ...buffer(id) };
  },
  write: (writer, packet) => {
    writer.u32(packet.buffer_id ?? NO_BUFFER);
    writer.u16(packet.total_len);
    writer.u16(portTo16(portOf(packet.match)));
    writer.u8(reasonNumber(packet.reason));
    writer.u8(0);
    writer.put(packet.data);
  },
};

const packetIn11: BodyCodec<PacketIn> = {
  read: (reader) => {
    const id = reader.u32();
    const port = readPort(reader, 'OFPBRC_BAD_PORT');
    reader.skip(4);
    const total_len = reader.u16();
    const reason = reasonOf(reader.u8());
    const table = reader.u8();
    const data = reader.copy(reader.left);
    return { type: 'packet_in', total_len, reason, table, match: inPort(port), data, ...buffer(id) };
  },
  write: (writer, packet) => {
    writer.u32(packet.buffer_id ?? NO_BUFFER);
    writer.u32(portOf(packet.match));
    writer.u32(portOf(packet.match));
    writer.u16(packet.total_len);
    writer.u8(reasonNumber(packet.reason));
    writer.u8(packet.table ?? 0);
    writer.put(packet.data);
  },
};

const packetIn12: BodyCodec<PacketIn> = {
  read: (reader, { version, policy }) => {
    const id = reader.u32();
    const total_len = reader.u16();
    const reason = reasonOf(reader.u8());
    const table = reader.u8();
    const cookie = version >= 4 ? { cookie: reader.u64() } : {};
    const match = readVersionMatch(reader, version, loosely(policy));
    reader.skip(2);
    return {
      type: 'packet_in',
      total_len,
      reason,
      table,
      ...cookie,
      match,
      data: reader.copy(reader.left),
      ...buffer(id),
    };
  },
  write: (writer, packet, { version }) => {
    writer.u32(packet.buffer_id ?? NO_BUFFER);
    writer.u16(packet.total_len);
    writer.u8(reasonNumber(packet.reason));
    writer.u8(packet.table ?? 0);
    if (version >= 4) writer.u64(packet.cookie ?? 0n);
    putOxmMatch(writer, packet.match, version);
    writer.u16(0);
    writer.put(packet.data);
  },
};

const nxPacketIn: BodyCodec<PacketIn> = {
  read: (reader, { policy }) => {
    const id = reader.u32();
    const total_len = reader.u16();
    const reason = reasonOf(reader.u8());
    const table = reader.u8();
    const cookie = reader.u64();
    const length = reader.u16();
    reader.skip(6);
    const { match } = readNxMatch(reader, length, policy === 'strict' ? 'loose' : policy, false);
    reader.skip(2);
    return {
      type: 'packet_in',
      total_len,
      reason,
      table,
      cookie,
      match,
      data: reader.copy(reader.left),
      ...buffer(id),
    };
  },
  write: (writer, packet) => {
    writer.u32(packet.buffer_id ?? NO_BUFFER);
    writer.u16(packet.total_len);
    writer.u8(reasonNumber(packet.reason));
    writer.u8(packet.table ?? 0);
    writer.u64(packet.cookie ?? 0n);
    const at = writer.length;
    writer.zeros(8);
    const start = writer.length;
    putMatch(writer, packet.match, 0);
    writer.setU16(at, writer.length - start);
    writer.pad8(start);
    writer.u16(0);
    writer.put(packet.data);
  },
};

/** NXPINT_*: properties of NXT_PACKET_IN2. */
const PROPERTY = {
  packet: 0,
  full_len: 1,
  buffer_id: 2,
  table: 3,
  cookie: 4,
  reason: 5,
  metadata: 6,
  userdata: 7,
  continuation: 8,
} as const;

function readPacketIn2(reader: Reader, { policy }: BodyContext): Omit<PacketIn, 'type'> {
  let packet: Partial<Omit<PacketIn, 'type'>> = {};
  let full: number | undefined;
  readProperties(reader, (type, body, start) => {
    if (type === PROPERTY.packet) packet = { ...packet, data: body.copy(body.left) };
    else if (type === PROPERTY.full_len) full = body.u32();
    else if (type === PROPERTY.buffer_id) packet = { ...packet, buffer_id: body.u32() };
    else if (type === PROPERTY.table) packet = { ...packet, table: body.u8() };
    else if (type === PROPERTY.cookie) {
      body.skip(4);
      packet = { ...packet, cookie: body.u64() };
    } else if (type === PROPERTY.reason) packet = { ...packet, reason: reasonOf(body.u8()) };
    else if (type === PROPERTY.metadata) {
      packet = { ...packet, match: decodeMatch(body, loosely(policy)).match };
    } else if (type === PROPERTY.userdata) packet = { ...packet, userdata: body.copy(body.left) };
    else if (type === PROPERTY.continuation) {
      // Four bytes that align the properties within.
      body.skip(Math.min(4, body.left));
      packet = { ...packet, continuation: body.copy(body.left) };
    } else if (policy !== 'keep') throw decodeError('OFPBPC_BAD_TYPE', start, `packet-in property ${type}`);
  });
  if (packet.data === undefined) throw decodeError('OFPBRC_BAD_LEN', reader.offset, 'a packet-in without a packet');
  const length = full ?? packet.data.length;
  if (length < packet.data.length) throw decodeError('OFPBRC_BAD_LEN', reader.offset, 'less than the packet in all');
  return { total_len: length, reason: 0, match: [], data: packet.data, ...packet };
}

function writePacketIn2(writer: Writer, packet: Omit<PacketIn, 'type'>, { version }: BodyContext): void {
  const { data, total_len, table, cookie, reason, userdata, continuation, buffer_id } = packet;
  putProperty(writer, PROPERTY.packet, (out) => out.put(data));
  if (total_len !== data.length) putProperty(writer, PROPERTY.full_len, (out) => out.u32(total_len));
  if (buffer_id !== undefined) putProperty(writer, PROPERTY.buffer_id, (out) => out.u32(buffer_id));
  if (table !== undefined) putProperty(writer, PROPERTY.table, (out) => out.u8(table));
  if (cookie !== undefined) {
    putProperty(writer, PROPERTY.cookie, (out) => {
      out.u32(0);
      out.u64(cookie);
    });
  }
  putProperty(writer, PROPERTY.reason, (out) => out.u8(reasonNumber(reason)));
  putProperty(writer, PROPERTY.metadata, (out) => putMatch(out, packet.match, version < 3 ? 0 : version));
  if (userdata !== undefined) putProperty(writer, PROPERTY.userdata, (out) => out.put(userdata));
  if (continuation !== undefined) {
    putProperty(writer, PROPERTY.continuation, (out) => {
      out.u32(0);
      out.put(continuation);
    });
  }
}

const packetIn2: BodyCodec<PacketIn> = {
  read: (reader, context) => ({ type: 'packet_in', ...readPacketIn2(reader, context) }),
  write: writePacketIn2,
};

export const packetInBody: BodyCodec<PacketIn> = choiceBody(({ raw, version }) => {
  if (raw.name === 'NXT_PACKET_IN2') return packetIn2;
  if (raw.name === 'NXT_PACKET_IN') return nxPacketIn;
  return version === 1 ? packetIn10 : version === 2 ? packetIn11 : packetIn12;
});

export const resumeBody: BodyCodec<Resume> = {
  read: (reader, context) => ({ type: 'resume', ...readPacketIn2(reader, context) }),
  write: writePacketIn2,
};

function checkOutPort(port: number, at: number): number {
  if (port >= 0xff00 && port !== Port.LOCAL && port !== Port.ANY && port !== Port.CONTROLLER) {
    throw decodeError('OFPBRC_BAD_PORT', at, `a packet cannot come from port 0x${port.toString(16)}`);
  }
  return port;
}

function readActionsAndData(
  reader: Reader,
  length: number,
  { version, policy }: BodyContext,
): Pick<PacketOut, 'actions' | 'data'> {
  if (length % 8 !== 0 || length > reader.left) {
    throw decodeError('OFPBRC_BAD_LEN', reader.offset, `actions of ${length} bytes, ${reader.left} are left`);
  }
  return { actions: decodeActions(reader.window(length), version, policy), data: reader.copy(reader.left) };
}

/** The match of a packet-out holds metadata only, the port among it. */
function readMatch15(reader: Reader, context: BodyContext): { readonly in_port: number; readonly match?: Match } {
  const at = reader.offset;
  const match = readVersionMatch(reader, context.version, loosely(context.policy));
  const bits = flowMatch(match);
  const port = bits.getField(IN_PORT);
  if (!port.mask) throw decodeError('OFPBRC_BAD_PORT', at, 'a packet-out without in_port');
  const others = match.filter((entry) => entry.field !== 'in_port' && entry.field !== 'in_port_oxm');
  return others.length === 0 ? { in_port: Number(port.value) } : { in_port: Number(port.value), match };
}

export const packetOutBody: BodyCodec<PacketOut> = {
  read: (reader, context) => {
    const { version } = context;
    const id = reader.u32();
    if (version >= 6) {
      const length = reader.u16();
      reader.skip(2);
      const { in_port, match } = readMatch15(reader, context);
      const body = readActionsAndData(reader, length, context);
      return { type: 'packet_out', in_port, ...(match === undefined ? {} : { match }), ...body, ...buffer(id) };
    }
    const at = reader.offset;
    const in_port = checkOutPort(version === 1 ? portFrom16(reader.u16()) : readPort(reader, 'OFPBRC_BAD_PORT'), at);
    const length = reader.u16();
    if (version > 1) reader.skip(6);
    return { type: 'packet_out', in_port, ...readActionsAndData(reader, length, context), ...buffer(id) };
  },
  write: (writer, packet, { version }) => {
    writer.u32(packet.buffer_id ?? NO_BUFFER);
    const at = version === 1 ? writer.length + 2 : version >= 6 ? writer.length : writer.length + 4;
    if (version === 1) {
      writer.u16(portTo16(packet.in_port));
      writer.u16(0);
    } else if (version >= 6) {
      writer.u32(0);
      putOxmMatch(writer, packet.match ?? inPort(packet.in_port), version);
    } else {
      writer.u32(packet.in_port);
      writer.zeros(8);
    }
    const start = writer.length;
    encodeActions(writer, packet.actions, version);
    writer.setU16(at, writer.length - start);
    writer.put(packet.data);
  },
};

const IN_PORT = fieldNamed('in_port_oxm');

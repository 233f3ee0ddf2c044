import { decodeInstructions, encodeInstructions } from '../actions/instructions.ts';
import { fieldsOf } from '../match/canonical-match.ts';
import { flowMatch } from '../match/flow-match.ts';
import { normalizeMatch10, readMatch10, writeMatch10 } from '../match/legacy-match.ts';
import type { Action } from '../model/action.ts';
import type { FlowFlags } from '../model/flow.ts';
import type { Match } from '../model/match.ts';
import { Port, portFrom16, portTo16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import { putMatch } from '../oxm/encode-match.ts';
import { putCookie } from '../oxm/nxm-text.ts';
import { padded, struct, u32, u64 } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type BodyCodec, type BodyContext, choiceBody } from './base.ts';
import {
  ANY_GROUP,
  flagBits,
  readFlags,
  readNxMatch,
  readPort,
  readVersionMatch,
  writeVersionMatch,
} from './flow-mod.ts';
import { countersOf, readOxs, writeOxs } from './oxs.ts';

/** Asks for flows (OFPST_FLOW, NXST_FLOW) or for their sum (OFPST_AGGREGATE). */
export interface FlowStatsRequest {
  readonly type: 'flow_stats_request' | 'aggregate_request';
  readonly match: Match;
  /** Left out: all tables. */
  readonly table?: number;
  readonly out_port?: number;
  readonly out_group?: number;
  readonly cookie_match?: { readonly cookie: bigint; readonly mask: bigint };
}

/** A flow as a switch has it. */
export interface FlowStats {
  readonly table: number;
  readonly priority: number;
  readonly match: Match;
  readonly actions: readonly Action[];
  readonly cookie: bigint;
  /** Seconds and nanoseconds since it was added. */
  readonly duration_sec: number;
  readonly duration_nsec: number;
  readonly idle_timeout: number;
  readonly hard_timeout: number;
  readonly importance?: number;
  readonly flags?: FlowFlags;
  readonly packet_count: bigint;
  readonly byte_count: bigint;
  /** Seconds since the last packet and the last change; NXST_FLOW only. */
  readonly idle_age?: number;
  readonly hard_age?: number;
}

/** A part of the answer to {@link FlowStatsRequest}. */
export interface FlowStatsReply {
  readonly type: 'flow_stats_reply';
  readonly flows: readonly FlowStats[];
}

type Restrictions = Omit<FlowStatsRequest, 'type' | 'match'>;

function restrictions(table: number, outPort: number, outGroup: number, cookie: bigint, mask: bigint): Restrictions {
  return {
    ...(table === 0xff ? {} : { table }),
    ...(outPort === Port.ANY ? {} : { out_port: outPort }),
    ...(outGroup === ANY_GROUP ? {} : { out_group: outGroup }),
    ...(cookie === 0n && mask === 0n ? {} : { cookie_match: { cookie, mask } }),
  };
}

function requestBody(type: FlowStatsRequest['type']): BodyCodec<FlowStatsRequest> {
  return {
    read: (reader, { version, policy, raw }) => {
      if (raw.envelope === 'NXST') {
        const outPort = portFrom16(reader.u16());
        const length = reader.u16();
        const table = reader.u8();
        reader.skip(3);
        const { match, cookie } = readNxMatch(reader, length, policy, true);
        return { type, match, ...restrictions(table, outPort, ANY_GROUP, cookie?.cookie ?? 0n, cookie?.mask ?? 0n) };
      }
      if (version === 1) {
        const { flow } = readMatch10(reader);
        const table = reader.u8();
        reader.skip(1);
        return { type, match: fieldsOf(flow, 0), ...restrictions(table, portFrom16(reader.u16()), ANY_GROUP, 0n, 0n) };
      }
      const table = reader.u8();
      reader.skip(3);
      const outPort = readPort(reader);
      const outGroup = reader.u32();
      reader.skip(4);
      const cookie = reader.u64();
      const mask = reader.u64();
      return {
        type,
        match: readVersionMatch(reader, version, policy),
        ...restrictions(table, outPort, outGroup, cookie, mask),
      };
    },
    write: writeRequest,
  };
}

function writeRequest(writer: Writer, request: FlowStatsRequest, { version, raw }: BodyContext): void {
  const { table = 0xff, out_port = Port.ANY, out_group = ANY_GROUP, cookie_match } = request;
  if (raw.envelope === 'NXST') {
    writer.u16(portTo16(out_port));
    const at = writer.length;
    writer.u16(0);
    writer.u8(table);
    writer.zeros(3);
    const start = writer.length;
    putMatch(writer, request.match, 0);
    if (cookie_match !== undefined) putCookie(writer, cookie_match.cookie, cookie_match.mask);
    writer.setU16(at, writer.length - start);
    writer.pad8(start);
  } else if (version === 1) {
    writeMatch10(writer, flowMatch(request.match));
    writer.u8(table);
    writer.u8(0);
    writer.u16(portTo16(out_port));
  } else {
    writer.u8(table);
    writer.zeros(3);
    writer.u32(out_port);
    writer.u32(out_group);
    writer.zeros(4);
    writer.u64(cookie_match?.cookie ?? 0n);
    writer.u64(cookie_match?.mask ?? 0n);
    writeVersionMatch(writer, request.match, version);
  }
}

export const flowStatsRequestBody = requestBody('flow_stats_request');
export const aggregateRequestBody = requestBody('aggregate_request');

function entry(reader: Reader, least: number): Reader {
  const at = reader.offset;
  if (reader.left < least) throw decodeError('OFPBRC_BAD_LEN', at, `${reader.left} leftover bytes`);
  const length = reader.view.getUint16(at);
  if (length < least || length > reader.left) throw decodeError('OFPBRC_BAD_LEN', at, `a flow of ${length} bytes`);
  return reader.window(length);
}

function readFlow11(reader: Reader, { version, policy }: BodyContext): FlowStats {
  const flow = entry(reader, 48);
  const { view } = flow;
  const at = flow.offset;
  const rawFlags = view.getUint16(at + 20);
  flow.offset = at + 48;
  const match = readVersionMatch(flow, version, policy);
  const actions = decodeInstructions(flow, version, policy);
  const flags = version >= 4 ? readFlags(rawFlags, version, at + 20) : undefined;
  const stats = {
    table: view.getUint8(at + 2),
    priority: view.getUint16(at + 12),
    match,
    actions,
    cookie: view.getBigUint64(at + 24),
    duration_sec: view.getUint32(at + 4),
    duration_nsec: view.getUint32(at + 8),
    idle_timeout: view.getUint16(at + 14),
    hard_timeout: view.getUint16(at + 16),
    packet_count: view.getBigUint64(at + 32),
    byte_count: view.getBigUint64(at + 40),
  };
  const importance = version >= 5 ? view.getUint16(at + 18) : 0;
  if (flags === undefined && importance === 0) return stats;
  return { ...stats, ...(flags === undefined ? {} : { flags }), ...(importance === 0 ? {} : { importance }) };
}

function writeFlow11(writer: Writer, flow: FlowStats, version: number): void {
  const at = writer.grow(48);
  writer.bytes.fill(0, at, at + 48);
  const { view } = writer;
  view.setUint8(at + 2, flow.table);
  view.setUint32(at + 4, flow.duration_sec);
  view.setUint32(at + 8, flow.duration_nsec);
  view.setUint16(at + 12, flow.priority);
  view.setUint16(at + 14, flow.idle_timeout);
  view.setUint16(at + 16, flow.hard_timeout);
  view.setUint16(at + 18, version >= 5 ? (flow.importance ?? 0) : 0);
  view.setUint16(at + 20, version >= 4 ? flagBits(flow.flags, version) : 0);
  view.setBigUint64(at + 24, flow.cookie);
  view.setBigUint64(at + 32, flow.packet_count);
  view.setBigUint64(at + 40, flow.byte_count);
  writeVersionMatch(writer, flow.match, version);
  encodeInstructions(writer, flow.actions, version);
  writer.setU16(at, writer.length - at);
}

function readFlow15(reader: Reader, { version, policy }: BodyContext): FlowStats {
  const flow = entry(reader, 24);
  const { view } = flow;
  const at = flow.offset;
  flow.offset = at + 24;
  const match = readVersionMatch(flow, version, policy);
  const oxs = readOxs(flow);
  const { duration_sec, duration_nsec, packet_count, byte_count } = countersOf(oxs);
  const actions = decodeInstructions(flow, version, policy);
  const flags = readFlags(view.getUint16(at + 12), version, at + 12);
  const importance = view.getUint16(at + 14);
  return {
    table: view.getUint8(at + 4),
    priority: view.getUint16(at + 6),
    match,
    actions,
    cookie: view.getBigUint64(at + 16),
    duration_sec,
    duration_nsec,
    idle_timeout: view.getUint16(at + 8),
    hard_timeout: view.getUint16(at + 10),
    packet_count,
    byte_count,
    ...(oxs.idle_age === undefined ? {} : { idle_age: oxs.idle_age }),
    ...(flags === undefined ? {} : { flags }),
    ...(importance === 0 ? {} : { importance }),
  };
}

function writeFlow15(writer: Writer, flow: FlowStats, version: number): void {
  const at = writer.grow(24);
  writer.bytes.fill(0, at, at + 24);
  const { view } = writer;
  view.setUint8(at + 4, flow.table);
  view.setUint16(at + 6, flow.priority);
  view.setUint16(at + 8, flow.idle_timeout);
  view.setUint16(at + 10, flow.hard_timeout);
  view.setUint16(at + 12, flagBits(flow.flags, version));
  view.setUint16(at + 14, flow.importance ?? 0);
  view.setBigUint64(at + 16, flow.cookie);
  writeVersionMatch(writer, flow.match, version);
  writeOxs(writer, flow);
  encodeInstructions(writer, flow.actions, version);
  writer.setU16(at, writer.length - at);
}

function readFlow10(reader: Reader, { policy }: BodyContext): FlowStats {
  const flow = entry(reader, 88);
  flow.skip(2);
  const table = flow.u8();
  flow.skip(1);
  const { flow: bits } = readMatch10(flow);
  const [duration_sec, duration_nsec] = [flow.u32(), flow.u32()];
  const [priority, idle_timeout, hard_timeout] = [flow.u16(), flow.u16(), flow.u16()];
  flow.skip(6);
  const [cookie, packet_count, byte_count] = [flow.u64(), flow.u64(), flow.u64()];
  const times = { duration_sec, duration_nsec, idle_timeout, hard_timeout };
  const actions = decodeInstructions(flow, 1, policy);
  return {
    table,
    priority,
    match: fieldsOf(normalizeMatch10(bits), 0),
    actions,
    cookie,
    ...times,
    packet_count,
    byte_count,
  };
}

function writeFlow10(writer: Writer, flow: FlowStats): void {
  const at = writer.length;
  writer.u16(0);
  writer.u8(flow.table);
  writer.u8(0);
  writeMatch10(writer, flowMatch(flow.match));
  writer.u32(flow.duration_sec);
  writer.u32(flow.duration_nsec);
  writer.u16(flow.priority);
  writer.u16(flow.idle_timeout);
  writer.u16(flow.hard_timeout);
  writer.zeros(6);
  writer.u64(flow.cookie);
  writer.u64(flow.packet_count);
  writer.u64(flow.byte_count);
  encodeInstructions(writer, flow.actions, 1);
  writer.setU16(at, writer.length - at);
}

function readNxFlow(reader: Reader, { version, policy }: BodyContext): FlowStats {
  const flow = entry(reader, 48);
  flow.skip(2);
  const table = flow.u8();
  flow.skip(1);
  const [duration_sec, duration_nsec] = [flow.u32(), flow.u32()];
  const [priority, idle_timeout, hard_timeout, length] = [flow.u16(), flow.u16(), flow.u16(), flow.u16()];
  const [idle, hard] = [flow.u16(), flow.u16()];
  const [cookie, packet_count, byte_count] = [flow.u64(), flow.u64(), flow.u64()];
  const { match } = readNxMatch(flow, length, policy, false);
  const times = { duration_sec, duration_nsec, idle_timeout, hard_timeout };
  const ages = { ...(idle === 0 ? {} : { idle_age: idle - 1 }), ...(hard === 0 ? {} : { hard_age: hard - 1 }) };
  const actions = decodeInstructions(flow, version, policy);
  return { table, priority, match, actions, cookie, ...times, packet_count, byte_count, ...ages };
}

function writeNxFlow(writer: Writer, flow: FlowStats, version: number): void {
  const at = writer.grow(48);
  writer.bytes.fill(0, at, at + 48);
  const start = writer.length;
  putMatch(writer, flow.match, 0);
  const length = writer.length - start;
  writer.pad8(start);
  encodeInstructions(writer, flow.actions, version);
  const { view } = writer;
  view.setUint16(at, writer.length - at);
  view.setUint8(at + 2, flow.table);
  view.setUint32(at + 4, flow.duration_sec);
  view.setUint32(at + 8, flow.duration_nsec);
  view.setUint16(at + 12, flow.priority);
  view.setUint16(at + 14, flow.idle_timeout);
  view.setUint16(at + 16, flow.hard_timeout);
  view.setUint16(at + 18, length);
  view.setUint16(at + 20, flow.idle_age === undefined ? 0 : flow.idle_age + 1);
  view.setUint16(at + 22, flow.hard_age === undefined ? 0 : flow.hard_age + 1);
  view.setBigUint64(at + 24, flow.cookie);
  view.setBigUint64(at + 32, flow.packet_count);
  view.setBigUint64(at + 40, flow.byte_count);
}

type FlowCodec = BodyCodec<FlowStatsReply>;
const replyOf = (
  read: (reader: Reader, context: BodyContext) => FlowStats,
  write: (writer: Writer, flow: FlowStats, version: number) => void,
): FlowCodec => ({
  read: (reader, context) => {
    const flows: FlowStats[] = [];
    while (reader.left > 0) flows.push(read(reader, context));
    return { type: 'flow_stats_reply', flows };
  },
  write: (writer, { flows }, { version }) => {
    for (const flow of flows) write(writer, flow, version);
  },
});

const flows10 = replyOf(readFlow10, writeFlow10);
const flows11 = replyOf(readFlow11, writeFlow11);
const flows15 = replyOf(readFlow15, writeFlow15);
const flowsNx = replyOf(readNxFlow, writeNxFlow);

export const flowStatsReplyBody: FlowCodec = choiceBody(({ raw, version }) =>
  raw.envelope === 'NXST' ? flowsNx : version === 1 ? flows10 : version >= 6 ? flows15 : flows11,
);

/** The sum of flows. */
export interface AggregateReply {
  readonly type: 'aggregate_reply';
  readonly packet_count: bigint;
  readonly byte_count: bigint;
  readonly flow_count: number;
}

const aggregate = struct<Omit<AggregateReply, 'type'>>({
  packet_count: u64,
  byte_count: u64,
  flow_count: padded(u32, 4),
});
export const aggregateReplyBody: BodyCodec<AggregateReply> = {
  read: (reader, { version }) => {
    if (version < 6) return { type: 'aggregate_reply', ...aggregate.read(reader, version) };
    const { packet_count, byte_count, flow_count } = countersOf(readOxs(reader));
    return { type: 'aggregate_reply', packet_count, byte_count, flow_count };
  },
  write: (writer, reply, { version }) => {
    if (version < 6) aggregate.write(writer, reply, version);
    else writeOxs(writer, reply);
  },
};

import { fieldsOf } from '../match/canonical-match.ts';
import { flowMatch } from '../match/flow-match.ts';
import { readMatch10, writeMatch10 } from '../match/legacy-match.ts';
import type { Match } from '../model/match.ts';
import type { UnknownPolicy } from '../oxm/decode-match.ts';
import { putMatch } from '../oxm/encode-match.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import type { BodyCodec } from './base.ts';
import { readNxMatch, readVersionMatch, writeVersionMatch } from './flow-mod.ts';
import { countersOf, readOxs, writeOxs } from './oxs.ts';

/** Why a flow is gone. */
export type FlowRemovedReason = 'idle' | 'hard' | 'delete' | 'group_delete' | 'meter_delete' | 'eviction';
export const FLOW_REMOVED_REASONS: readonly FlowRemovedReason[] = [
  ...(['idle', 'hard', 'delete', 'group_delete', 'meter_delete', 'eviction'] as const),
];

/** OFPT_FLOW_REMOVED, NXT_FLOW_REMOVED. */
export interface FlowRemoved {
  readonly type: 'flow_removed';
  readonly match: Match;
  readonly cookie: bigint;
  readonly priority: number;
  readonly reason: FlowRemovedReason | number;
  readonly table?: number;
  readonly duration_sec: number;
  readonly duration_nsec: number;
  readonly idle_timeout: number;
  readonly hard_timeout?: number;
  readonly packet_count: bigint;
  readonly byte_count: bigint;
}

const reasonOf = (number: number): FlowRemovedReason | number => FLOW_REMOVED_REASONS[number] ?? number;
const reasonNumber = (reason: FlowRemovedReason | number): number =>
  typeof reason === 'number' ? reason : FLOW_REMOVED_REASONS.indexOf(reason);

const tableOf = (table: number): { table?: number } => (table === 0xff ? {} : { table });

function readRemoved15(reader: Reader, version: number, policy: UnknownPolicy): FlowRemoved {
  const [table, reason, priority] = [reader.u8(), reasonOf(reader.u8()), reader.u16()];
  const [idle_timeout, hard_timeout, cookie] = [reader.u16(), reader.u16(), reader.u64()];
  const match = readVersionMatch(reader, version, policy);
  const { duration_sec, duration_nsec, packet_count, byte_count } = countersOf(readOxs(reader));
  const times = { duration_sec, duration_nsec, idle_timeout, hard_timeout };
  const counts = { packet_count, byte_count };
  return { type: 'flow_removed', match, cookie, priority, reason, ...tableOf(table), ...times, ...counts };
}

function writeRemoved15(writer: Writer, flow: FlowRemoved, version: number): void {
  writer.u8(flow.table ?? 0xff);
  writer.u8(reasonNumber(flow.reason));
  writer.u16(flow.priority);
  writer.u16(flow.idle_timeout);
  writer.u16(flow.hard_timeout ?? 0);
  writer.u64(flow.cookie);
  writeVersionMatch(writer, flow.match, version);
  writeOxs(writer, flow);
}

export const flowRemovedBody: BodyCodec<FlowRemoved> = {
  read: (reader, context) => {
    const { version, policy, raw } = context;
    const type = 'flow_removed' as const;
    if (raw.name === 'NXT_FLOW_REMOVED') {
      const cookie = reader.u64();
      const [priority, reason, table] = [reader.u16(), reasonOf(reader.u8()), reader.u8()];
      const [duration_sec, duration_nsec, idle_timeout, length] = [
        reader.u32(),
        reader.u32(),
        reader.u16(),
        reader.u16(),
      ];
      const [packet_count, byte_count] = [reader.u64(), reader.u64()];
      const { match } = readNxMatch(reader, length, policy, false);
      const tableId = table === 0 ? {} : { table: table - 1 };
      const times = { duration_sec, duration_nsec, idle_timeout };
      return { type, match, cookie, priority, reason, ...tableId, ...times, packet_count, byte_count };
    }
    if (version === 1) {
      const { flow } = readMatch10(reader);
      const [cookie, priority, reason] = [reader.u64(), reader.u16(), reasonOf(reader.u8())];
      reader.skip(1);
      const [duration_sec, duration_nsec, idle_timeout] = [reader.u32(), reader.u32(), reader.u16()];
      reader.skip(2);
      const counts = { packet_count: reader.u64(), byte_count: reader.u64() };
      return {
        type,
        match: fieldsOf(flow, 0),
        cookie,
        priority,
        reason,
        duration_sec,
        duration_nsec,
        idle_timeout,
        ...counts,
      };
    }
    if (version >= 6) return readRemoved15(reader, version, policy);
    const cookie = reader.u64();
    const [priority, reason, table] = [reader.u16(), reasonOf(reader.u8()), reader.u8()];
    const [duration_sec, duration_nsec, idle_timeout, hard_timeout] = [
      reader.u32(),
      reader.u32(),
      reader.u16(),
      reader.u16(),
    ];
    const [packet_count, byte_count] = [reader.u64(), reader.u64()];
    const match = readVersionMatch(reader, version, policy);
    const times = { duration_sec, duration_nsec, idle_timeout, hard_timeout };
    return { type, match, cookie, priority, reason, ...tableOf(table), ...times, packet_count, byte_count };
  },
  write: (writer, flow, { version, raw }) => {
    const reason = reasonNumber(flow.reason);
    if (version === 1 && raw.name !== 'NXT_FLOW_REMOVED') {
      writeMatch10(writer, flowMatch(flow.match));
      writer.u64(flow.cookie);
      writer.u16(flow.priority);
      writer.u16(reason << 8);
      writer.u32(flow.duration_sec);
      writer.u32(flow.duration_nsec);
      writer.u32(flow.idle_timeout << 16);
      writer.u64(flow.packet_count);
      writer.u64(flow.byte_count);
      return;
    }
    if (version >= 6 && raw.name !== 'NXT_FLOW_REMOVED') {
      writeRemoved15(writer, flow, version);
      return;
    }
    const nx = raw.name === 'NXT_FLOW_REMOVED';
    writer.u64(flow.cookie);
    writer.u16(flow.priority);
    writer.u8(reason);
    writer.u8(nx ? (flow.table === undefined ? 0 : flow.table + 1) : (flow.table ?? 0xff));
    writer.u32(flow.duration_sec);
    writer.u32(flow.duration_nsec);
    writer.u16(flow.idle_timeout);
    const at = writer.length;
    writer.u16(flow.hard_timeout ?? 0);
    writer.u64(flow.packet_count);
    writer.u64(flow.byte_count);
    if (!nx) {
      writeVersionMatch(writer, flow.match, version);
      return;
    }
    const start = writer.length;
    putMatch(writer, flow.match, 0);
    writer.setU16(at, writer.length - start);
    writer.pad8(start);
  },
};

import { decodeActions } from '../actions/decode-actions.ts';
import { encodeActions } from '../actions/encode-actions.ts';
import { decodeInstructions, encodeInstructions } from '../actions/instructions.ts';
import type { Action } from '../model/action.ts';
import type { Match } from '../model/match.ts';
import { Port, portFrom16, portTo16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import { putMatch } from '../oxm/encode-match.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import type { BodyCodec, BodyContext } from './base.ts';
import { ANY_GROUP, readNxMatch, readPort, readVersionMatch, writeVersionMatch } from './flow-mod.ts';

/** A wish to be told of changes of flows (OFPST_FLOW_MONITOR, NXST_FLOW_MONITOR). */
export interface FlowMonitor {
  readonly id: number;
  /** OFPFMF14_* bits; Nicira's are the same from bit 0 on. */
  readonly flags: number;
  readonly out_port?: number;
  readonly out_group?: number;
  /** Left out: all tables. */
  readonly table?: number;
  /** OpenFlow 1.4. */
  readonly command?: 'add' | 'modify' | 'delete';
  readonly match: Match;
}
export interface FlowMonitorRequest {
  readonly type: 'flow_monitor_request';
  readonly monitors: readonly FlowMonitor[];
}
const COMMANDS = ['add', 'modify', 'delete'] as const;

function isNicira({ raw }: BodyContext): boolean {
  return raw.envelope === 'NXST';
}

export const flowMonitorRequestBody: BodyCodec<FlowMonitorRequest> = {
  read: (reader, context) => {
    const monitors: FlowMonitor[] = [];
    while (reader.left > 0)
      monitors.push(isNicira(context) ? readNicira(reader, context) : readMonitor(reader, context));
    return { type: 'flow_monitor_request', monitors };
  },
  write: (writer, { monitors }, context) => {
    for (const monitor of monitors) {
      if (isNicira(context)) writeNicira(writer, monitor);
      else writeMonitor(writer, monitor, context.version);
    }
  },
};

function readMonitor(reader: Reader, { version, policy }: BodyContext): FlowMonitor {
  const start = reader.offset;
  const [id, out_port, out_group, flags] = [reader.u32(), readPort(reader), reader.u32(), reader.u16()];
  const table = reader.u8();
  const number = reader.u8();
  const command = COMMANDS[number];
  if (command === undefined) throw decodeError('OFPMOFC_BAD_COMMAND', start, `command ${number}`);
  const match = readVersionMatch(reader, version, policy);
  return {
    id,
    flags,
    ...(out_port === Port.ANY ? {} : { out_port }),
    ...(out_group === ANY_GROUP ? {} : { out_group }),
    ...(table === 0xff ? {} : { table }),
    command,
    match,
  };
}

function writeMonitor(writer: Writer, monitor: FlowMonitor, version: number): void {
  writer.u32(monitor.id);
  writer.u32(monitor.out_port ?? Port.ANY);
  writer.u32(monitor.out_group ?? ANY_GROUP);
  writer.u16(monitor.flags);
  writer.u8(monitor.table ?? 0xff);
  writer.u8(COMMANDS.indexOf(monitor.command ?? 'add'));
  writeVersionMatch(writer, monitor.match, version);
}

function readNicira(reader: Reader, { policy }: BodyContext): FlowMonitor {
  const [id, flags, port, length, table] = [reader.u32(), reader.u16(), reader.u16(), reader.u16(), reader.u8()];
  reader.skip(5);
  const out_port = portFrom16(port);
  const { match } = readNxMatch(reader, length, policy, false);
  return { id, flags, ...(out_port === Port.ANY ? {} : { out_port }), ...(table === 0xff ? {} : { table }), match };
}

function writeNicira(writer: Writer, monitor: FlowMonitor): void {
  writer.u32(monitor.id);
  writer.u16(monitor.flags);
  writer.u16(portTo16(monitor.out_port ?? Port.ANY));
  const at = writer.length;
  writer.u16(0);
  writer.u8(monitor.table ?? 0xff);
  writer.zeros(5);
  const start = writer.length;
  putMatch(writer, monitor.match, 0);
  writer.setU16(at, writer.length - start);
  writer.pad8(start);
}

/** A change of a flow. `abbrev` is a change by the controller's own message with this xid. */
export type FlowUpdate =
  | {
      readonly event: 'initial' | 'added' | 'deleted' | 'modified';
      readonly reason: number;
      readonly priority: number;
      readonly idle_timeout: number;
      readonly hard_timeout: number;
      readonly table: number;
      readonly cookie: bigint;
      readonly match: Match;
      readonly actions: readonly Action[];
    }
  | { readonly event: 'abbrev'; readonly xid: number }
  | { readonly event: 'paused' | 'resumed' };

export interface FlowMonitorReply {
  readonly type: 'flow_monitor_reply';
  readonly updates: readonly FlowUpdate[];
}

/** OFPFME_*; Nicira's numbers are one less and have neither `initial` nor pauses. */
const EVENTS = ['initial', 'added', 'deleted', 'modified', 'abbrev', 'paused', 'resumed'] as const;

function eventName(number: number, nicira: boolean, at: number): (typeof EVENTS)[number] {
  // NXFME: 0 added, 1 deleted, 2 modified, 3 abbrev.
  const event = EVENTS[nicira ? number + 1 : number];
  if (event === undefined || (nicira && number > 3)) throw decodeError('NXBRC_FM_BAD_EVENT', at, `event ${number}`);
  return event;
}

function readUpdate(reader: Reader, context: BodyContext): FlowUpdate {
  const { version, policy } = context;
  const start = reader.offset;
  if (reader.left < 4) throw decodeError('OFPBRC_BAD_LEN', start, 'leftover bytes');
  const length = reader.u16();
  if (length < 8 || length % 8 !== 0 || length - 2 > reader.left) {
    throw decodeError('OFPBRC_BAD_LEN', start, `an update of ${length} bytes`);
  }
  const body = reader.window(length - 2);
  const nicira = isNicira(context);
  const event = eventName(body.u16(), nicira, start);
  if (event === 'abbrev') return { event, xid: body.u32() };
  if (event === 'paused' || event === 'resumed') return { event };
  if (nicira) {
    const [reason, priority, idle_timeout, hard_timeout, matchLength] = [
      body.u16(),
      body.u16(),
      body.u16(),
      body.u16(),
      body.u16(),
    ];
    const table = body.u8();
    body.skip(1);
    const cookie = body.u64();
    const { match } = readNxMatch(body, matchLength, policy, false);
    const actions = decodeActions(body, version, policy, 'instructions');
    return { event, reason, priority, idle_timeout, hard_timeout, table, cookie, match, actions };
  }
  const [table, reason, idle_timeout, hard_timeout, priority] = [
    body.u8(),
    body.u8(),
    body.u16(),
    body.u16(),
    body.u16(),
  ];
  body.skip(4);
  const cookie = body.u64();
  const match = readVersionMatch(body, version, policy);
  const actions = decodeInstructions(body, version, policy);
  return { event, reason, priority, idle_timeout, hard_timeout, table, cookie, match, actions };
}

function writeUpdate(writer: Writer, update: FlowUpdate, context: BodyContext): void {
  const start = writer.length;
  const nicira = isNicira(context);
  writer.u16(0);
  writer.u16(EVENTS.indexOf(update.event) - (nicira ? 1 : 0));
  if (update.event === 'abbrev') writer.u32(update.xid);
  else if (!('reason' in update)) writer.u32(0);
  else if (nicira) {
    for (const value of [update.reason, update.priority, update.idle_timeout, update.hard_timeout, 0])
      writer.u16(value);
    const at = writer.length - 2;
    writer.u8(update.table);
    writer.u8(0);
    writer.u64(update.cookie);
    const first = writer.length;
    putMatch(writer, update.match, 0);
    writer.setU16(at, writer.length - first);
    writer.pad8(first);
    encodeActions(writer, update.actions, context.version);
  } else {
    writer.u8(update.table);
    writer.u8(update.reason);
    writer.u16(update.idle_timeout);
    writer.u16(update.hard_timeout);
    writer.u16(update.priority);
    writer.u32(0);
    writer.u64(update.cookie);
    writeVersionMatch(writer, update.match, context.version);
    encodeInstructions(writer, update.actions, context.version);
  }
  writer.setU16(start, writer.length - start);
}

export const flowMonitorReplyBody: BodyCodec<FlowMonitorReply> = {
  read: (reader, context) => {
    const updates: FlowUpdate[] = [];
    while (reader.left > 0) updates.push(readUpdate(reader, context));
    return { type: 'flow_monitor_reply', updates };
  },
  write: (writer, { updates }, context) => {
    for (const update of updates) writeUpdate(writer, update, context);
  },
};

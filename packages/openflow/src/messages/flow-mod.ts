import { decodeInstructions, encodeInstructions } from '../actions/instructions.ts';
import type { OfpErrorName } from '../errors/ofp-error.ts';
import { fieldsOf } from '../match/canonical-match.ts';
import { flowMatch } from '../match/flow-match.ts';
import { normalizeMatch10, readMatch10, readMatch11, writeMatch10, writeMatch11 } from '../match/legacy-match.ts';
import { isPortValid } from '../match/value-bits.ts';
import type { FlowFlags, FlowMod, FlowModCommand } from '../model/flow.ts';
import type { Match } from '../model/match.ts';
import { Port, portFrom16, portTo16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import { decodeMatch, type UnknownPolicy } from '../oxm/decode-match.ts';
import { putMatch, putOxmMatch } from '../oxm/encode-match.ts';
import { putCookie } from '../oxm/nxm-text.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

export const COMMANDS: readonly FlowModCommand[] = ['add', 'modify', 'modify_strict', 'delete', 'delete_strict'];
export const NO_BUFFER = 0xffffffff;
export const ANY_GROUP = 0xffffffff;
export const NO_COOKIE = 2n ** 64n - 1n;

/** OFPFF_*: the bit and the version byte that brought it. */
const FLAG_BITS: readonly (readonly [name: keyof FlowFlags, bit: number, since: number])[] = [
  ['send_flow_rem', 1, 1],
  ['check_overlap', 2, 1],
  ['reset_counts', 4, 3],
  ['no_packet_counts', 8, 4],
  ['no_byte_counts', 16, 4],
];

/** Reads flags; what the version does not know is refused. */
export function readFlags(bits: number, version: number, at: number): FlowFlags | undefined {
  let rest = bits;
  const flags: { -readonly [K in keyof FlowFlags]: FlowFlags[K] } = {};
  for (const [name, bit, since] of FLAG_BITS) {
    if ((rest & bit) === 0 || version < since) continue;
    flags[name] = true;
    rest &= ~bit;
  }
  if (version === 1 && (rest & 4) !== 0)
    throw decodeError('OFPFMFC_TABLE_FULL', at, 'emergency flows are not supported');
  if (rest !== 0) throw decodeError('OFPFMFC_BAD_FLAGS', at, `flags 0x${rest.toString(16)} are unknown`);
  return bits === 0 ? undefined : flags;
}

export function flagBits(flags: FlowFlags | undefined, version: number): number {
  if (flags === undefined) return 0;
  let bits = 0;
  for (const [name, bit, since] of FLAG_BITS) if (flags[name] && version >= since) bits |= bit;
  return bits;
}

/** A match as the version tells it: bits for OpenFlow 1.0 and 1.1, fields later. */
export function readVersionMatch(reader: Reader, version: number, policy: UnknownPolicy): Match {
  const at = reader.offset;
  if (reader.left < 4) throw decodeError('OFPBMC_BAD_LEN', at, 'no room for a match');
  const type = reader.u16();
  const length = reader.u16();
  if (version === 2) {
    if (type !== 0) throw decodeError('OFPBMC_BAD_TYPE', at, `match type ${type}`);
    if (length !== 88) throw decodeError('OFPBMC_BAD_LEN', at, `a match of ${length} bytes`);
    return fieldsOf(readMatch11(reader), 0);
  }
  if (length < 4) throw decodeError('OFPBMC_BAD_LEN', at, `a match of ${length} bytes`);
  if (type !== 1) throw decodeError('OFPBMC_BAD_TYPE', at, `match type ${type}`);
  const padded = (length + 7) & ~7;
  if (padded - 4 > reader.left) throw decodeError('OFPBMC_BAD_LEN', at, `a match of ${length} bytes`);
  const { match } = decodeMatch(reader.window(length - 4), policy);
  reader.skip(padded - length);
  return match;
}

export function writeVersionMatch(writer: Writer, match: Match, version: number): void {
  if (version === 2) writeMatch11(writer, flowMatch(match));
  else putOxmMatch(writer, match, version);
}

/** Nicira's match: its entries, then zeros up to a multiple of 8. */
export function readNxMatch(
  reader: Reader,
  length: number,
  policy: UnknownPolicy,
  cookie: boolean,
): ReturnType<typeof decodeMatch> {
  const padded = (length + 7) & ~7;
  if (padded > reader.left) throw decodeError('OFPBMC_BAD_LEN', reader.offset, `a match of ${length} bytes`);
  const decoded = decodeMatch(reader.window(length), policy, cookie);
  reader.skip(padded - length);
  return decoded;
}

/** A 32-bit port number, refused where Open vSwitch has no room for it. */
export function readPort(reader: Reader, ofp: OfpErrorName = 'OFPBAC_BAD_OUT_PORT'): number {
  const port = reader.u32();
  if (!isPortValid(port)) throw decodeError(ofp, reader.offset - 4, `port 0x${port.toString(16)}`);
  return port;
}

function commandOf(number: number, at: number): FlowModCommand {
  const command = COMMANDS[number];
  if (command === undefined) throw decodeError('OFPFMFC_BAD_COMMAND', at, `command ${number}`);
  return command;
}

type Optional<T> = T extends undefined ? never : T;

/** An object's member where the value is not the one that stands for none. */
function member<K extends string, T>(name: K, value: T, none: T): { [P in K]?: Optional<T> } {
  return (value === none ? {} : { [name]: value }) as { [P in K]?: Optional<T> };
}

function isDelete(command: FlowModCommand): boolean {
  return command === 'delete' || command === 'delete_strict';
}

/** Reads OFPT_FLOW_MOD of OpenFlow 1.1 and later. */
export function readFlowMod11(reader: Reader, version: number, policy: UnknownPolicy): FlowMod {
  const cookie = reader.u64();
  const cookieMask = reader.u64();
  const table = reader.u8();
  const command = commandOf(reader.u8(), reader.offset - 1);
  const idle = reader.u16();
  const hard = reader.u16();
  const priority = reader.u16();
  const buffer = reader.u32();
  const outPort = readPort(reader);
  const outGroup = reader.u32();
  const flagsAt = reader.offset;
  const rawFlags = reader.u16();
  const importance = reader.u16();
  const match = readVersionMatch(reader, version, policy);
  if (table === 0xff && (version === 2 || !isDelete(command))) {
    throw decodeError('OFPFMFC_BAD_TABLE_ID', flagsAt, 'only a delete can be of all tables');
  }
  const actions = decodeInstructions(reader, version, policy);
  const flags = readFlags(rawFlags, version, flagsAt);
  const sets = command === 'add' || (version === 2 && !isDelete(command) && cookieMask === 0n);
  return {
    type: 'flow_mod',
    command,
    ...member('table', table as number | undefined, 0xff),
    priority,
    match,
    actions,
    ...(sets ? member('cookie', cookie, 0n) : {}),
    ...(sets || (cookie === 0n && cookieMask === 0n) ? {} : { cookie_match: { cookie, mask: cookieMask } }),
    ...member('idle_timeout', idle, 0),
    ...member('hard_timeout', hard, 0),
    ...(version >= 5 ? member('importance', importance, 0) : {}),
    ...member('buffer_id', buffer, NO_BUFFER),
    ...member('out_port', outPort, Port.ANY),
    ...member('out_group', outGroup, ANY_GROUP),
    ...(flags === undefined ? {} : { flags }),
  };
}

/** Writes the body of OFPT_FLOW_MOD of OpenFlow 1.1 and later. */
export function writeFlowMod11(writer: Writer, flow: FlowMod, version: number): void {
  const at = writer.grow(40);
  const { view } = writer;
  const { command } = flow;
  const mask = flow.cookie_match?.mask ?? 0n;
  const sets = command === 'add' || (version === 2 && !isDelete(command) && mask === 0n);
  const match =
    flow.cookie_match === undefined ? 0n : mask === 0n ? flow.cookie_match.cookie : flow.cookie_match.cookie & mask;
  view.setBigUint64(at, sets ? (flow.cookie ?? 0n) : match);
  view.setBigUint64(at + 8, mask);
  view.setUint8(at + 16, flow.table ?? (version > 2 && isDelete(command) ? 0xff : 0));
  view.setUint8(at + 17, COMMANDS.indexOf(command));
  view.setUint16(at + 18, flow.idle_timeout ?? 0);
  view.setUint16(at + 20, flow.hard_timeout ?? 0);
  view.setUint16(at + 22, flow.priority);
  view.setUint32(at + 24, flow.buffer_id ?? NO_BUFFER);
  view.setUint32(at + 28, flow.out_port ?? Port.ANY);
  view.setUint32(at + 32, flow.out_group ?? ANY_GROUP);
  view.setUint16(at + 36, flagBits(flow.flags, version));
  view.setUint16(at + 38, version >= 5 && command === 'add' ? (flow.importance ?? 0) : 0);
  writeVersionMatch(writer, flow.match, version);
  encodeInstructions(writer, flow.actions, version);
}

function command10(word: number, at: number): { readonly command: FlowModCommand; readonly table: number } {
  return { command: commandOf(word & 0xff, at), table: word >>> 8 };
}

/** Reads OFPT_FLOW_MOD of OpenFlow 1.0, with the table in the command's upper byte (nxt_flow_mod_table_id). */
export function readFlowMod10(reader: Reader, _version: number, policy: UnknownPolicy): FlowMod {
  const { flow, exact } = readMatch10(reader);
  const cookie = reader.u64();
  const { command, table } = command10(reader.u16(), reader.offset);
  const [idle, hard, priority] = [reader.u16(), reader.u16(), reader.u16()];
  const buffer = reader.u32();
  const outPort = portFrom16(reader.u16());
  const rawFlags = reader.u16();
  const flagsAt = reader.offset - 2;
  const actions = decodeInstructions(reader, 1, policy);
  const flags = readFlags(rawFlags, 1, flagsAt);
  return {
    ...flowMod10(command, table, fieldsOf(normalizeMatch10(flow), 0), actions, exact ? 0xffff : priority),
    ...timers(idle, hard, buffer, outPort),
    ...member('cookie', cookie as bigint | undefined, NO_COOKIE),
    ...(flags === undefined ? {} : { flags }),
  };
}

function flowMod10(
  command: FlowModCommand,
  table: number,
  match: Match,
  actions: FlowMod['actions'],
  priority: number,
): Pick<FlowMod, 'type' | 'command' | 'table' | 'match' | 'actions' | 'priority'> {
  return { type: 'flow_mod', command, table, match, actions, priority };
}

function timers(idle: number, hard: number, buffer: number, outPort: number): Partial<FlowMod> {
  return {
    ...member('idle_timeout', idle, 0),
    ...member('hard_timeout', hard, 0),
    ...member('buffer_id', buffer, NO_BUFFER),
    ...member('out_port', outPort, Port.ANY),
  };
}

/** Writes OFPT_FLOW_MOD of OpenFlow 1.0. */
export function writeFlowMod10(writer: Writer, flow: FlowMod): void {
  writeMatch10(writer, flowMatch(flow.match));
  writer.u64(flow.cookie ?? NO_COOKIE);
  writer.u16(COMMANDS.indexOf(flow.command) | ((flow.table ?? 0) << 8));
  writer.u16(flow.idle_timeout ?? 0);
  writer.u16(flow.hard_timeout ?? 0);
  writer.u16(flow.priority);
  writer.u32(flow.buffer_id ?? NO_BUFFER);
  writer.u16(portTo16(flow.out_port ?? Port.ANY));
  writer.u16(flagBits(flow.flags, 1));
  encodeInstructions(writer, flow.actions, 1);
}

/** Reads NXT_FLOW_MOD. */
export function readNxFlowMod(reader: Reader, version: number, policy: UnknownPolicy): FlowMod {
  const cookie = reader.u64();
  const { command, table } = command10(reader.u16(), reader.offset);
  const [idle, hard, priority] = [reader.u16(), reader.u16(), reader.u16()];
  const buffer = reader.u32();
  const outPort = portFrom16(reader.u16());
  const rawFlags = reader.u16();
  const flagsAt = reader.offset - 2;
  const length = reader.u16();
  reader.skip(6);
  const { match, cookie: restrict } = readNxMatch(reader, length, policy, true);
  if (command === 'add' && restrict !== undefined && restrict.mask !== 0n) {
    throw decodeError('NXBRC_NXM_INVALID', reader.offset, 'an added flow cannot be restricted by its cookie');
  }
  const actions = decodeInstructions(reader, version, policy);
  const flags = readFlags(rawFlags, version, flagsAt);
  return {
    ...flowMod10(command, table, match, actions, priority),
    ...timers(idle, hard, buffer, outPort),
    ...member('cookie', cookie as bigint | undefined, NO_COOKIE),
    ...(restrict === undefined ? {} : { cookie_match: restrict }),
    ...(flags === undefined ? {} : { flags }),
  };
}

/** Writes NXT_FLOW_MOD. */
export function writeNxFlowMod(writer: Writer, flow: FlowMod, version: number): void {
  const at = writer.grow(32);
  writer.bytes.fill(0, at, at + 32);
  const start = writer.length;
  putMatch(writer, flow.match, 0);
  if (flow.cookie_match !== undefined) putCookie(writer, flow.cookie_match.cookie, flow.cookie_match.mask);
  const length = writer.length - start;
  writer.pad8(start);
  const { view } = writer;
  view.setBigUint64(at, flow.cookie ?? NO_COOKIE);
  view.setUint16(at + 8, COMMANDS.indexOf(flow.command) | ((flow.table ?? 0) << 8));
  view.setUint16(at + 10, flow.idle_timeout ?? 0);
  view.setUint16(at + 12, flow.hard_timeout ?? 0);
  view.setUint16(at + 14, flow.priority);
  view.setUint32(at + 16, flow.buffer_id ?? NO_BUFFER);
  view.setUint16(at + 20, portTo16(flow.out_port ?? Port.ANY));
  view.setUint16(at + 22, flagBits(flow.flags, version));
  view.setUint16(at + 24, length);
  encodeInstructions(writer, flow.actions, version);
}

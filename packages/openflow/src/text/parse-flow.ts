import { checkActions } from '../actions/check.ts';
import { type FieldName, fieldNamed, findField } from '../field/field.ts';
import { canonicalMatch, fieldsOf } from '../match/canonical-match.ts';
import { FlowMatch } from '../match/flow-match.ts';
import { EthType } from '../match/prerequisite.ts';
import { slot } from '../match/slot.ts';
import type { FlowFlags, FlowMod, FlowModCommand } from '../model/flow.ts';
import type { FieldValue, Match } from '../model/match.ts';
import { parseError } from '../openflow-error.ts';
import { bytesNeeded } from '../oxm/encode-match.ts';
import { ParseState } from './action-parser.ts';
import { usableProtocols } from './field-protocols.ts';
import { formatFieldValue } from './field-text.ts';
import { DEFAULT_PRIORITY } from './format-match.ts';
import { type KeyValue, keyValues } from './key-value.ts';
import { parseActionList } from './parse-actions.ts';
import { parseFieldValue } from './parse-field.ts';
import { parseU16, parseU64, scanBytes } from './parse-number.ts';
import { parseSubfield } from './parse-subfield.ts';
import { parsePort, parseTable } from './port-text.ts';
import {
  ANY_PROTOCOL,
  NXM_ANY,
  NXM_OF11_UP,
  NXM_OXM_ANY,
  OF10_STD_ANY,
  OF11_UP,
  OF12_UP,
  OF13_UP,
  TID,
} from './protocol.ts';

/** Room for all tunnel options of a flow. */
const MAX_OPTION_BYTES = 256;

/** Words that stand for an Ethernet type and perhaps a protocol. */
const PROTOCOL_WORDS: Readonly<Record<string, readonly [ethType: number, ipProto: number]>> = {
  ip: [EthType.IP, 0],
  ipv4: [EthType.IP, 0],
  ip4: [EthType.IP, 0],
  arp: [EthType.ARP, 0],
  icmp: [EthType.IP, 1],
  tcp: [EthType.IP, 6],
  udp: [EthType.IP, 17],
  sctp: [EthType.IP, 132],
  ipv6: [EthType.IPV6, 0],
  ip6: [EthType.IPV6, 0],
  icmp6: [EthType.IPV6, 58],
  tcp6: [EthType.IPV6, 6],
  udp6: [EthType.IPV6, 17],
  sctp6: [EthType.IPV6, 132],
  rarp: [EthType.RARP, 0],
  mpls: [EthType.MPLS, 0],
  mplsm: [EthType.MPLS_MULTICAST, 0],
};

const IGNORED: ReadonlySet<string> = new Set([...['duration', 'n_packets', 'n_bytes', 'idle_age', 'hard_age']]);

/** What a command may say beside the match. */
const ALLOWED: Readonly<Record<FlowModCommand | 'request', ReadonlySet<string>>> = {
  request: new Set(['out_port']),
  add: new Set(['actions', 'timeout', 'priority', 'flags', 'importance']),
  delete: new Set(['out_port']),
  delete_strict: new Set(['out_port', 'priority']),
  modify: new Set(['actions', 'timeout', 'priority', 'flags']),
  modify_strict: new Set(['actions', 'timeout', 'priority', 'flags']),
};

const FLAG_PROTOCOLS: Readonly<Record<string, number>> = {
  send_flow_rem: ANY_PROTOCOL,
  check_overlap: ANY_PROTOCOL,
  reset_counts: OF12_UP,
  no_packet_counts: OF13_UP,
  no_byte_counts: OF13_UP,
};

/** A flow from text, with the protocols that can carry it (bits of `Protocol`). */
export interface ParsedFlow {
  readonly flow: FlowMod;
  readonly protocols: number;
  /** The match as bits, for encoding in any version without going through a list of fields. */
  readonly bits: FlowMatch;
}

interface Draft {
  priority: number;
  table?: number;
  cookie?: bigint;
  cookieMatch?: { readonly cookie: bigint; readonly mask: bigint };
  idle_timeout?: number;
  hard_timeout?: number;
  importance?: number;
  out_port?: number;
  out_group?: number;
  flags: Record<string, true>;
}

class FlowParser {
  readonly command: FlowModCommand | 'request';
  readonly flow = new FlowMatch();
  readonly draft: Draft = { priority: DEFAULT_PRIORITY, flags: {} };
  protocols = ANY_PROTOCOL;
  readonly #options = new Set<FieldName>();
  #optionBytes = 0;

  constructor(command: FlowModCommand | 'request') {
    this.command = command;
  }

  allows(what: string): boolean {
    return ALLOWED[this.command].has(what);
  }

  pair({ key, value }: KeyValue): void {
    const words = Object.hasOwn(PROTOCOL_WORDS, key) ? PROTOCOL_WORDS[key] : undefined;
    if (words !== undefined) this.protocol(words);
    else if (key === 'eth') this.flow.setSlot(slot('packet_type'), 0);
    else if (this.allows('flags') && Object.hasOwn(FLAG_PROTOCOLS, key)) {
      this.draft.flags[key] = true;
      this.protocols &= FLAG_PROTOCOLS[key] ?? ANY_PROTOCOL;
    } else if (key === 'no_readonly_table' || key === 'allow_hidden_fields') return;
    else if (findField(key) !== undefined) this.field(key, value);
    else if (key.includes('[')) this.subfield(key, value);
    else this.option(key, value);
  }

  protocol([ethType, ipProto]: readonly [number, number]): void {
    this.flow.setSlot(slot('eth_type'), ethType);
    if (ipProto !== 0) this.flow.setSlot(slot('nw_proto'), ipProto);
    if (this.flow.isWild(slot('packet_type'))) this.flow.setSlot(slot('packet_type'), 0);
  }

  field(name: string, text: string): void {
    const field = findField(name);
    if (field === undefined) return;
    const { value, mask } = parseFieldValue(field, text === '' ? '0/0' : text);
    if (field.variable) this.tunnelOption(field.name, bytesNeeded(value, mask === field.ones ? undefined : mask));
    this.protocols &= usableProtocols(field, mask);
    this.flow.setField(field, value, mask);
  }

  /** Each tunnel option is matched once, and all of them have only so much room. */
  tunnelOption(name: FieldName, bytes: number): void {
    if (this.#options.has(name)) throw parseError(`field ${name} set multiple times`);
    this.#options.add(name);
    this.#optionBytes += Math.ceil(bytes / 4) * 4;
    if (this.#optionBytes > MAX_OPTION_BYTES) {
      const used = `used ${this.#optionBytes}, max ${MAX_OPTION_BYTES}`;
      throw parseError(`field ${name} exceeds maximum size for tunnel metadata (${used})`);
    }
  }

  subfield(name: string, text: string): void {
    const bits = parseSubfield(name);
    const field = fieldNamed(bits.field);
    const number = scanBytes(text, field.bytes);
    if (number === undefined || number.rest !== '') throw parseError(`${name}: cannot parse integer value: ${text}`);
    if (number.value >> BigInt(bits.width) !== 0n) {
      const shown = formatFieldValue(field, field.big ? number.value : Number(number.value));
      throw parseError(`${name}: value ${shown} does not fit into ${bits.width} bits`);
    }
    const sized = (value: bigint): FieldValue => (field.big ? value : Number(value));
    const ones = ((1n << BigInt(bits.width)) - 1n) << BigInt(bits.start);
    const old = this.flow.getField(field);
    const value = (BigInt(old.value) & ~ones) | (number.value << BigInt(bits.start));
    const mask = BigInt(old.mask) | ones;
    this.flow.setField(field, sized(value), sized(mask));
    this.protocols &= usableProtocols(field, sized(mask));
  }

  option(key: string, value: string): void {
    if (value === '') throw parseError(`field ${key} missing value`);
    const { draft } = this;
    if (key === 'table') {
      const table = parseTable(value);
      if (table === undefined) throw parseError(`unknown table "${value}"`);
      draft.table = table;
      if (table !== 0xff) this.protocols &= TID;
    } else if (this.allows('out_port') && key === 'out_port') {
      const port = parsePort(value);
      if (port === undefined) throw parseError(`${value} is not a valid OpenFlow port`);
      draft.out_port = port;
    } else if (this.allows('out_port') && key === 'out_group') {
      this.protocols &= OF11_UP;
      draft.out_group = parseGroup(value);
    } else if (this.allows('priority') && key === 'priority') draft.priority = parseU16(value, key);
    else if (this.allows('timeout') && (key === 'idle_timeout' || key === 'hard_timeout'))
      draft[key] = parseU16(value, key);
    else if (this.allows('importance') && key === 'importance') draft.importance = parseU16(value, key);
    else if (key === 'cookie') this.cookie(value);
    else if (!IGNORED.has(key)) throw parseError(`unknown keyword ${key}`);
  }

  cookie(text: string): void {
    const slash = text.indexOf('/');
    if (slash >= 0) {
      if (this.command === 'add') throw parseError('flow additions cannot use a cookie mask');
      const cookie = parseU64(text.slice(0, slash));
      const mask = parseU64(text.slice(slash + 1));
      this.draft.cookieMatch = { cookie, mask };
      if (mask !== 0n) this.protocols &= NXM_OF11_UP;
      return;
    }
    if (!['add', 'modify', 'modify_strict'].includes(this.command)) throw parseError('cannot set cookie');
    this.draft.cookie = parseU64(text);
  }

  /** IPv6 can be matched above layer 2 only with NXM and OXM. */
  finishMatch(): void {
    const { flow } = this;
    const packetType = flow.number(slot('packet_type'));
    if (!flow.isWild(slot('packet_type')) && packetType >>> 16 === 1) {
      flow.value[slot('eth_type')] = packetType & 0xffff;
    }
    if (flow.number(slot('eth_type')) !== EthType.IPV6) return;
    if (['nw_proto', 'nw_tos', 'tp_src', 'tp_dst'].some((name) => !flow.isWild(slot(name)))) {
      this.protocols &= NXM_OXM_ANY;
    }
  }
}

/** A group by number or name. */
export function parseGroup(text: string): number {
  const reserved = { all: 0xfffffffc, any: 0xffffffff }[text.toLowerCase()];
  if (reserved !== undefined) return reserved;
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text) || Number(text) > 0xffffffff) {
    throw parseError(`${text} is not a valid OpenFlow group`);
  }
  return Number(text);
}

/** Splits a flow's text at `actions=`. */
export function splitActions(text: string): { readonly match: string; readonly actions: string | undefined } {
  const at = text.indexOf('action');
  if (at < 0) return { match: text, actions: undefined };
  const equals = text.indexOf('=', at + 1);
  return { match: text.slice(0, at), actions: equals < 0 ? undefined : text.slice(equals + 1) };
}

const COMMANDS: readonly FlowModCommand[] = ['add', 'delete', 'delete_strict', 'modify', 'modify_strict'];

function leadingCommand(text: string): { readonly command: FlowModCommand; readonly rest: string } {
  const trimmed = text.replace(/^[ \t\r\n]+/, '');
  const word = /^[^, \t\r\n]*/.exec(trimmed)?.[0] ?? '';
  const command = word === '' ? undefined : COMMANDS.find((name) => name.startsWith(word));
  return command === undefined ? { command: 'add', rest: trimmed } : { command, rest: trimmed.slice(word.length) };
}

/**
 * Parses a flow as ovs-ofctl does. The command is that of `ovs-ofctl add-flow` and its like; `any` takes it from the text's
 * first word and is `add` without one. Throws a `parse` error with ovs-ofctl's words.
 */
export function parseFlowMod(text: string, command: FlowModCommand | 'any' = 'add'): ParsedFlow {
  const led = command === 'any' ? leadingCommand(text) : { command, rest: text };
  const parser = new FlowParser(led.command);
  const split = parser.allows('actions') ? splitActions(led.rest) : { match: led.rest, actions: undefined };
  if (parser.allows('actions') && split.actions === undefined) throw parseError('must specify an action');
  for (const pair of keyValues(split.match)) parser.pair(pair);
  parser.finishMatch();
  const state = new ParseState();
  const parsed = split.actions === undefined ? [] : parseActionList(split.actions, state, 'instructions');
  const checked = checkActions(parsed, parser.flow, parser.draft.table ?? 0xff);
  let protocols = parser.protocols & state.protocols;
  if (!checked.consistent) protocols &= OF10_STD_ANY | NXM_ANY;
  const error =
    checked.error ?? (protocols === 0 && split.actions !== undefined ? 'OFPBAC_MATCH_INCONSISTENT' : undefined);
  if (error !== undefined) throw parseError(`actions are invalid with specified match (${error})`);
  const { table, cookieMatch, cookie, flags, priority, ...rest } = parser.draft;
  const isModify = led.command === 'modify' || led.command === 'modify_strict';
  const newCookie = cookie ?? (isModify && cookieMatch !== undefined && cookieMatch.mask !== 0n ? undefined : 0n);
  const flow: FlowMod = {
    type: 'flow_mod',
    command: led.command,
    ...(table === undefined ? {} : { table }),
    priority,
    match: fieldsOf(parser.flow, 4),
    actions: checked.actions,
    ...(newCookie === undefined ? {} : { cookie: newCookie }),
    ...(cookieMatch === undefined || cookieMatch.mask === 0n ? {} : { cookie_match: cookieMatch }),
    ...rest,
    ...(Object.keys(flags).length === 0 ? {} : { flags: flags satisfies FlowFlags }),
  };
  return { flow, protocols, bits: parser.flow };
}

/** What a request for flows restricts itself to. */
export interface FlowFilter {
  readonly match: Match;
  readonly table?: number;
  readonly out_port?: number;
  readonly out_group?: number;
  readonly cookie_match?: { readonly cookie: bigint; readonly mask: bigint };
}

/** Parses the filter of `ovs-ofctl dump-flows`. */
export function parseFlowFilter(text: string): FlowFilter {
  const parser = new FlowParser('request');
  for (const pair of keyValues(text)) parser.pair(pair);
  parser.finishMatch();
  const { table, out_port, out_group, cookieMatch } = parser.draft;
  return {
    match: fieldsOf(parser.flow, 4),
    ...(table === undefined ? {} : { table }),
    ...(out_port === undefined ? {} : { out_port }),
    ...(out_group === undefined ? {} : { out_group }),
    ...(cookieMatch === undefined ? {} : { cookie_match: cookieMatch }),
  };
}

/** Parses a match alone, e.g. `tcp,nw_dst=10.0.0.1,tp_dst=80`, into the fields that OpenFlow 1.3 has for it. */
export function parseMatch(text: string): Match {
  return canonicalMatch(parseFlowFilter(text).match, 4);
}

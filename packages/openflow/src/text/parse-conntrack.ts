import type { Action } from '../model/action.ts';
import type { ConntrackAction, Nat } from '../model/conntrack-action.ts';
import { isOpenFlowError, parseError } from '../openflow-error.ts';
import type { ParseState } from './action-parser.ts';
import { parseIpv4, parseIpv6 } from './address-text.ts';
import { keyValues } from './key-value.ts';
import { parseU16 } from './parse-number.ts';
import { parseSubfield } from './parse-subfield.ts';
import { parseTable } from './port-text.ts';

const IPV4 = /^\s*\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/;
const IPV6 = /^\s*(?:\[([0-9a-fA-F:.]+)\]|([0-9a-fA-F:.]+))/;

type Range = Pick<Nat, 'ipv4' | 'ipv6' | 'ports'>;

function scanV4(text: string): { readonly address: number; readonly length: number } | undefined {
  const found = IPV4.exec(text)?.[0];
  const address = found === undefined ? undefined : parseIpv4(found.trim());
  return found === undefined || address === undefined ? undefined : { address, length: found.length };
}

function scanV6(text: string): { readonly address: bigint; readonly length: number } | undefined {
  const found = IPV6.exec(text);
  const address = found === null ? undefined : parseIpv6(found[1] ?? found[2] ?? '');
  return found === null || address === undefined ? undefined : { address, length: found[0].length };
}

function natRange(text: string): Range {
  const bad = (): Error => parseError(`invalid nat range "${text}"`);
  let at = 0;
  let range: Range = {};
  const two = <T extends number | bigint>(
    scan: (text: string) => { address: T; length: number } | undefined,
  ): { min: T; max?: T } | undefined => {
    const first = scan(text);
    if (first === undefined) return undefined;
    at = first.length;
    if (text[at] !== '-') return { min: first.address };
    at++;
    const last = scan(text.slice(at));
    if (last === undefined || last.address < first.address) throw bad();
    at += last.length;
    return { min: first.address, max: last.address };
  };
  const ipv4 = two(scanV4);
  if (ipv4 !== undefined) range = { ipv4 };
  else {
    const ipv6 = two(scanV6);
    if (ipv6 !== undefined) range = { ipv6 };
  }
  if ((range.ipv4 !== undefined || range.ipv6 !== undefined) && text[at] === ':') {
    const found = /^:(\d+)(?:-(\d+)?)?/.exec(text.slice(at));
    if (found === null) throw bad();
    const min = Number(found[1]);
    const max = found[2] === undefined ? undefined : Number(found[2]);
    if (
      min > 65535 ||
      (max !== undefined && (max < min || max > 65535)) ||
      (found[0].endsWith('-') && max === undefined)
    )
      throw bad();
    at += found[0].length;
    range = { ...range, ports: max === undefined ? { min } : { min, max } };
  }
  if (at !== text.length) throw parseError(`garbage (${text.slice(at)}) after nat range "${text}" (pos: ${at})`);
  return range;
}

/** Parses the argument of `nat`. */
export function parseNat(argument: string): Nat {
  let range: Range = {};
  const flags = new Set<string>();
  for (const { key, value } of keyValues(argument)) {
    if (!['src', 'dst', 'persistent', 'hash', 'random'].includes(key)) {
      throw parseError(`invalid key "${key}" in "nat" argument`);
    }
    flags.add(key);
    if (key === 'src' || key === 'dst') range = natRange(value);
  }
  if (flags.has('src') && flags.has('dst')) throw parseError('May only specify one of "src" or "dst".');
  if (!flags.has('src') && !flags.has('dst') && flags.size > 0) {
    throw parseError('Flags allowed only with "src" or "dst".');
  }
  if (flags.has('hash') && flags.has('random')) throw parseError('Both "hash" and "random" are not allowed.');
  return {
    type: 'nat',
    ...(flags.has('src') ? { direction: 'src' } : flags.has('dst') ? { direction: 'dst' } : {}),
    ...(flags.has('persistent') ? { persistent: true } : {}),
    ...(flags.has('hash') ? { hash: true } : {}),
    ...(flags.has('random') ? { random: true } : {}),
    ...range,
  };
}

function parseZone(value: string): ConntrackAction['zone'] {
  try {
    return parseU16(value, 'zone');
  } catch (error) {
    if (!isOpenFlowError(error)) throw error;
    return parseSubfield(value);
  }
}

function parseAlg(value: string): number {
  if (value === 'ftp') return 21;
  if (value === 'tftp') return 69;
  throw parseError(`invalid conntrack helper "${value}"`);
}

/** Parses the argument of `ct`; `parseExec` parses the actions within. */
export function parseConntrack(
  argument: string,
  state: ParseState,
  parseExec: (text: string, state: ParseState) => readonly Action[],
): ConntrackAction {
  let action: ConntrackAction = { type: 'ct' };
  for (const { key, value } of keyValues(argument)) {
    if (key === 'commit' || key === 'force') action = { ...action, [key]: true };
    else if (key === 'table') {
      const table = parseTable(value);
      if (table === undefined) throw parseError(`unknown table ${value}`);
      if (table === 0xff) throw parseError('invalid table 0xff');
      action = { ...action, table };
    } else if (key === 'zone') {
      const zone = parseZone(value);
      if (zone !== undefined) action = { ...action, zone };
    } else if (key === 'alg') action = { ...action, alg: parseAlg(value) };
    else if (key === 'nat') action = { ...action, nat: parseNat(value) };
    else if (key === 'exec') action = { ...action, exec: [...(action.exec ?? []), ...parseExec(value, state)] };
    else throw parseError(`invalid argument to "ct" action: \`${key}'`);
  }
  if (action.force && !action.commit) throw parseError('"force" flag requires "commit" flag.');
  return action;
}

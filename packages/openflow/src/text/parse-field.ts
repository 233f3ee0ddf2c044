import type { Field } from '../field/field.ts';
import { isMaskValid } from '../match/value-bits.ts';
import type { FieldValue } from '../model/match.ts';
import { portTo16 } from '../model/port.ts';
import { parseError } from '../openflow-error.ts';
import { parseEthernet, parseIpv4, parseIpv6 } from './address-text.ts';
import { FRAGMENTS } from './field-text.ts';
import { CT_STATE_FLAGS, type FlagNames, TCP_FLAGS, TUNNEL_FLAGS } from './flag-text.ts';
import { scanBytes, scanInteger } from './parse-number.ts';
import { parsePort } from './port-text.ts';

/** A parsed value; the mask has all of the field's bits where the text has none. */
export interface ParsedValue {
  readonly value: FieldValue;
  readonly mask: FieldValue;
}

function sized(field: Field, value: bigint): FieldValue {
  return field.big ? value : Number(value);
}

function parseInteger(field: Field, text: string): ParsedValue {
  const number = scanBytes(text, field.bytes);
  if (number === undefined || (number.rest !== '' && !number.rest.startsWith('/')))
    throw parseError(`${text}: bad syntax for ${field.name} value`);
  if (number.rest === '') return { value: sized(field, number.value), mask: field.ones };
  const mask = scanBytes(number.rest.slice(1), field.bytes);
  if (mask === undefined || mask.rest !== '') throw parseError(`${text}: bad syntax for ${field.name} mask`);
  return { value: sized(field, number.value), mask: sized(field, mask.value) };
}

function parseEthernetMasked(field: Field, text: string): ParsedValue {
  const [address = '', mask, ...more] = text.split('/');
  const value = parseEthernet(address);
  const bits = mask === undefined ? undefined : parseEthernet(mask);
  if (value === undefined || more.length > 0 || (mask !== undefined && bits === undefined)) {
    throw parseError(`${text}: invalid Ethernet address`);
  }
  return { value, mask: bits ?? field.ones };
}

function parseIpv4Masked(text: string): ParsedValue {
  const slash = text.indexOf('/');
  const value = parseIpv4(slash < 0 ? text : text.slice(0, slash));
  if (value === undefined) throw parseError(`${text}: invalid IP address`);
  if (slash < 0) return { value, mask: 0xffffffff };
  const mask = text.slice(slash + 1);
  const address = parseIpv4(mask);
  if (address !== undefined) return { value, mask: address };
  const prefix = /^[+-]?\d+/.exec(mask)?.[0];
  if (prefix === undefined) throw parseError(`${text}: invalid IP address`);
  const length = Number(prefix);
  if (length < 0 || length > 32) {
    throw parseError(`${text}: IPv4 network prefix bits not between 0 and 32, inclusive`);
  }
  if (prefix !== mask) throw parseError(`${text}: invalid IP address`);
  return { value, mask: length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0 };
}

function parseIpv6Masked(text: string): ParsedValue {
  const bad = (): Error => parseError(`${text}: bad syntax for IPv6 address`);
  const slash = text.indexOf('/');
  const value = parseIpv6(slash < 0 ? text : text.slice(0, slash));
  if (value === undefined) throw bad();
  if (slash < 0) return { value, mask: 2n ** 128n - 1n };
  const mask = text.slice(slash + 1);
  if (/^[+-]?\d+$/.test(mask)) {
    const length = Number(mask);
    if (length < 0 || length > 128) {
      throw parseError(`${text}: IPv6 network prefix bits not between 0 and 128, inclusive`);
    }
    return { value, mask: ((1n << BigInt(length)) - 1n) << BigInt(128 - length) };
  }
  const address = parseIpv6(mask);
  if (address === undefined) throw bad();
  return { value, mask: address };
}

function parseFragment(field: Field, text: string): ParsedValue {
  const found = FRAGMENTS.find(([word]) => word === text.toLowerCase());
  if (found === undefined) {
    throw parseError(`${text}: unknown fragment type (valid types are "no", "yes", "first", "later", "not_first"`);
  }
  const [, value, mask] = found;
  return { value, mask: mask === 3 ? field.ones : mask | 0xfc };
}

/** `+a-b`, `a|b`, numbers, or `value/mask`. */
function parseFlags(text: string, names: FlagNames, what: string, allowed: number, ones: number): ParsedValue {
  const unknown = (): Error => parseError(`${text}: unknown ${what} flag(s)`);
  const numeric = /^([^/]+)\/(.+)$/.exec(text);
  const [value, mask] = [scanInteger(numeric?.[1] ?? ''), scanInteger(numeric?.[2] ?? '')];
  if (value?.rest === '' && mask !== undefined) {
    if (((Number(value.value) | Number(mask.value)) & ~allowed) !== 0 || mask.rest !== '') throw unknown();
    return { value: Number(value.value), mask: Number(mask.value) };
  }
  if (/^[+-]/.test(text)) return parseSignedFlags(text, names, what, allowed);
  let flags = 0;
  for (const piece of text.split('|')) {
    const number = scanInteger(piece);
    const bit = names.indexOf(piece);
    if (number !== undefined && number.rest === '') flags |= Number(number.value);
    else if (bit >= 0) flags |= 1 << bit;
    else if (piece !== '') throw unknown();
  }
  if ((flags & ~allowed) !== 0) throw unknown();
  return { value: flags >>> 0, mask: ones };
}

function parseSignedFlags(text: string, names: FlagNames, what: string, allowed: number): ParsedValue {
  let value = 0;
  let mask = 0;
  let rest = text;
  while (rest !== '') {
    const found = /^([+-])([^+-]*)/.exec(rest);
    if (found === null) throw parseError(`${rest}: ${what} must be preceded by '+' (for SET) or '-' (NOT SET)`);
    const [all, sign, name = ''] = found;
    const bit = names.indexOf(name);
    if (bit < 0 || ((1 << bit) & allowed) === 0) throw parseError(`${rest.slice(1)}: unknown ${what} flag(s)`);
    if ((mask & (1 << bit)) !== 0) throw parseError(`${rest.slice(1)}: Each ${what} flag can be specified only once`);
    mask |= 1 << bit;
    if (sign === '+') value |= 1 << bit;
    rest = rest.slice(all.length);
  }
  return { value, mask };
}

function parsePacketType(text: string): ParsedValue {
  const found = /^\((\w+),(\w+)\)$/.exec(text);
  const namespace = scanInteger(found?.[1] ?? '');
  const type = scanInteger(found?.[2] ?? '');
  if (namespace === undefined || type === undefined || namespace.rest !== '' || type.rest !== '') {
    throw parseError(`${text}: packet type not in valid format`);
  }
  return { value: Number(namespace.value) * 0x10000 + Number(type.value), mask: 0xffffffff };
}

function parseFieldPort(field: Field, text: string): ParsedValue {
  const port = parsePort(text);
  if (port === undefined) throw parseError(`${text}: invalid or unknown port for ${field.name}`);
  return { value: field.format === 'port10' ? portTo16(port) : port, mask: field.ones };
}

function parseByFormat(field: Field, text: string): ParsedValue {
  switch (field.format) {
    case 'ethernet':
      return parseEthernetMasked(field, text);
    case 'ipv4':
      return parseIpv4Masked(text);
    case 'ipv6':
      return parseIpv6Masked(text);
    case 'port':
    case 'port10':
      return parseFieldPort(field, text);
    case 'frag':
      return parseFragment(field, text);
    case 'tunnelFlags':
      return parseFlags(text, TUNNEL_FLAGS, 'tunnel', 1, 0xffff);
    case 'tcpFlags':
      return parseFlags(text, TCP_FLAGS, 'TCP', 0xfff, 0xffff);
    case 'ctState':
      return parseFlags(text, CT_STATE_FLAGS, 'ct_state', 0xff, 0xffffffff);
    case 'packetType':
      return parsePacketType(text);
    default:
      return parseInteger(field, text);
  }
}

/** Parses a field's value, with a mask where it has one, as ovs-ofctl does. `*` wildcards. */
export function parseFieldValue(field: Field, text: string): ParsedValue {
  if (text === '*') return { value: sized(field, 0n), mask: sized(field, 0n) };
  const parsed = parseByFormat(field, text);
  if (!isMaskValid(field, parsed.mask)) throw parseError(`${text}: invalid mask for field ${field.name}`);
  return parsed;
}

/** Parses a value that must not have a mask. */
export function parseExactValue(field: Field, text: string): FieldValue {
  const { value, mask } = parseFieldValue(field, text);
  if (mask !== field.ones) throw parseError(`${text}: wildcards not allowed here`);
  return value;
}

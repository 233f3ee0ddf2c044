import { parseError } from '../openflow-error.ts';
import { parseEthernet, parseIpv4 } from './address-text.ts';

/** An integer as C's strtoull of base 0 reads it from the front, and what is left; undefined where none begins. */
export function scanInteger(text: string): { readonly value: bigint; readonly rest: string } | undefined {
  const found = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
  if (found === null) return undefined;
  const [all, sign, digits = '0'] = found;
  const octal = /^0[0-7]+$/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  return { value: sign === '-' ? -value : value, rest: text.slice(all.length) };
}

function whole(text: string): bigint | undefined {
  const found = scanInteger(text);
  return found === undefined || found.rest !== '' ? undefined : found.value;
}

function bounded(text: string, name: string, max: bigint): number {
  const value = whole(text);
  if (value === undefined || value < 0n || value > max) throw parseError(`invalid ${name} "${text}"`);
  return Number(value);
}

export function parseU8(text: string, name: string): number {
  return bounded(text, name, 0xffn);
}
export function parseU16(text: string, name: string): number {
  return bounded(text, name, 0xffffn);
}

function wide(text: string, bits: number): bigint {
  if (text === '') throw parseError('missing required numeric argument');
  const value = whole(text);
  if (value === undefined || value >= 1n << 64n) throw parseError(`invalid numeric format ${text}`);
  return BigInt.asUintN(bits, value);
}

export function parseU32(text: string): number {
  return Number(wide(text, 32));
}
export function parseU64(text: string): bigint {
  return wide(text, 64);
}

export function parseMac(text: string): bigint {
  const address = parseEthernet(text);
  if (address === undefined) throw parseError(`invalid mac address ${text}`);
  return address;
}

export function parseIp(text: string): number {
  const address = parseIpv4(text);
  if (address === undefined) throw parseError(`${text}: could not convert to IP address`);
  return address;
}

/** C's atoi: what is no number is 0. */
export function atoi(text: string): number {
  return Number.parseInt(/^\s*[+-]?\d+/.exec(text)?.[0] ?? '0', 10);
}

/**
 * A number of so many bytes from the front of a text (hexadecimal ones may be of any length), and what is left; undefined where
 * there is none or it does not fit.
 */
export function scanBytes(text: string, bytes: number): { readonly value: bigint; readonly rest: string } | undefined {
  const hex = /^0[xX]([0-9a-fA-F]*)/.exec(text);
  const found = hex === null ? scanInteger(text) : { value: BigInt(`0x0${hex[1]}`), rest: text.slice(hex[0].length) };
  if (found === undefined || (hex === null && found.value >= 1n << 64n)) return undefined;
  const value = found.value < 0n ? BigInt.asUintN(64, found.value) : found.value;
  return value >> BigInt(8 * bytes) === 0n ? { value, rest: found.rest } : undefined;
}

/** Hex bytes with dots or white space between, and what is left. */
export function scanHexBytes(text: string): { readonly bytes: Uint8Array; readonly rest: string } {
  const bytes: number[] = [];
  let at = 0;
  for (;;) {
    while (/[\s.]/.test(text.charAt(at))) at++;
    if (!/^[0-9a-fA-F]{2}$/.test(text.slice(at, at + 2)))
      return { bytes: Uint8Array.from(bytes), rest: text.slice(at) };
    bytes.push(Number.parseInt(text.slice(at, at + 2), 16));
    at += 2;
  }
}

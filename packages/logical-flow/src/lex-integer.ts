import { parseIpv4, parseIpv6, parseMac, prefixMask } from './address.ts';
import { integerEnd } from './characters.ts';
import type { ConstantFormat } from './constant.ts';
import type { Token } from './token.ts';

/** Width of the widest constant, that of Open vSwitch's `union mf_subvalue`. */
const MAX_BITS = 1024;
/** INET6_ADDRSTRLEN: text that is longer cannot be an IP address. */
const MAX_ADDRESS_TEXT = 46;

type Parsed =
  | { readonly value: bigint; readonly format: ConstantFormat; readonly end: number }
  | { readonly error: string; readonly end: number };

function parseHexadecimal(text: string, end: number): Parsed {
  if (text.length === 2) return { error: `Hex digits expected following ${text}.`, end };
  if (!/^[0-9a-fA-F]+$/.test(text.slice(2))) return { error: 'Invalid syntax in hexadecimal constant.', end };
  const digits = text.slice(2).replace(/^0+/, '');
  if (digits.length > MAX_BITS / 4) return { error: `Hexadecimal constant requires more than ${MAX_BITS} bits.`, end };
  return { value: BigInt(`0x${digits || '0'}`), format: 'hexadecimal', end };
}

function parseDecimal(text: string, end: number): Parsed {
  if (text.startsWith('0') && text.length > 1) return { error: 'Decimal constants must not have leading zeros.', end };
  if (text.length > 20 || BigInt(text) >= 1n << 64n)
    return { error: 'Decimal constants must be less than 2**64.', end };
  return { value: BigInt(text), format: 'decimal', end };
}

function parseUnmasked(input: string, start: number): Parsed {
  const end = integerEnd(input, start);
  const text = input.slice(start, end);
  if (text === '') return { error: 'Integer constant expected.', end };
  const mac = parseMac(text);
  if (mac !== undefined) return { value: mac, format: 'ethernet', end };
  if (/^[0-9]+$/.test(text)) return parseDecimal(text, end);
  if (/^0[xX]/.test(text)) return parseHexadecimal(text, end);
  if (text.length < MAX_ADDRESS_TEXT) {
    const ipv4 = parseIpv4(text);
    if (ipv4 !== undefined) return { value: ipv4, format: 'ipv4', end };
    const ipv6 = parseIpv6(text);
    if (ipv6 !== undefined) return { value: ipv6, format: 'ipv6', end };
  }
  return { error: 'Invalid numeric constant.', end };
}

interface Written {
  readonly value: bigint;
  readonly format: ConstantFormat;
}

/** The mask that `mask` means behind `value`: an IP address may have a prefix length, and 0 a hexadecimal mask. */
function maskOf(value: Written, mask: Written): (Written & { readonly mask: bigint }) | undefined {
  if (value.format === mask.format) return { ...value, mask: mask.value };
  const width = value.format === 'ipv4' ? 32 : value.format === 'ipv6' ? 128 : 0;
  if (width > 0 && mask.format === 'decimal' && mask.value <= BigInt(width)) {
    return { ...value, mask: prefixMask(Number(mask.value), width) };
  }
  if (value.format === 'decimal' && mask.format === 'hexadecimal' && value.value === 0n) {
    return { value: 0n, format: 'hexadecimal', mask: mask.value };
  }
  return undefined;
}

/** The integer or masked integer at `start`. */
export function lexInteger(input: string, start: number): Token {
  const value = parseUnmasked(input, start);
  if ('error' in value) return { kind: 'error', text: value.error, start, end: value.end };
  if (input.charAt(value.end) !== '/') {
    return { kind: 'integer', value: value.value, format: value.format, start, end: value.end };
  }
  const mask = parseUnmasked(input, value.end + 1);
  if ('error' in mask) return { kind: 'error', text: mask.error, start, end: mask.end };
  const masked = maskOf(value, mask);
  if (masked === undefined) {
    return { kind: 'error', text: 'Value and mask have incompatible formats.', start, end: mask.end };
  }
  return {
    kind: 'integer',
    value: masked.value & masked.mask,
    mask: masked.mask,
    format: masked.format,
    start,
    end: mask.end,
  };
}

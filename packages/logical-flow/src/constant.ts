import { formatIpv4, formatIpv6, formatMac, prefixLength } from './address.ts';

/** The notation in which an integer was written; it decides how wide the constant is and how it prints. */
export type ConstantFormat = 'decimal' | 'hexadecimal' | 'ipv4' | 'ipv6' | 'ethernet';

/** An integer, perhaps with a mask: bits outside the mask are zero. */
export interface IntegerConstant {
  readonly kind: 'integer';
  readonly value: bigint;
  readonly mask?: bigint;
  readonly format: ConstantFormat;
}

/** A quoted string. */
export interface StringConstant {
  readonly kind: 'string';
  readonly text: string;
}

/** A constant of the expression and action language. */
export type Constant = IntegerConstant | StringConstant;

/** `{1, 2, 3}` or a single constant; all are of one type. */
export interface ConstantSet {
  readonly type: Constant['kind'];
  readonly values: readonly Constant[];
  readonly inCurlies: boolean;
}

const formatBits: Readonly<Record<ConstantFormat, number>> = {
  decimal: 64,
  hexadecimal: 1024,
  ipv4: 32,
  ipv6: 128,
  ethernet: 48,
};

/** `0x1f`, and plain `0` for zero, as Open vSwitch prints subvalues. */
export function formatHexadecimal(value: bigint): string {
  return value === 0n ? '0' : `0x${value.toString(16)}`;
}

function formatAs(value: bigint, format: ConstantFormat): string {
  switch (format) {
    case 'decimal':
      return value.toString();
    case 'hexadecimal':
      return formatHexadecimal(value);
    case 'ipv4':
      return formatIpv4(value);
    case 'ipv6':
      return formatIpv6(value);
    case 'ethernet':
      return formatMac(value);
  }
}

/** The integer in its own notation; a CIDR mask of an IP address as a prefix length. */
export function formatInteger(constant: IntegerConstant): string {
  const { value, mask } = constant;
  const bits = BigInt(formatBits[constant.format]);
  const fits = value >> bits === 0n && (mask === undefined || mask >> bits === 0n);
  const format = fits ? constant.format : 'hexadecimal';
  if (mask === undefined) return formatAs(value, format);
  const width = format === 'ipv4' ? 32 : format === 'ipv6' ? 128 : 0;
  const prefix = width > 0 ? prefixLength(mask, width) : undefined;
  return `${formatAs(value, format)}/${prefix ?? formatAs(mask, format)}`;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A quoted string as JSON has it. */
export function formatString(text: string): string {
  let quoted = '"';
  for (const character of text) {
    const code = character.charCodeAt(0);
    quoted += escapes[character] ?? (code < 0x20 ? `\\u${code.toString(16).padStart(4, '0')}` : character);
  }
  return `${quoted}"`;
}

/** The constant as it can be parsed again. */
export function formatConstant(constant: Constant): string {
  return constant.kind === 'string' ? formatString(constant.text) : formatInteger(constant);
}

/** The set as it can be parsed again. */
export function formatConstantSet(set: ConstantSet): string {
  const text = set.values.map(formatConstant).join(', ');
  return set.inCurlies || set.values.length !== 1 ? `{${text}}` : text;
}

/** Bits that `value` needs. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** The least width that a field must have for this constant: addresses are as wide as their kind. */
export function constantWidth(constant: IntegerConstant): number {
  if (constant.mask !== undefined) return bitLength(constant.mask);
  switch (constant.format) {
    case 'ipv4':
      return 32;
    case 'ipv6':
      return 128;
    case 'ethernet':
      return 48;
    default:
      return bitLength(constant.value);
  }
}

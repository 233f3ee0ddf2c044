import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from '../address.ts';
import type { OpenConstant } from './open-constants.ts';
import type { ConstantKind, ScannedConstant } from './scanner.ts';

/** Bits of a hole that is narrower are too few to be told apart from others. */
const MIN_WIDTH = 8;

/** Holes of set members are numbered from here on. */
const FIRST_MEMBER = 0x10000;

/** The number of the hole of member `n` of the set that is constant `index`. */
export function memberIndex(index: number, n: number): number {
  return FIRST_MEMBER + index * 256 + n;
}

/** An open constant of a shape: which bits of its value end up in the flows. */
export interface Hole {
  /** Number among the constants of match and actions; special holes have negative ones. */
  readonly index: number;
  /** A number of the text, a name that is looked up, or a part of the description of a group. */
  readonly kind: 'number' | 'port' | 'assigned port' | 'description';
  /** Bits that are patched. */
  readonly width: number;
  /** Bits of the value below those, which a mask takes away. */
  readonly shift: number;
  /** Bits of the value above those, which are a part of the template's key. */
  readonly fixed: number;
}

const kindWidth: Readonly<Partial<Record<ConstantKind, number>>> = { ipv4: 32, ipv6: 128, ethernet: 48 };

/** The hole for a constant that is compared with or written to `width` bits, or undefined if it cannot be one. */
function numberHole({ index, width, fixed = 0 }: OpenConstant, { kind, mask }: ScannedConstant): Hole | undefined {
  const own = kindWidth[kind];
  if (kind === 'decimal' || kind === 'hexadecimal') {
    const bits = Math.min(width, kind === 'decimal' ? 64 : 128);
    return mask === '' && bits >= MIN_WIDTH && fixed === 0
      ? { index, kind: 'number', width: bits, shift: 0, fixed }
      : undefined;
  }
  if (own === undefined || width < own || (width > own && fixed > 0)) return undefined;
  if (mask === '') return masked(index, own, 0, fixed);
  const prefix = /^\d+$/.test(mask) && kind !== 'ethernet' ? Number(mask) : 0;
  return prefix <= own ? masked(index, prefix, own - prefix, fixed) : undefined;
}

function masked(index: number, bits: number, shift: number, fixed: number): Hole | undefined {
  const width = bits - fixed;
  return width >= MIN_WIDTH ? { index, kind: 'number', width, shift, fixed } : undefined;
}

/** The hole of an open constant, or undefined where it has to stay as it is. */
export function holeOf(open: OpenConstant, constant: ScannedConstant): Hole | undefined {
  const { index, use } = open;
  switch (use) {
    case 'number':
      return numberHole(open, constant);
    case 'description':
      return descriptionHole(index, constant);
    case 'port':
    case 'assigned port':
      return { index, kind: use, width: 32, shift: 0, fixed: 0 };
    case 'closed':
    case 'resident':
      return undefined;
  }
}

function descriptionHole(index: number, { kind, mask }: ScannedConstant): Hole | undefined {
  const width = kind === 'decimal' ? 16 : kindWidth[kind];
  return width === undefined || mask !== '' ? undefined : { index, kind: 'description', width, shift: 0, fixed: 0 };
}

/** A number for a hole, the same each time, different for each hole; `side` 1 has every bit turned. */
export function sentinel({ index, width }: Pick<Hole, 'index' | 'width'>, side: 0 | 1): bigint {
  let bits = 0n;
  let state = Math.imul(index + 11, 0x9e3779b1) >>> 0;
  for (let have = 0; have < 128; have += 32) {
    state = (Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x1b873593) >>> 0;
    bits = (bits << 32n) | BigInt(state);
  }
  const ones = (1n << BigInt(width)) - 1n;
  // Narrow holes count up, so that two of them are never alike.
  const value = width < 16 ? BigInt((index + 3) * 37 + 0x2b) & ones : bits & ones;
  return side === 0 ? value : value ^ ones;
}

/** The bits of a constant that its hole leaves as they are. */
function fixedBits({ width, shift }: Hole, kind: ConstantKind, text: string): bigint {
  const value = kind === 'ipv4' ? parseIpv4(text) : kind === 'ipv6' ? parseIpv6(text) : parseMac(text);
  return (value ?? 0n) >> BigInt(width + shift);
}

/** The sentinel as a constant of the same kind and mask as the one that it stands for. */
export function sentinelText(hole: Hole, { kind, text, mask }: ScannedConstant, side: 0 | 1): string {
  const above = hole.fixed === 0 ? 0n : fixedBits(hole, kind, text);
  const value = ((above << BigInt(hole.width)) | sentinel(hole, side)) << BigInt(hole.shift);
  const suffix = mask === '' ? '' : `/${mask}`;
  switch (kind) {
    case 'decimal':
      return value.toString();
    case 'hexadecimal':
      return `0x${value.toString(16)}`;
    case 'ipv4':
      return formatIpv4(value) + suffix;
    case 'ipv6':
      return formatIpv6(value) + suffix;
    case 'ethernet':
      return formatMac(value);
    default:
      return `"${sentinelName(hole.index)}"`;
  }
}

/** The name that stands for the port of a hole. */
export function sentinelName(index: number): string {
  return `\u0010${index}`;
}

/** The number of the hole that {@link sentinelName} stands for. */
export function holeOfName(name: string): number | undefined {
  return name.charCodeAt(0) === 0x10 ? Number(name.slice(1)) : undefined;
}

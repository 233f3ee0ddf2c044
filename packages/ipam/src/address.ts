/** The two families. Everything in this package takes lists of addresses; none has a field per family. */
export type Family = 'ipv4' | 'ipv6';

/** Bits of an address. */
export const addressBits: Readonly<Record<Family, number>> = { ipv4: 32, ipv6: 128 };

/** One IP address: a value, equal by its fields; `${address}` and JSON give the canonical text. */
export class Address {
  readonly family: Family;
  readonly value: bigint;

  /** `value` is the address as a number, from 0 to 2³²−1 or 2¹²⁸−1; {@link parseAddress} makes one from text. */
  constructor(family: Family, value: bigint) {
    this.family = family;
    this.value = value;
  }

  /** The address `offset` further. */
  plus(offset: number | bigint): Address {
    return new Address(this.family, this.value + BigInt(offset));
  }

  equals(other: Address): boolean {
    return this.value === other.value && this.family === other.family;
  }

  /** Dotted decimal, or the lower-case compressed text of RFC 5952. */
  toString(): string {
    return this.family === 'ipv4' ? ipv4Text(Number(this.value)) : ipv6Text(this.value);
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The address that a text names; undefined when it names none. Neither zones (`fe80::1%eth0`) nor leading zeros. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) {
    const value = ipv6Value(text);
    return value === undefined ? undefined : new Address('ipv6', value);
  }
  const value = ipv4Value(text);
  return value === undefined ? undefined : new Address('ipv4', BigInt(value));
}

function ipv4Value(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part)) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

function ipv4Text(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** The 16-bit groups of one side of `::`; a dotted IPv4 address may stand at the very end (RFC 4291 §2.2). */
function ipv6Groups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const dotted = mayEndDotted && index === parts.length - 1 ? ipv4Value(part) : undefined;
      if (dotted === undefined) return undefined;
      groups.push(dotted >>> 16, dotted & 0xffff);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function ipv6Value(text: string): bigint | undefined {
  const sides = text.split('::');
  const head = ipv6Groups(sides[0] ?? '', sides.length === 1);
  const tail = ipv6Groups(sides[1] ?? '', true);
  if (head === undefined || tail === undefined || sides.length > 2) return undefined;
  const missing = 8 - head.length - tail.length;
  if (sides.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) value = (value << 16n) | BigInt(group);
  return value;
}

/** RFC 5952 §4: no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`, lower case. */
function ipv6Text(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${ipv4Text(Number(value & 0xffffffffn))}`;
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn));
  let best = { start: 0, length: 1 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

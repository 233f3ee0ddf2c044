/** Text forms of addresses as inet_pton(3), inet_ntop(3) and Open vSwitch read and write them; values are unsigned bigints. */

/** A dotted quad without leading zeros, or undefined. */
export function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined;
    const byte = Number(part);
    if (byte > 255) return undefined;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const group of text.split(':')) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    groups.push(Number.parseInt(group, 16));
  }
  return groups;
}

/** Replaces a dotted quad at the end by two groups. */
function withoutQuad(text: string): string | undefined {
  const colon = text.lastIndexOf(':');
  const tail = text.slice(colon + 1);
  if (!tail.includes('.')) return text;
  const quad = parseIpv4(tail);
  if (quad === undefined || colon < 0) return undefined;
  return `${text.slice(0, colon + 1)}${(quad >> 16n).toString(16)}:${(quad & 0xffffn).toString(16)}`;
}

/** An IPv6 address in any form of RFC 4291 §2.2, or undefined. */
export function parseIpv6(text: string): bigint | undefined {
  const plain = withoutQuad(text);
  if (plain === undefined) return undefined;
  const gap = plain.indexOf('::');
  const head = parseGroups(gap < 0 ? plain : plain.slice(0, gap));
  const tail = parseGroups(gap < 0 ? '' : plain.slice(gap + 2));
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (gap < 0 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<number>(Math.max(missing, 0)).fill(0), ...tail]) {
    value = (value << 16n) | BigInt(group);
  }
  return value;
}

/** Six colon-separated hexadecimal bytes in exactly 17 characters, or undefined. */
export function parseMac(text: string): bigint | undefined {
  if (text.length !== 17 || !/^[0-9a-fA-F]+(:[0-9a-fA-F]+){5}$/.test(text)) return undefined;
  let value = 0n;
  for (const byte of text.split(':')) value = (value << 8n) | BigInt(Number.parseInt(byte, 16) & 0xff);
  return value;
}

/** `10.0.0.1` */
export function formatIpv4(value: bigint): string {
  const n = Number(value & 0xffffffffn);
  return `${n >>> 24}.${(n >>> 16) & 0xff}.${(n >>> 8) & 0xff}.${n & 0xff}`;
}

function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
    if (length > 0) start += length;
  }
  return best.length >= 2 ? best : { start: -1, length: 0 };
}

/** As inet_ntop(3): the longest run of zeros is `::`; mapped and compatible IPv4 addresses end in a dotted quad. */
export function formatIpv6(value: bigint): string {
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((value >> shift) & 0xffffn));
  const zeros = longestZeros(groups);
  const quad = zeros.start === 0 && (zeros.length === 6 || (zeros.length === 5 && groups[5] === 0xffff));
  const hex = (from: number, to: number) =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  if (quad) return `::${zeros.length === 5 ? 'ffff:' : ''}${formatIpv4(value)}`;
  if (zeros.start < 0) return hex(0, 8);
  return `${hex(0, zeros.start)}::${hex(zeros.start + zeros.length, 8)}`;
}

/** `00:00:00:00:00:01` */
export function formatMac(value: bigint): string {
  return value.toString(16).padStart(12, '0').match(/../g)?.join(':') ?? '';
}

/** The number of leading ones if `mask` of `width` bits is a CIDR mask, else undefined. */
export function prefixLength(mask: bigint, width: number): number | undefined {
  const inverted = mask ^ ((1n << BigInt(width)) - 1n);
  if ((inverted & (inverted + 1n)) !== 0n) return undefined;
  return width - (inverted === 0n ? 0 : inverted.toString(2).length);
}

/** A mask of `width` bits with `length` leading ones. */
export function prefixMask(length: number, width: number): bigint {
  const ones = (1n << BigInt(width)) - 1n;
  return ones ^ (ones >> BigInt(length));
}

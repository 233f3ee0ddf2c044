/** `10.0.0.1`. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** Length of a mask of leading 1-bits, or undefined where it is none. */
export function prefixLength(mask: bigint, bits: number): number | undefined {
  const inverse = ~mask & ((1n << BigInt(bits)) - 1n);
  if ((inverse & (inverse + 1n)) !== 0n) return undefined;
  return bits - (inverse === 0n ? 0 : inverse.toString(2).length);
}

/** `10.0.0.0/8`, or with the mask as an address where it is no prefix. */
export function formatIpv4Masked(address: number, mask: number): string {
  if (mask === 0xffffffff) return formatIpv4(address);
  const length = prefixLength(BigInt(mask), 32);
  return `${formatIpv4(address)}/${length ?? formatIpv4(mask)}`;
}

/** As inet_ntop writes IPv6 addresses: the longest run of zeros as `::`, embedded IPv4 in dots. */
export function formatIpv6(address: bigint): string {
  const words = Array.from({ length: 8 }, (_, at) => Number((address >> BigInt(16 * (7 - at))) & 0xffffn));
  let best = { start: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && words[end] === 0) end++;
    if (end - at > best.length) best = { start: at, length: end - at };
    if (end > at) at = end;
  }
  const embedded = best.start === 0 && (best.length === 6 || (best.length === 5 && words[5] === 0xffff));
  if (embedded) {
    const ipv4 = formatIpv4(Number(address & 0xffffffffn));
    return best.length === 6 ? `::${ipv4}` : `::ffff:${ipv4}`;
  }
  const hex = (list: readonly number[]): string => list.map((word) => word.toString(16)).join(':');
  if (best.start < 0) return hex(words);
  return `${hex(words.slice(0, best.start))}::${hex(words.slice(best.start + best.length))}`;
}

/** `fe80::/10`, or with the mask as an address where it is no prefix. */
export function formatIpv6Masked(address: bigint, mask: bigint): string {
  if (mask === 2n ** 128n - 1n) return formatIpv6(address);
  const length = prefixLength(mask, 128);
  return `${formatIpv6(address)}/${length ?? formatIpv6(mask)}`;
}

/** `00:11:22:33:44:55`. */
export function formatEthernet(address: bigint): string {
  const hex = address.toString(16).padStart(12, '0');
  return `${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6, 8)}:${hex.slice(8, 10)}:${hex.slice(10, 12)}`;
}

export function formatEthernetMasked(address: bigint, mask: bigint): string {
  return mask === 0xffffffffffffn ? formatEthernet(address) : `${formatEthernet(address)}/${formatEthernet(mask)}`;
}

function parseIpv6Groups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (part.includes('.')) {
      const ipv4 = at === parts.length - 1 ? parseIpv4(part) : undefined;
      if (ipv4 === undefined) return undefined;
      groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** Four decimal bytes with dots between; undefined for anything else. */
export function parseIpv4(text: string): number | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (found === null) return undefined;
  const bytes = found.slice(1).map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((address, byte) => address * 256 + byte, 0);
}

/** As inet_pton reads IPv6 addresses; undefined for what is none. */
export function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseIpv6Groups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseIpv6Groups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.reduce((address, group) => (address << 16n) | BigInt(group), 0n);
}

/** Six hex bytes with colons; undefined for what is none. */
export function parseEthernet(text: string): bigint | undefined {
  const found =
    /^([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2}):([0-9a-f]{1,2})$/i.exec(text);
  if (found === null) return undefined;
  return found.slice(1).reduce((address, byte) => (address << 8n) | BigInt(Number.parseInt(byte, 16)), 0n);
}

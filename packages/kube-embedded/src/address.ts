import { isIPv4, isIPv6 } from 'node:net';

/** An address as a number, with its family. */
export interface ServiceAddress {
  readonly family: 'IPv4' | 'IPv6';
  readonly value: bigint;
}

export function parseAddress(text: string): ServiceAddress | undefined {
  if (isIPv4(text)) {
    return { family: 'IPv4', value: text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
  }
  if (!isIPv6(text)) return undefined;
  const [head = '', tail] = text.split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0');
  return {
    family: 'IPv6',
    value: [...left, ...middle, ...right].reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n),
  };
}

export function formatAddress({ family, value }: ServiceAddress): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt((7 - index) * 16)) & 0xffffn).toString(16));
  // URL's parser knows the canonical form (RFC 5952: longest run of zeros, lower case).
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

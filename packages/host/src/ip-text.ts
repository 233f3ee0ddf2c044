import { isIP, SocketAddress } from 'node:net';
import { HostError } from './error.ts';

/** An address in the spelling of the kernel's tools: lower case, longest run of zeros as `::` (RFC 5952). */
export function canonicalAddress(text: string): string {
  const family = isIP(text);
  if (family === 0) throw new HostError('invalid-desired', `${JSON.stringify(text)} is not an IP address`);
  return family === 4 ? text : new SocketAddress({ address: text, family: 'ipv6' }).address;
}

/** `address/length` in that spelling; an address alone gets the length of a host; `default` stands for both families' /0. */
export function canonicalCidr(text: string): string {
  const [address = '', length, ...more] = text.split('/');
  const canonical = canonicalAddress(address);
  const longest = familyOf(canonical) === 4 ? 32 : 128;
  if (length === undefined) return `${canonical}/${longest}`;
  if (more.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > longest) {
    throw new HostError(
      'invalid-desired',
      `${JSON.stringify(text)} is not an address with a prefix length of 0 to ${longest}`,
    );
  }
  return `${canonical}/${Number(length)}`;
}

/** 4 or 6, of an address or of a CIDR. */
export const familyOf = (text: string): 4 | 6 => (text.includes(':') ? 6 : 4);

/** A word of an `ip -batch` line: white space or a line break in it would be another command. */
export function word(text: string | number): string {
  const plain = String(text);
  if (!/^[^\s"'\\#]+$/.test(plain)) {
    throw new HostError('invalid-desired', `${JSON.stringify(plain)} cannot be an argument of ip`);
  }
  return plain;
}

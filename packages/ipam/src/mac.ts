import { sha256 } from '@noble/hashes/sha2.js';
import { Address } from './address.ts';
import { IpamError } from './error.ts';

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

/**
 * The MAC address that belongs to an IP address: `0a:58` and the four bytes of an IPv4 address, or the first four bytes
 * of the SHA-256 of an IPv6 address' canonical text. For a list: of its IPv4 address, else of its first.
 * Throws {@link IpamError} `address` for an empty list.
 */
export function macOf(addresses: Address | readonly Address[]): string {
  const list = addresses instanceof Address ? [addresses] : addresses;
  const address = list.find(({ family }) => family === 'ipv4') ?? list[0];
  if (address === undefined)
    throw new IpamError('address', 'a MAC address follows from an IP address, and the list has none');
  const bytes =
    address.family === 'ipv4'
      ? [24n, 16n, 8n, 0n].map((shift) => Number((address.value >> shift) & 255n))
      : [...sha256(Uint8Array.from(address.toString(), (char) => char.charCodeAt(0))).subarray(0, 4)];
  return ['0a', '58', ...bytes.map(hex)].join(':');
}

/** Whether a text is a MAC address as this package writes them: six lower- or upper-case hexadecimal bytes. */
export function isMac(text: string): boolean {
  return /^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/.test(text);
}

/** The IPv6 link-local address of a MAC address (EUI-64, RFC 4291 appendix A). */
export function linkLocalOf(mac: string): Address {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const bytes = [a ^ 2, b, c, 0xff, 0xfe, d, e, f];
  return new Address('ipv6', (0xfe80n << 112n) | bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n));
}

import { parseIpv4, parseIpv6 } from '../address.ts';

/** An IP address with a port. */
export interface Endpoint {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: bigint;
  /** 0: none given. */
  readonly port: number;
}

/** `10.0.0.1`, `10.0.0.1:80`, `[fd00::1]:80`, `[fd00::1]` or `fd00::1`; undefined for anything else. */
export function parseEndpoint(text: string): Endpoint | undefined {
  const whole = parseIpv6(text);
  if (whole !== undefined) return { family: 'ipv6', address: whole, port: 0 };
  const parts = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text);
  if (parts === null) return undefined;
  const [, ipv6, ipv4 = '', digits] = parts;
  const port = Number(digits ?? '0');
  const address = ipv6 === undefined ? parseIpv4(ipv4) : parseIpv6(ipv6);
  if (address === undefined || port > 0xffff) return undefined;
  return { family: ipv6 === undefined ? 'ipv4' : 'ipv6', address, port };
}

/** Whether `text` is an address, with or without a port. */
export function isEndpoint(text: string): boolean {
  return parseEndpoint(text) !== undefined;
}

/** Whether `text` is a UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text);
}

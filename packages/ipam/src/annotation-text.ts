import { type Address, parseAddress } from './address.ts';
import { type Cidr, parseCidr } from './cidr.ts';

/** Why an annotation cannot be read; it never leaves this package: the parsers turn it into a value. */
export class Malformed extends Error {}

/** An object of JSON, its members not looked at yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Runs a reader: its value, or the reason why it cannot read. */
export function reading<T>(read: () => T): { readonly value: T } | { readonly problem: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    throw error;
  }
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Malformed(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function objectOf(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Malformed(`${what} is ${JSON.stringify(value)}, not an object`);
  }
  return { ...value };
}

export function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Malformed(`${what} is ${JSON.stringify(value)}, not a text`);
  return value;
}

export function listOf<T>(value: unknown, what: string, item: (value: unknown, what: string) => T): readonly T[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} is ${JSON.stringify(value)}, not a list`);
  return value.map((entry, index) => item(entry, `${what}[${index}]`));
}

export function addressOf(value: unknown, what: string): Address {
  const text = textOf(value, what);
  const address = parseAddress(text);
  if (address === undefined) throw new Malformed(`${what} "${text}" is not an IP address`);
  return address;
}

export function cidrOf(value: unknown, what: string): Cidr {
  const text = textOf(value, what);
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Malformed(`${what} "${text}" is not an address with a prefix length`);
  return cidr;
}

export function subnetOf(value: unknown, what: string): Cidr {
  const cidr = cidrOf(value, what);
  if (!cidr.isSubnet) throw new Malformed(`${what} "${cidr}" has host bits set; right would be ${cidr.subnet}`);
  return cidr;
}

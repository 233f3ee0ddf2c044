import { Address, addressBits, type Family, parseAddress } from './address.ts';

/** An address with a prefix length: a subnet (`10.128.0.0/23`) or an address on one (`10.128.0.2/23`). */
export class Cidr {
  readonly address: Address;
  readonly prefixLength: number;

  constructor(address: Address, prefixLength: number) {
    this.address = address;
    this.prefixLength = prefixLength;
  }

  /** The host route to an address: `/32` or `/128`. */
  static host(address: Address): Cidr {
    return new Cidr(address, addressBits[address.family]);
  }

  get family(): Family {
    return this.address.family;
  }

  /** How many addresses the subnet has. */
  get size(): bigint {
    return 1n << BigInt(addressBits[this.family] - this.prefixLength);
  }

  /** The subnet's first address. */
  get first(): Address {
    return new Address(this.family, this.address.value & ~(this.size - 1n));
  }

  /** The subnet's last address: the broadcast address, in IPv4. */
  get last(): Address {
    return new Address(this.family, this.address.value | (this.size - 1n));
  }

  /** The same subnet without host bits. */
  get subnet(): Cidr {
    return this.isSubnet ? this : new Cidr(this.first, this.prefixLength);
  }

  /** Whether no host bit is set. */
  get isSubnet(): boolean {
    return (this.address.value & (this.size - 1n)) === 0n;
  }

  contains(other: Address | Cidr): boolean {
    const address = other instanceof Cidr ? other.address : other;
    if (other instanceof Cidr && other.prefixLength < this.prefixLength) return false;
    const hostBits = BigInt(addressBits[this.family] - this.prefixLength);
    return address.family === this.family && address.value >> hostBits === this.address.value >> hostBits;
  }

  overlaps(other: Cidr): boolean {
    return this.prefixLength <= other.prefixLength ? this.contains(other) : other.contains(this);
  }

  equals(other: Cidr): boolean {
    return this.prefixLength === other.prefixLength && this.address.equals(other.address);
  }

  toString(): string {
    return `${this.address}/${this.prefixLength}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The address and prefix length that a text names (`10.128.0.2/23`), host bits kept; undefined when it names none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  return Number(length) <= addressBits[address.family] ? new Cidr(address, Number(length)) : undefined;
}

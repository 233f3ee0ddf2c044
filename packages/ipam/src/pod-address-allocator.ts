import type { Address } from './address.ts';
import { Cidr } from './cidr.ts';
import { familiesOf } from './cluster-subnet.ts';
import { IndexBitmap } from './index-bitmap.ts';
import { isPodAddress } from './node-subnet.ts';

/** Outcome of asking for a pod's addresses: each with the prefix length of its node subnet. */
export type PodAllocation =
  | { readonly status: 'allocated'; readonly addresses: readonly Cidr[] }
  | { readonly status: 'exhausted'; readonly subnets: readonly Cidr[] };

/** Outcome of a request for certain addresses. */
export type PodRequest =
  | { readonly status: 'allocated'; readonly addresses: readonly Cidr[] }
  | { readonly status: 'taken'; readonly address: Address; readonly by: string }
  /** The node itself uses the address: network, broadcast, gateway, management or hybrid overlay port. */
  | { readonly status: 'reserved'; readonly address: Address }
  | { readonly status: 'outside'; readonly address: Address; readonly subnets: readonly Cidr[] };

/** Two pods with one address, found while annotations were read. */
export interface PodConflict {
  readonly address: Address;
  readonly by: string;
}

export interface PodAddressOptions {
  /** Keeps the third address of each subnet free for the hybrid overlay port. */
  readonly hybridOverlay?: boolean;
}

/**
 * Hands out the pod addresses of one node: the first free one of each family. Owners are any text that names a pod for
 * good, best its UID. An address is free again when every owner that holds it has released it.
 */
export class PodAddressAllocator {
  readonly #pools: readonly Pool[];
  /** Who holds an address. More than one only after {@link restore}. */
  readonly #holders = new Map<string, readonly string[]>();
  readonly #addresses = new Map<string, readonly Cidr[]>();

  constructor(nodeSubnets: readonly Cidr[], options: PodAddressOptions = {}) {
    this.#pools = nodeSubnets.map((subnet) => new Pool(subnet.subnet, options.hybridOverlay ?? false));
  }

  /** A pod's addresses, one a family: those it has, else the first free ones. When a family is exhausted, none is taken. */
  allocate(owner: string): PodAllocation {
    const existing = this.addressesOf(owner);
    const addresses: Cidr[] = [];
    for (const family of familiesOf(this.#pools.map(({ subnet }) => subnet))) {
      const pools = this.#pools.filter(({ subnet }) => subnet.family === family);
      const had = existing.filter((address) => address.family === family);
      const address = had[0] ?? firstOf(pools, (pool) => pool.lowestFree());
      if (address === undefined) return { status: 'exhausted', subnets: pools.map(({ subnet }) => subnet) };
      addresses.push(...(had.length > 0 ? had : [address]));
    }
    this.#hold(owner, addresses);
    return { status: 'allocated', addresses };
  }

  /** Takes certain addresses for a pod that has none yet, all or none. Families that it does not name stay without one. */
  request(owner: string, wanted: readonly Address[]): PodRequest {
    const addresses: Cidr[] = [];
    for (const address of wanted) {
      const pool = this.#poolOf(address);
      if (pool === undefined) return { status: 'outside', address, subnets: this.#pools.map(({ subnet }) => subnet) };
      if (!pool.serves(address)) return { status: 'reserved', address };
      const by = this.#holders.get(address.toString())?.find((holder) => holder !== owner);
      if (by !== undefined) return { status: 'taken', address, by };
      addresses.push(new Cidr(address, pool.subnet.prefixLength));
    }
    this.release(owner);
    this.#hold(owner, addresses);
    return { status: 'allocated', addresses };
  }

  /**
   * Records the addresses that a pod's annotation shows, whatever they are: an address of an existing pod is never
   * handed out again, even if a second pod shows it too or it is not of this node. Returns whom it is shared with.
   */
  restore(owner: string, addresses: readonly Cidr[]): readonly PodConflict[] {
    this.release(owner);
    const conflicts = addresses.flatMap(({ address }) =>
      (this.#holders.get(address.toString()) ?? []).map((by) => ({ address, by })),
    );
    this.#hold(owner, addresses);
    return conflicts;
  }

  /** Gives a pod's addresses back and returns those that are free now. */
  release(owner: string): readonly Cidr[] {
    const addresses = this.addressesOf(owner);
    this.#addresses.delete(owner);
    return addresses.filter(({ address }) => {
      const text = address.toString();
      const holders = (this.#holders.get(text) ?? []).filter((holder) => holder !== owner);
      if (holders.length > 0) this.#holders.set(text, holders);
      else this.#holders.delete(text);
      if (holders.length === 0) this.#poolOf(address)?.delete(address);
      return holders.length === 0;
    });
  }

  addressesOf(owner: string): readonly Cidr[] {
    return this.#addresses.get(owner) ?? [];
  }

  /** Addresses in use of each node subnet, and how many can be handed out. */
  usage(): readonly { readonly subnet: Cidr; readonly size: number; readonly used: number }[] {
    return this.#pools.map(({ subnet, taken }) => ({ subnet, size: taken.size, used: taken.count }));
  }

  #poolOf(address: Address): Pool | undefined {
    return this.#pools.find(({ subnet }) => subnet.contains(address));
  }

  #hold(owner: string, addresses: readonly Cidr[]): void {
    this.#addresses.set(owner, addresses);
    for (const { address } of addresses) {
      const text = address.toString();
      const holders = this.#holders.get(text) ?? [];
      if (!holders.includes(owner)) this.#holders.set(text, [...holders, owner]);
      this.#poolOf(address)?.add(address);
    }
  }
}

/** The pod addresses of one node subnet, numbered from the first that a pod may have. */
class Pool {
  readonly subnet: Cidr;
  readonly taken: IndexBitmap;
  readonly #hybridOverlay: boolean;
  readonly #first: Address;

  constructor(subnet: Cidr, hybridOverlay: boolean) {
    this.subnet = subnet;
    this.#hybridOverlay = hybridOverlay;
    const before = hybridOverlay ? 4n : 3n;
    const after = subnet.family === 'ipv4' ? 1n : 0n;
    this.#first = subnet.first.plus(before);
    const size = subnet.size - before - after;
    this.taken = new IndexBitmap(size > 0n ? size : 0n);
  }

  serves(address: Address): boolean {
    return isPodAddress(this.subnet, address, this.#hybridOverlay);
  }

  lowestFree(): Cidr | undefined {
    const index = this.taken.lowestFree();
    return index === undefined ? undefined : new Cidr(this.#first.plus(index), this.subnet.prefixLength);
  }

  add(address: Address): void {
    const index = this.#indexOf(address);
    if (index !== undefined) this.taken.add(index);
  }

  delete(address: Address): void {
    const index = this.#indexOf(address);
    if (index !== undefined) this.taken.delete(index);
  }

  #indexOf(address: Address): number | undefined {
    const index = address.value - this.#first.value;
    return index >= 0n && index < BigInt(this.taken.size) ? Number(index) : undefined;
  }
}

function firstOf<T, R>(list: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

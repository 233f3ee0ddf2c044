import { addressBits, type Family } from './address.ts';
import { Cidr } from './cidr.ts';
import { type ClusterSubnet, familiesOf } from './cluster-subnet.ts';
import { IndexBitmap } from './index-bitmap.ts';

/** Outcome of asking for a node's subnets. */
export type NodeSubnetAllocation =
  | { readonly status: 'allocated'; readonly subnets: readonly Cidr[] }
  | { readonly status: 'exhausted'; readonly family: Family; readonly clusterSubnets: readonly ClusterSubnet[] };

/** Outcome of claiming the subnets that an annotation shows. */
export type NodeSubnetMark =
  | { readonly status: 'marked' }
  | { readonly status: 'taken'; readonly subnet: Cidr; readonly by: string }
  /** Not a node subnet of this configuration: outside of the cluster subnets, or of another size. */
  | { readonly status: 'outside'; readonly subnet: Cidr };

/** How much of a cluster subnet is in use. */
export interface NodeSubnetUsage extends ClusterSubnet {
  /** Node subnets that can be handed out. */
  readonly size: number;
  readonly used: number;
}

/** Hands out node subnets, one a family and node, from one or more cluster subnets. Owners are node names. */
export class NodeSubnetAllocator {
  readonly #pools: readonly Pool[];
  readonly #families: readonly Family[];
  readonly #owners = new Map<string, string>();
  readonly #subnets = new Map<string, readonly Cidr[]>();

  constructor(clusterSubnets: readonly ClusterSubnet[]) {
    this.#pools = clusterSubnets.map((clusterSubnet) => new Pool(clusterSubnet));
    this.#families = familiesOf(clusterSubnets.map(({ cidr }) => cidr));
  }

  /**
   * A node's subnets, in the cluster's family order: those it has, and the first free one of each family that it lacks
   * (a cluster may become dual stack later). When one family is exhausted, nothing new is taken.
   */
  allocate(owner: string): NodeSubnetAllocation {
    const existing = this.subnetsOf(owner);
    const subnets: Cidr[] = [];
    for (const family of this.#families) {
      const had = existing.filter((subnet) => subnet.family === family);
      const subnet = had.length > 0 ? undefined : this.#firstFree(family);
      if (had.length === 0 && subnet === undefined) {
        const clusterSubnets = this.#pools
          .map((pool) => pool.clusterSubnet)
          .filter(({ cidr }) => cidr.family === family);
        return { status: 'exhausted', family, clusterSubnets };
      }
      subnets.push(...had, ...(subnet === undefined ? [] : [subnet]));
    }
    this.#hold(owner, subnets);
    return { status: 'allocated', subnets };
  }

  /** Claims the subnets that a node's annotation shows, all or none; subnets it had and does not name are given up. */
  mark(owner: string, subnets: readonly Cidr[]): NodeSubnetMark {
    for (const subnet of subnets) {
      if (!this.#pools.some((pool) => pool.has(subnet))) return { status: 'outside', subnet };
      const by = this.#owners.get(subnet.toString());
      if (by !== undefined && by !== owner) return { status: 'taken', subnet, by };
    }
    this.release(owner);
    this.#hold(owner, subnets);
    return { status: 'marked' };
  }

  /** Frees a node's subnets and returns them. */
  release(owner: string): readonly Cidr[] {
    const subnets = this.subnetsOf(owner);
    this.#subnets.delete(owner);
    for (const subnet of subnets) {
      this.#owners.delete(subnet.toString());
      this.#poolOf(subnet)?.delete(subnet);
    }
    return subnets;
  }

  subnetsOf(owner: string): readonly Cidr[] {
    return this.#subnets.get(owner) ?? [];
  }

  usage(): readonly NodeSubnetUsage[] {
    return this.#pools.map((pool) => ({ ...pool.clusterSubnet, size: pool.taken.size, used: pool.taken.count }));
  }

  #poolOf(subnet: Cidr): Pool | undefined {
    return this.#pools.find((pool) => pool.has(subnet));
  }

  #firstFree(family: Family): Cidr | undefined {
    for (const pool of this.#pools) {
      if (pool.clusterSubnet.cidr.family !== family) continue;
      const subnet = pool.lowestFree();
      if (subnet !== undefined) return subnet;
    }
    return undefined;
  }

  #hold(owner: string, subnets: readonly Cidr[]): void {
    this.#subnets.set(owner, subnets);
    for (const subnet of subnets) {
      this.#owners.set(subnet.toString(), owner);
      this.#poolOf(subnet)?.add(subnet);
    }
  }
}

/**
 * One cluster subnet, its node subnets numbered in the order in which they are handed out. That order is upstream's, made
 * for readers: IPv4 subnets that share an octet with hosts count the higher octet first (10.1.0.0/26, 10.1.1.0/26, …),
 * and IPv6 subnets with a zero last group are left out, as that group would vanish from the text.
 */
class Pool {
  readonly clusterSubnet: ClusterSubnet;
  readonly taken: IndexBitmap;
  readonly #subnetBits: bigint;
  readonly #hostBits: bigint;
  /** Bits by which IPv4 numbers are rotated; 0 for plain order. */
  readonly #rotation: bigint;
  readonly #skipsZero: boolean;

  constructor(clusterSubnet: ClusterSubnet) {
    const { cidr, hostPrefixLength } = clusterSubnet;
    this.clusterSubnet = clusterSubnet;
    this.#subnetBits = BigInt(hostPrefixLength - cidr.prefixLength);
    this.#hostBits = BigInt(addressBits[cidr.family] - hostPrefixLength);
    const shared = this.#hostBits % 8n;
    const crosses = (this.#hostBits - 1n) / 8n !== (this.#hostBits + this.#subnetBits - 1n) / 8n;
    this.#rotation = cidr.family === 'ipv4' && shared !== 0n && crosses ? 8n - shared : 0n;
    this.#skipsZero = cidr.family === 'ipv6' && this.#subnetBits >= 16n;
    const all = 1n << this.#subnetBits;
    this.taken = new IndexBitmap(this.#skipsZero ? all - (all >> 16n) : all);
  }

  has(subnet: Cidr): boolean {
    const { cidr, hostPrefixLength } = this.clusterSubnet;
    return subnet.prefixLength === hostPrefixLength && subnet.isSubnet && cidr.contains(subnet);
  }

  lowestFree(): Cidr | undefined {
    const index = this.taken.lowestFree();
    if (index === undefined) return undefined;
    const { cidr, hostPrefixLength } = this.clusterSubnet;
    return new Cidr(cidr.first.plus(this.#numberOf(BigInt(index)) << this.#hostBits), hostPrefixLength);
  }

  add(subnet: Cidr): void {
    const index = this.#indexOf(subnet);
    if (index !== undefined) this.taken.add(index);
  }

  delete(subnet: Cidr): void {
    const index = this.#indexOf(subnet);
    if (index !== undefined) this.taken.delete(index);
  }

  #numberOf(index: bigint): bigint {
    if (this.#skipsZero) return (index / 65535n) * 65536n + (index % 65535n) + 1n;
    return this.#rotate(index, this.#rotation);
  }

  /** The index that {@link lowestFree} would give a subnet; undefined for one that is never handed out. */
  #indexOf(subnet: Cidr): number | undefined {
    const number = (subnet.address.value - this.clusterSubnet.cidr.first.value) >> this.#hostBits;
    if (this.#skipsZero && number % 65536n === 0n) return undefined;
    const index = this.#skipsZero
      ? (number / 65536n) * 65535n + (number % 65536n) - 1n
      : this.#rotate(number, this.#rotation === 0n ? 0n : this.#subnetBits - this.#rotation);
    return index < BigInt(this.taken.size) ? Number(index) : undefined;
  }

  /** Rotates a subnet number left within its bits. */
  #rotate(number: bigint, by: bigint): bigint {
    const bits = this.#subnetBits;
    return by === 0n ? number : ((number << by) | (number >> (bits - by))) & ((1n << bits) - 1n);
  }
}

import type { Address, Family } from './address.ts';
import { Cidr } from './cidr.ts';
import { assertDisjoint, type ClusterSubnet, familiesOf, parseClusterSubnets, parseSubnets } from './cluster-subnet.ts';
import { IpamError } from './error.ts';

/** One cluster network and its address plan. Every name, id, mark and address of the network is a function of this value. */
export interface Network {
  /** `default`, or the name of a user-defined network. */
  readonly name: string;
  /** What names of its database objects start with: empty for the default network. */
  readonly prefix: string;
  /** The network id: 0 for the default network. */
  readonly id: number;
  /** `k8s.ovn.org/owner-controller` of the rows of this network. */
  readonly controller: string;
  /** The families in the cluster's order: that of the cluster subnets. Every list of addresses keeps it. */
  readonly families: readonly Family[];
  readonly clusterSubnets: readonly ClusterSubnet[];
  /** Subnets between cluster router and gateway routers, one a family, as the two that follow. */
  readonly joinSubnets: readonly Cidr[];
  /** Subnets between the cluster routers of all zones. */
  readonly transitSubnets: readonly Cidr[];
  /** Link-local subnets that hide addresses of host and OVN from each other. */
  readonly masqueradeSubnets: readonly Cidr[];
}

/** Settings of a network, in the notation of upstream's flags; lists may hold both families in either order. */
export interface NetworkOptions {
  /** As `--cluster-subnets`, for example `10.128.0.0/14/23,fd01::/48`. */
  readonly clusterSubnets: string;
  readonly joinSubnets?: string;
  readonly transitSubnets?: string;
  readonly masqueradeSubnets?: string;
}

const defaults = {
  joinSubnets: '100.64.0.0/16,fd98::/64',
  transitSubnets: '100.88.0.0/16,fd97::/64',
  masqueradeSubnets: '169.254.169.0/29,fd69::/125',
} as const;

/** The network of all pods. Throws {@link IpamError} that names the setting and what would be right. */
export function defaultNetwork(options: NetworkOptions): Network {
  const identity = { name: 'default', prefix: '', id: 0, controller: 'default-network-controller' };
  return { ...identity, ...addressPlan(options, defaults.joinSubnets) };
}

/** A user-defined network with its id. Throws {@link IpamError} that names the setting and what would be right. */
export function userDefinedNetwork(name: string, id: number, options: NetworkOptions): Network {
  const identity = { name, prefix: `${name.replaceAll(/[-/]/g, '.')}_`, id, controller: `${name}-network-controller` };
  return { ...identity, ...addressPlan(options, '100.65.0.0/16,fd99::/64') };
}

/** Where the masquerade addresses stand in the masquerade subnet. */
const masqueradeOffsets = { ovn: 1, host: 2, hostEtpLocal: 3, dummyNextHop: 4, serviceHairpin: 5 } as const;

/** What a masquerade address stands for. */
export type MasqueradeUse = keyof typeof masqueradeOffsets;

/** The masquerade addresses of one use, one a family. */
export function masqueradeAddresses(network: Network, use: MasqueradeUse): readonly Address[] {
  return network.masqueradeSubnets.map((subnet) => subnet.first.plus(masqueradeOffsets[use]));
}

/** The cluster router's addresses on the join switch: the first of each join subnet. */
export function clusterRouterJoinAddresses(network: Network): readonly Cidr[] {
  return network.joinSubnets.map((subnet) => numbered(subnet, 1, 'join subnet'));
}

/** A node's gateway router's addresses on the join switch. Throws {@link IpamError} `node-id` when the id does not fit. */
export function gatewayRouterJoinAddresses(network: Network, nodeId: number): readonly Cidr[] {
  return network.joinSubnets.map((subnet) => numbered(subnet, nodeId, 'join subnet'));
}

/** A node's addresses on the transit switch. Throws {@link IpamError} `node-id` when the id does not fit. */
export function transitAddresses(network: Network, nodeId: number): readonly Cidr[] {
  return network.transitSubnets.map((subnet) => numbered(subnet, nodeId, 'transit subnet'));
}

function numbered(subnet: Cidr, nodeId: number, what: string): Cidr {
  const last = subnet.size - (subnet.family === 'ipv4' ? 2n : 1n);
  if (!Number.isInteger(nodeId) || nodeId < 1 || BigInt(nodeId) > last) {
    throw new IpamError(
      'node-id',
      `node id ${nodeId} has no address in ${what} ${subnet}: it must be from 1 to ${last}`,
    );
  }
  return new Cidr(subnet.first.plus(nodeId), subnet.prefixLength);
}

type AddressPlan = Omit<Network, 'name' | 'prefix' | 'id' | 'controller'>;

function addressPlan(options: NetworkOptions, joinSubnets: string): AddressPlan {
  const clusterSubnets = parseClusterSubnets(options.clusterSubnets);
  const families = familiesOf(clusterSubnets.map(({ cidr }) => cidr));
  const pick = (text: string, what: string, least: number) =>
    families.map((family) => {
      const found = parseSubnets(text, what).filter((cidr) => cidr.family === family);
      const [subnet] = found;
      if (subnet === undefined || found.length > 1) {
        throw new IpamError(
          'subnet',
          `${what} "${text}": write exactly one ${family} subnet, as the cluster subnets have that family`,
        );
      }
      if (subnet.size < least)
        throw new IpamError('subnet', `${what}: ${subnet} is too small: it needs ${least} addresses`);
      return subnet;
    });
  const plan = {
    joinSubnets: pick(options.joinSubnets ?? joinSubnets, 'join subnets', 4),
    transitSubnets: pick(options.transitSubnets ?? defaults.transitSubnets, 'transit subnets', 4),
    masqueradeSubnets: pick(options.masqueradeSubnets ?? defaults.masqueradeSubnets, 'masquerade subnets', 8),
  };
  assertDisjoint([
    ...clusterSubnets.map(({ cidr }) => ({ what: 'cluster subnet', cidr })),
    ...plan.joinSubnets.map((cidr) => ({ what: 'join subnet', cidr })),
    ...plan.transitSubnets.map((cidr) => ({ what: 'transit subnet', cidr })),
    ...plan.masqueradeSubnets.map((cidr) => ({ what: 'masquerade subnet', cidr })),
  ]);
  return { families, clusterSubnets, ...plan };
}

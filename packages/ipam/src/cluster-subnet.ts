import { addressBits, type Family } from './address.ts';
import { type Cidr, parseCidr } from './cidr.ts';
import { IpamError } from './error.ts';

/** A subnet of the cluster that is cut into node subnets of one size. */
export interface ClusterSubnet {
  readonly cidr: Cidr;
  /** Prefix length of each node's part of it. */
  readonly hostPrefixLength: number;
}

const defaultHostPrefixLength: Readonly<Record<Family, number>> = { ipv4: 24, ipv6: 64 };
/** With fewer host bits nothing is left for pods beside the network, gateway, management port and broadcast addresses. */
const longestHostPrefixLength: Readonly<Record<Family, number>> = { ipv4: 29, ipv6: 64 };

/**
 * Reads a comma-separated list of subnets, such as the service CIDRs `10.96.0.0/16,fd00:10:96::/112`.
 * `what` names the setting in errors. Throws {@link IpamError} `subnet` or `overlap`.
 */
export function parseSubnets(text: string, what: string): readonly Cidr[] {
  const subnets = splitList(text, what).map((part) => subnetOf(part, part, what));
  assertDisjoint(subnets.map((cidr) => ({ what, cidr })));
  return subnets;
}

/**
 * Reads cluster subnets in the notation of `--cluster-subnets`: a list of `SUBNET[/HOST-PREFIX]` in any order of
 * families, for example `10.128.0.0/14/23,fd01::/48`. Without a host prefix nodes get a /24 and a /64.
 * Throws {@link IpamError} `subnet`, `cluster-subnets` or `overlap`.
 */
export function parseClusterSubnets(text: string, what = 'cluster subnets'): readonly ClusterSubnet[] {
  const list = splitList(text, what).map((part) => clusterSubnetOf(part, what));
  assertDisjoint(list.map(({ cidr }) => ({ what, cidr })));
  return list;
}

/** The notation that {@link parseClusterSubnets} reads. */
export function formatClusterSubnets(subnets: readonly ClusterSubnet[]): string {
  return subnets.map(({ cidr, hostPrefixLength }) => `${cidr}/${hostPrefixLength}`).join(',');
}

/** The families of a list, in order of first appearance: the family order of the cluster. */
export function familiesOf(list: readonly { readonly family: Family }[]): readonly Family[] {
  return [...new Set(list.map(({ family }) => family))];
}

/** Throws {@link IpamError} `overlap` when two of the named subnets share an address. */
export function assertDisjoint(subnets: readonly { readonly what: string; readonly cidr: Cidr }[]): void {
  for (const [index, one] of subnets.entries()) {
    for (const other of subnets.slice(0, index)) {
      if (!one.cidr.overlaps(other.cidr)) continue;
      const message = `${one.what} ${one.cidr} overlaps ${other.what} ${other.cidr}: choose subnets without a common address`;
      throw new IpamError('overlap', message);
    }
  }
}

function splitList(text: string, what: string): readonly string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === '')) {
    throw new IpamError('subnet', `${what} "${text}": an entry is empty; write subnets separated by commas`);
  }
  return parts;
}

function subnetOf(text: string, entry: string, what: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === undefined) {
    const message = `${what}: "${entry}" is not a subnet; write an address and a prefix length such as 10.96.0.0/16 or fd00::/64`;
    throw new IpamError('subnet', message);
  }
  if (!cidr.isSubnet) throw new IpamError('subnet', `${what}: ${entry} has host bits set; write ${cidr.subnet}`);
  return cidr;
}

function clusterSubnetOf(entry: string, what: string): ClusterSubnet {
  const [address = '', prefix = '', host, ...rest] = entry.split('/');
  const cidr = subnetOf(rest.length > 0 ? entry : `${address}/${prefix}`, entry, what);
  const refuse = (problem: string): never => {
    throw new IpamError('cluster-subnets', `${what}: ${entry}: ${problem}`);
  };
  if (host !== undefined && !/^[0-9]{1,3}$/.test(host)) refuse(`"${host}" is not a prefix length for node subnets`);
  const hostPrefixLength = host === undefined ? defaultHostPrefixLength[cidr.family] : Number(host);
  const longest = longestHostPrefixLength[cidr.family];
  if (hostPrefixLength > addressBits[cidr.family]) refuse(`node prefix /${hostPrefixLength} does not exist`);
  if (cidr.family === 'ipv6' && hostPrefixLength !== 64) {
    refuse(`node prefix /${hostPrefixLength} does not work; an IPv6 node subnet is always a /64`);
  }
  if (hostPrefixLength > longest) {
    refuse(`node prefix /${hostPrefixLength} is too small for pods; write /${longest} or shorter`);
  }
  if (hostPrefixLength < cidr.prefixLength) {
    const remedy = `use a subnet of /${hostPrefixLength} or shorter`;
    const other = cidr.prefixLength > longest ? '' : `, or write a node prefix of /${cidr.prefixLength} or longer`;
    refuse(`the subnet is too small for a node prefix /${hostPrefixLength}; ${remedy}${other}`);
  }
  return { cidr, hostPrefixLength };
}

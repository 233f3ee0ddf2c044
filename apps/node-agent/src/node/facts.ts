import type { Observed } from '@ovnkube/host';
import { type Address, type Cidr, type Family, type Network, parseAddress, parseCidr } from '@ovnkube/ipam';
import { AgentError } from '../error.ts';
import { managementPortName } from './management-port.ts';

/** What a node says of itself in its annotations: its connection to the outside. */
export interface NodeFacts {
  /** The interface of its default routes: the external bridge. */
  readonly interface: string;
  readonly mac: string;
  /** Addresses of that interface, one a family, the cluster's first family first. */
  readonly primaryAddresses: readonly Cidr[];
  readonly nextHops: readonly Address[];
  /** Every global address of the host, those of the cluster network's own links left out. */
  readonly hostCidrs: readonly Cidr[];
}

/** Links of the cluster network itself: their addresses are no addresses of the host. */
const ownLinks = new Set([managementPortName, 'br-int']);

/** Reads the facts off the host's links and routes. Throws AgentError `host` that says what is missing and how to give it. */
export function nodeFacts(
  host: Pick<Observed, 'links' | 'addresses' | 'routes'>,
  options: { readonly gatewayInterface?: string; readonly network: Network },
): NodeFacts {
  const defaults = host.routes.filter(({ dst, table }) => table === mainTable && /^(0\.0\.0\.0|::)\/0$/.test(dst));
  const name = options.gatewayInterface ?? lowestMetric(defaults);
  const link = host.links.find(({ ifname }) => ifname === name);
  if (link === undefined || link.mac === '') {
    const known = host.links.map(({ ifname }) => ifname).join(', ');
    throw new AgentError(
      'host',
      `--gateway-interface ${name}: the host has no such link with a MAC address; it has ${known}`,
    );
  }
  const addresses = globalAddresses(host, ({ ifname }) => ifname === name);
  if (addresses.length === 0) {
    throw new AgentError(
      'host',
      `link ${name} has no global address: give it one, or name another with --gateway-interface`,
    );
  }
  const families = byPreference(options.network.families);
  const gateways = defaults.flatMap(({ dev, gateway }) => (dev === name ? (parseAddress(gateway) ?? []) : []));
  return {
    interface: name,
    mac: link.mac,
    primaryAddresses: firstOfEach(families, addresses),
    nextHops: firstOfEach(families, gateways),
    hostCidrs: globalAddresses(host, ({ ifname }) => !ownLinks.has(ifname)),
  };
}

/** rtnetlink(7): RT_TABLE_MAIN. */
const mainTable = 254;

/** The cluster's families first, then the other: an IPv6 cluster may run over an IPv4 underlay. */
const byPreference = (families: readonly Family[]): readonly Family[] => [
  ...new Set<Family>([...families, 'ipv4', 'ipv6']),
];

const firstOfEach = <T extends { readonly family: Family }>(families: readonly Family[], list: readonly T[]): T[] =>
  families.flatMap((family) => list.find((item) => item.family === family) ?? []);

const globalAddresses = (
  { addresses }: Pick<Observed, 'addresses'>,
  wanted: (address: Observed['addresses'][number]) => boolean,
): readonly Cidr[] =>
  addresses.flatMap((entry) => (entry.scope === 'global' && wanted(entry) ? (parseCidr(entry.address) ?? []) : []));

function lowestMetric(defaults: Observed['routes']): string {
  const [best] = defaults.toSorted((a, b) => a.metric - b.metric);
  if (best === undefined) {
    throw new AgentError(
      'host',
      'failed to get default gateway interface: the host has no default route; add one or name the interface with --gateway-interface',
    );
  }
  return best.dev;
}

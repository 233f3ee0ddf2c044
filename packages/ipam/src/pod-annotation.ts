import type { Address } from './address.ts';
import { addressOf, cidrOf, jsonOf, listOf, Malformed, objectOf, reading, textOf } from './annotation-text.ts';
import { Cidr } from './cidr.ts';
import { isMac, macOf } from './mac.ts';
import { masqueradeAddresses, type Network } from './network.ts';
import { gatewayOf } from './node-subnet.ts';

/** Annotation of a pod: its place in each of its networks, as a JSON object with a member a network. */
export const podNetworksAnnotation = 'k8s.ovn.org/pod-networks';

/** A route in a pod's namespace; default routes are gateways instead. */
export interface PodRoute {
  readonly dest: Cidr;
  /** Without one the destination is on the link. */
  readonly nextHop?: Address;
}

/** Which part a network plays for a pod. */
export type PodNetworkRole = 'primary' | 'secondary' | 'infrastructure-locked';

/** A pod's place in one network. */
export interface PodNetwork {
  /** Addresses with the prefix length of the node subnet, in the cluster's family order. */
  readonly addresses: readonly Cidr[];
  readonly mac: string;
  /** Next hops of the default route; a family may lack one. */
  readonly gateways: readonly Address[];
  readonly routes: readonly PodRoute[];
  /** Link-local address of the gateway that sends router advertisements. */
  readonly gatewayLinkLocal?: Address;
  /** Tunnel key of a port on a layer-2 network. */
  readonly tunnelId?: number;
  readonly role?: PodNetworkRole;
  /** `dhcp` when the workload gets its addresses from elsewhere. */
  readonly ipamMode?: string;
}

/** What reading one network's member gives. */
export type PodNetworkReading =
  | { readonly status: 'found'; readonly network: PodNetwork }
  | { readonly status: 'missing' }
  | { readonly status: 'invalid'; readonly message: string };

/** Outcome of adding a network to the annotation. */
export type PodNetworkWriting =
  | { readonly status: 'written'; readonly text: string }
  /** The pod has other addresses already: they never change while the pod exists. */
  | { readonly status: 'conflict'; readonly message: string }
  | { readonly status: 'invalid'; readonly message: string };

/** Reads a pod's place in one network; the member's key is `default`, or `<namespace>/<name>` of an attachment. */
export function readPodNetwork(text: string | undefined, key = 'default'): PodNetworkReading {
  if (text === undefined) return { status: 'missing' };
  const result = reading(() => {
    const member = objectOf(jsonOf(text), 'the value')[key];
    return member === undefined ? undefined : podNetworkOf(objectOf(member, `"${key}"`), key);
  });
  if ('problem' in result) return { status: 'invalid', message: `${podNetworksAnnotation} ${result.problem}` };
  return result.value === undefined ? { status: 'missing' } : { status: 'found', network: result.value };
}

/**
 * The annotation with one network set in it; other networks stay as they are. `existing` is the annotation so far.
 * The text is what upstream writes, member for member.
 */
export function writePodNetwork(existing: string | undefined, network: PodNetwork, key = 'default'): PodNetworkWriting {
  const before = readPodNetwork(existing, key);
  if (before.status === 'invalid') return before;
  if (before.status === 'found' && before.network.ipamMode !== 'dhcp') {
    const had = before.network.addresses.map(String);
    const wanted = network.addresses.map(String);
    if (had.length !== wanted.length || wanted.some((address) => !had.includes(address))) {
      const message = `${podNetworksAnnotation} "${key}" has ${had.join(' ')}: it cannot become ${wanted.join(' ')} while the pod exists`;
      return { status: 'conflict', message };
    }
  }
  const byDefault = network.routes.find(({ dest }) => dest.prefixLength === 0);
  if (byDefault !== undefined) {
    return {
      status: 'invalid',
      message: `pod route ${byDefault.dest} is a default route: it must be one of the gateways`,
    };
  }
  if (network.addresses.length === 1 && network.gateways.length > 1) {
    const message = `pod with the one address ${network.addresses[0]} has ${network.gateways.length} gateways: it can have one`;
    return { status: 'invalid', message };
  }
  const members = existing === undefined ? {} : objectOf(jsonOf(existing), 'the value');
  const all: Record<string, unknown> = { ...members, [key]: memberOf(network) };
  const sorted = Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { status: 'written', text: JSON.stringify(sorted) };
}

/** What {@link podNetwork} needs to know of pod and cluster. */
export interface PodNetworkInput {
  readonly network: Network;
  /** The service CIDRs of the cluster. */
  readonly serviceSubnets: readonly Cidr[];
  /** The pod's addresses, as the allocator gave them. */
  readonly addresses: readonly Cidr[];
  /** A MAC address that the pod asked for; a pod without addresses must have one. */
  readonly mac?: string;
  /** Another attachment of the pod has the default route. */
  readonly defaultRouteElsewhere?: boolean;
}

/** A pod's place in a network, made of its addresses: MAC address, gateways, and routes to all that is inside the cluster. */
export function podNetwork(input: PodNetworkInput): PodNetwork {
  const { network, addresses } = input;
  const inside = [
    ...network.clusterSubnets.map(({ cidr }) => cidr),
    ...input.serviceSubnets,
    ...masqueradeAddresses(network, 'serviceHairpin').map(Cidr.host),
    ...network.joinSubnets,
  ];
  const gateways = addresses.map((address) => gatewayOf(address.subnet).address);
  return {
    addresses,
    mac: input.mac ?? macOf(addresses.map(({ address }) => address)),
    gateways: input.defaultRouteElsewhere ? [] : gateways,
    routes: gateways.flatMap((nextHop) =>
      inside.filter(({ family }) => family === nextHop.family).map((dest) => ({ dest, nextHop })),
    ),
    role: 'primary',
  };
}

const roles: readonly PodNetworkRole[] = ['primary', 'secondary', 'infrastructure-locked'];

function podNetworkOf(member: Readonly<Record<string, unknown>>, key: string): PodNetwork {
  const mac = textOf(member['mac_address'], `"${key}".mac_address`);
  if (!isMac(mac)) throw new Malformed(`"${key}".mac_address "${mac}" is not a MAC address such as 0a:58:0a:80:00:05`);
  const several = <T>(list: string, single: string, item: (value: unknown, what: string) => T & object) => {
    const one = member[single] === undefined ? [] : [item(member[single], `"${key}".${single}`)];
    const values = listOf(member[list] ?? [], `"${key}".${list}`, item);
    if (values.length > 0 && one.length > 0 && String(values[0]) !== String(one[0])) {
      throw new Malformed(`"${key}".${single} ${one[0]} differs from ${list} ${values[0]}`);
    }
    return values.length > 0 ? values : one;
  };
  const role = member['role'] === undefined ? undefined : textOf(member['role'], `"${key}".role`);
  const known = roles.find((name) => name === role);
  if (role !== undefined && known === undefined)
    throw new Malformed(`"${key}".role "${role}" is none of ${roles.join(', ')}`);
  const lla = member['ipv6_lla_gateway_ip'];
  const tunnelId = member['tunnel_id'];
  const ipamMode = member['ipam_mode'];
  return {
    addresses: several('ip_addresses', 'ip_address', cidrOf),
    mac: mac.toLowerCase(),
    gateways: several('gateway_ips', 'gateway_ip', addressOf),
    routes: listOf(member['routes'] ?? [], `"${key}".routes`, routeOf),
    ...(lla === undefined ? {} : { gatewayLinkLocal: addressOf(lla, `"${key}".ipv6_lla_gateway_ip`) }),
    ...(tunnelId === undefined ? {} : { tunnelId: numberOf(tunnelId, `"${key}".tunnel_id`) }),
    ...(known === undefined ? {} : { role: known }),
    ...(ipamMode === undefined ? {} : { ipamMode: textOf(ipamMode, `"${key}".ipam_mode`) }),
  };
}

function routeOf(value: unknown, what: string): PodRoute {
  const member = objectOf(value, what);
  const dest = cidrOf(member['dest'], `${what}.dest`).subnet;
  if (dest.prefixLength === 0)
    throw new Malformed(`${what}.dest ${dest} is a default route: it belongs into gateway_ips`);
  if (member['nextHop'] === undefined || member['nextHop'] === '') return { dest };
  const nextHop = addressOf(member['nextHop'], `${what}.nextHop`);
  if (nextHop.family !== dest.family)
    throw new Malformed(`${what} ${dest} has a next hop of the other family: ${nextHop}`);
  return { dest, nextHop };
}

function numberOf(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new Malformed(`${what} is ${JSON.stringify(value)}, not a whole number`);
  return value;
}

/** One member of the JSON, its keys in upstream's order; `ip_address` and `gateway_ip` only beside a single one. */
function memberOf(network: PodNetwork): Readonly<Record<string, unknown>> {
  const { addresses, gateways, routes } = network;
  const single = addresses.length === 1;
  return {
    ip_addresses: addresses,
    mac_address: network.mac,
    ...(gateways.length > 0 ? { gateway_ips: gateways } : {}),
    ...(routes.length > 0 ? { routes: routes.map(({ dest, nextHop }) => ({ dest, nextHop: nextHop ?? '' })) } : {}),
    ...(single ? { ip_address: addresses[0] } : {}),
    ...(single && gateways.length === 1 ? { gateway_ip: gateways[0] } : {}),
    ...(network.gatewayLinkLocal === undefined ? {} : { ipv6_lla_gateway_ip: network.gatewayLinkLocal }),
    ...(network.tunnelId === undefined ? {} : { tunnel_id: network.tunnelId }),
    ...(network.role === undefined ? {} : { role: network.role }),
    ...(network.ipamMode === undefined ? {} : { ipam_mode: network.ipamMode }),
  };
}

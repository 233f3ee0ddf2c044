import {
  type Cidr,
  type Family,
  gatewayRouterJoinAddresses,
  type L3GatewayConfig,
  macOf,
  managementPortOf,
  masqueradeAddresses,
} from '@ovnkube/ipam';
import { gatewayNat } from './gateway-nat.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { coppName, physicalNetwork } from './names.ts';
import { type NodeWith, nodePart } from './node.ts';
import { gatewayMtu, sourceRoute } from './node-switch.ts';
import { type DesiredRow, ref } from './row.ts';
import { policyOf, portOfRouter, portOfSwitch, type Zone } from './zone.ts';
import { routerSwitchPort } from './zone-rows.ts';

/** What of a node its gateway router is made of. */
export type GatewayNode = NodeWith<'nodeId' | 'subnets' | 'chassisId' | 'gateway'>;

/** A node's gateway router between join switch and external switch, with routes, policies, NAT and neighbours. */
export const gatewayRouterPart = nodePart(
  'gateway router',
  'local',
  ['nodeId', 'subnets', 'chassisId', 'gateway'],
  function* (zone, node) {
    const { gateway } = node.annotations;
    if (gateway.mode === 'disabled') return;
    yield router(zone, node);
    yield* joinConnection(zone, node);
    yield* externalSwitch(zone, node);
    yield* neighbours(zone, node.name);
    yield* gatewayRoutes(zone, node);
    yield* gatewayNat(zone, node);
    yield* clusterRouterRoutes(zone, node);
    yield* sameNodePolicies(zone, node);
  },
);

/** A node's addresses on the outside, in the network's order of families. */
export function externalAddresses(zone: Zone, gateway: L3GatewayConfig): readonly Cidr[] {
  return zone.ordered(gateway.addresses);
}

function router(zone: Zone, node: GatewayNode): DesiredRow {
  const { names } = zone;
  const { chassisId, gateway } = node.annotations;
  const addresses = externalAddresses(zone, gateway).map(({ address }) => String(address));
  const { loadBalancerGroups: groups } = names;
  const groupNames = gateway.nodePortEnable ? [groups.cluster, groups.router] : [groups.cluster];
  return zone.named('Logical_Router', names.node(node.name).gatewayRouter, owner(node), {
    options: {
      chassis: chassisId,
      lb_force_snat_ip: 'router_ip',
      dynamic_neigh_routers: 'false',
      always_learn_from_arp_request: 'false',
      mac_binding_age_threshold: '300',
      ...(zone.isDefault ? { 'snat-ct-zone': '0' } : { disable_garp_rarp: 'true' }),
    },
    external_ids: { physical_ip: addresses[0] ?? '', physical_ips: addresses.join(',') },
    load_balancer_group: groupNames.map((group) => ref('Load_Balancer_Group', group)),
    copp: ref('Copp', coppName),
  });
}

const owner = (node: { readonly name: string }) => ({ type: 'GatewayRouter', keys: { node: node.name } });
const portOwner = (node: { readonly name: string }, port: string) => ({
  type: 'GatewayRouter',
  keys: { node: node.name, port },
});

function* joinConnection(zone: Zone, node: GatewayNode): Generator<DesiredRow> {
  const own = zone.names.node(node.name);
  const join = gatewayRouterJoinAddresses(zone.network, node.annotations.nodeId);
  yield routerSwitchPort(
    zone,
    own.joinToGatewayRouter,
    own.gatewayRouterToJoin,
    portOwner(node, 'join'),
    zone.names.joinSwitch,
  );
  yield zone.named(
    'Logical_Router_Port',
    own.gatewayRouterToJoin,
    portOwner(node, 'join'),
    {
      mac: macOf(join.map(({ address }) => address)),
      networks: join.map(String),
      options: gatewayMtu(zone, node.annotations.gatewayMtuSupport),
    },
    portOfRouter(own.gatewayRouter),
  );
}

function* externalSwitch(zone: Zone, node: GatewayNode): Generator<DesiredRow> {
  const own = zone.names.node(node.name);
  const { gateway } = node.annotations;
  const mac = gateway.mac ?? macOf(externalAddresses(zone, gateway).map(({ address }) => address));
  yield zone.named('Logical_Switch', own.externalSwitch, owner(node), {});
  yield zone.named(
    'Logical_Switch_Port',
    `${zone.network.prefix}${gateway.interfaceId ?? `${gateway.bridgeId ?? 'br-ex'}_${node.name}`}`,
    portOwner(node, 'localnet'),
    {
      type: 'localnet',
      addresses: ['unknown'],
      options: { network_name: physicalNetwork },
      ...(gateway.vlanId > 0 ? { tag_request: gateway.vlanId } : {}),
    },
    portOfSwitch(own.externalSwitch),
  );
  yield zone.named(
    'Logical_Switch_Port',
    own.externalToGatewayRouter,
    portOwner(node, 'external'),
    {
      type: 'router',
      addresses: [mac],
      options: {
        'router-port': own.gatewayRouterToExternal,
        // A user-defined network must not announce the address that it shares with the node.
        ...(zone.isDefault ? { 'nat-addresses': 'router', 'exclude-lb-vips-from-garp': 'true' } : {}),
      },
    },
    portOfSwitch(own.externalSwitch),
  );
  yield zone.named(
    'Logical_Router_Port',
    own.gatewayRouterToExternal,
    portOwner(node, 'external'),
    {
      mac,
      networks: externalAddresses(zone, gateway).map(String),
      external_ids: { 'gateway-physical-ip': 'yes' },
    },
    portOfRouter(own.gatewayRouter),
  );
}

/** Neighbours that nobody answers for: the next hop by which services' replies reach the host. */
function* neighbours(zone: Zone, node: string): Generator<DesiredRow> {
  const logical_port = zone.names.node(node).gatewayRouterToExternal;
  const uses = zone.isDefault ? (['dummyNextHop'] as const) : (['dummyNextHop', 'host'] as const);
  for (const address of uses.flatMap((use) => masqueradeAddresses(zone.network, use))) {
    const ip = String(address);
    const columns = { logical_port, ip, mac: macOf(address), override_dynamic_mac: true };
    yield { table: 'Static_MAC_Binding', name: `${logical_port}/${ip}`, columns };
  }
}

/** Cluster router: the way to the gateway router, and in shared mode the way out for the node's pods. */
function* clusterRouterRoutes(zone: Zone, node: GatewayNode): Generator<DesiredRow> {
  const join = gatewayRouterJoinAddresses(zone.network, node.annotations.nodeId);
  const { clusterRouter } = zone.names;
  for (const { address } of join) {
    yield zone.identified(
      'Logical_Router_Static_Route',
      { type: 'GatewayRouterRoute', keys: { node: node.name, ip: String(address) } },
      { ip_prefix: String(address), nexthop: String(address) },
      { table: 'Logical_Router', name: clusterRouter, column: 'static_routes' },
    );
  }
  if (zone.options.gatewayMode === 'local') return;
  for (const subnet of node.annotations.subnets) {
    const nexthop = join.find(({ family }) => family === subnet.family);
    if (nexthop !== undefined) yield sourceRoute(zone, node.name, String(subnet), nexthop.address);
  }
}

const matchOf: Readonly<Record<Family, string>> = { ipv4: 'ip4', ipv6: 'ip6' };

/** Pods reach their own node through the management port: at its gateway addresses, in shared mode at all its addresses. */
function* sameNodePolicies(zone: Zone, node: GatewayNode): Generator<DesiredRow> {
  const { gateway, hostCidrs = [], subnets } = node.annotations;
  const own = zone.names.node(node.name);
  const all = zone.options.gatewayMode === 'shared' ? [...gateway.addresses, ...hostCidrs] : gateway.addresses;
  const addresses = new Map(zone.ordered(all).map(({ address }) => [String(address), address]));
  for (const [ip, { family }] of addresses) {
    const subnet = subnets.find((candidate) => candidate.family === family);
    if (subnet === undefined) continue;
    yield zone.identified(
      'Logical_Router_Policy',
      { type: 'SameNodePolicy', keys: { node: node.name, ip } },
      {
        priority: 1004,
        match: `inport == "${own.routerToSwitch}" && ${matchOf[family]}.dst == ${ip} /* ${own.switch} */`,
        action: 'reroute',
        nexthops: [String(managementPortOf(subnet).address)],
      },
      policyOf(zone.names.clusterRouter),
    );
  }
}

import { type Family, gatewayRouterJoinAddresses, macOf, managementPortOf, masqueradeAddresses } from '@ovnkube/ipam';
import { type DesiredRow, ref } from '@ovnkube/ovn-db';
import { externalRows } from './external-switch.ts';
import { gatewayNat } from './gateway-nat.ts';
import { type GatewayNode, gatewayNeeds } from './gateway-node.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { coppName } from './names.ts';
import { nodePart } from './node.ts';
import { gatewayMtu, sourceRoute } from './node-switch.ts';
import { nb, policyOf, portOfRouter, portOfSwitch, routeOf, type Zone } from './zone.ts';

/** A node's gateway router between join switch and external switch, with routes, policies, NAT and neighbours. */
export const gatewayRouterPart = nodePart('gateway router', 'local', gatewayNeeds, function* (zone, node) {
  if (node.annotations.gateway.mode === 'disabled') return;
  yield router(zone, node);
  yield* joinConnection(zone, node);
  yield* externalRows(zone, node);
  yield* neighbours(zone, node.name);
  yield* gatewayRoutes(zone, node);
  yield* gatewayNat(zone, node);
  yield* clusterRouterRoutes(zone, node);
  yield* sameNodePolicies(zone, node);
});

function router(zone: Zone, { name: node, annotations }: GatewayNode): DesiredRow {
  const { names } = zone;
  const { chassisId, gateway } = annotations;
  const addresses = zone.ordered(gateway.addresses).map(({ address }) => String(address));
  const { cluster, router } = names.loadBalancerGroups;
  const groups = gateway.nodePortEnable ? [cluster, router] : [cluster];
  return nb('Logical_Router', names.node(node).gatewayRouter, {
    options: {
      chassis: chassisId,
      lb_force_snat_ip: 'router_ip',
      dynamic_neigh_routers: 'false',
      always_learn_from_arp_request: 'false',
      mac_binding_age_threshold: '300',
      ...(zone.isDefault ? { 'snat-ct-zone': '0' } : { disable_garp_rarp: 'true' }),
    },
    load_balancer_group: groups.map((group) => ref('Load_Balancer_Group', group)),
    copp: ref('Copp', coppName),
    external_ids: zone.externalIds(
      'GatewayRouter',
      { node },
      { physical_ip: addresses[0] ?? '', physical_ips: addresses.join(',') },
    ),
  });
}

function* joinConnection(zone: Zone, { name: node, annotations }: GatewayNode): Generator<DesiredRow> {
  const own = zone.names.node(node);
  const join = gatewayRouterJoinAddresses(zone.network, annotations.nodeId);
  const external_ids = zone.externalIds('GatewayRouter', { node, port: 'join' });
  yield nb(
    'Logical_Switch_Port',
    own.joinToGatewayRouter,
    { type: 'router', addresses: ['router'], options: { 'router-port': own.gatewayRouterToJoin }, external_ids },
    { parents: [portOfSwitch(zone.names.joinSwitch)] },
  );
  yield nb(
    'Logical_Router_Port',
    own.gatewayRouterToJoin,
    {
      mac: macOf(join.map(({ address }) => address)),
      networks: join.map(String),
      options: gatewayMtu(zone, annotations.gatewayMtuSupport),
      external_ids,
    },
    { parents: [portOfRouter(own.gatewayRouter)] },
  );
}

/** Neighbours that nobody answers for: the next hop by which services' replies reach the host. */
function* neighbours(zone: Zone, node: string): Generator<DesiredRow> {
  const logical_port = zone.names.node(node).gatewayRouterToExternal;
  const uses = zone.isDefault ? (['dummyNextHop'] as const) : (['dummyNextHop', 'host'] as const);
  for (const address of uses.flatMap((use) => masqueradeAddresses(zone.network, use))) {
    const ip = String(address);
    yield nb('Static_MAC_Binding', `${logical_port} ${ip}`, {
      logical_port,
      ip,
      mac: macOf(address),
      override_dynamic_mac: true,
    });
  }
}

/** Cluster router: the way to the gateway router, and in shared mode the way out for the node's pods. */
function* clusterRouterRoutes(zone: Zone, { name: node, annotations }: GatewayNode): Generator<DesiredRow> {
  const join = gatewayRouterJoinAddresses(zone.network, annotations.nodeId);
  for (const { address } of join) {
    const ip = String(address);
    yield nb(
      'Logical_Router_Static_Route',
      zone.id('GatewayRouterRoute', { node, ip }),
      { ip_prefix: ip, nexthop: ip, external_ids: zone.externalIds('GatewayRouterRoute', { node, ip }) },
      { parents: [routeOf(zone.names.clusterRouter)] },
    );
  }
  if (zone.options.gatewayMode === 'local') return;
  for (const subnet of annotations.subnets) {
    const nexthop = join.find(({ family }) => family === subnet.family);
    if (nexthop !== undefined) yield sourceRoute(zone, node, String(subnet), nexthop.address);
  }
}

const protocolOf: Readonly<Record<Family, string>> = { ipv4: 'ip4', ipv6: 'ip6' };

/** Pods reach their own node through the management port: at its gateway addresses, in shared mode at all its addresses. */
function* sameNodePolicies(zone: Zone, { name: node, annotations }: GatewayNode): Generator<DesiredRow> {
  const { gateway, hostCidrs = [], subnets } = annotations;
  const own = zone.names.node(node);
  const all = zone.options.gatewayMode === 'shared' ? [...gateway.addresses, ...hostCidrs] : gateway.addresses;
  const addresses = new Map(zone.ordered(all).map(({ address }) => [String(address), address]));
  for (const [ip, { family }] of addresses) {
    const subnet = subnets.find((candidate) => candidate.family === family);
    if (subnet === undefined) continue;
    yield nb(
      'Logical_Router_Policy',
      zone.id('SameNodePolicy', { node, ip }),
      {
        priority: 1004,
        match: `inport == "${own.routerToSwitch}" && ${protocolOf[family]}.dst == ${ip} /* ${own.switch} */`,
        action: 'reroute',
        nexthops: [String(managementPortOf(subnet).address)],
        external_ids: zone.externalIds('SameNodePolicy', { node, ip }),
      },
      { parents: [policyOf(zone.names.clusterRouter)] },
    );
  }
}

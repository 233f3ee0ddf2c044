import {
  type Address,
  gatewayOf,
  hybridOverlayPortOf,
  linkLocalOf,
  macOf,
  managementPortOf,
  parseAddress,
} from '@ovnkube/ipam';
import { type NodeWith, nodePart } from './node.ts';
import { type DesiredRow, ref } from './row.ts';
import { type Parent, portOfGroup, portOfRouter, portOfSwitch, routeOf, type Zone } from './zone.ts';
import { clusterPortGroup, clusterRouterPortGroup } from './zone-rows.ts';

type SwitchNode = NodeWith<'subnets' | 'chassisId'>;

/** A node's switch, its port to the cluster router, and the management port. */
export const nodeSwitchPart = nodePart('switch', 'local', ['subnets', 'chassisId'], function* (zone, node) {
  const mac = macOf(node.annotations.subnets.map((subnet) => gatewayOf(subnet).address));
  yield nodeSwitch(zone, node, mac);
  yield* routerConnection(zone, node, mac);
  yield managementPort(zone, node);
  if (zone.options.gatewayMode === 'local') {
    for (const subnet of node.annotations.subnets) {
      yield sourceRoute(zone, node.name, String(subnet), managementPortOf(subnet).address);
    }
  }
});

/**
 * Sends what comes from a node's pods to the outside: to its gateway router in shared mode, to its management port in
 * local mode. One row by its id, so that a change of mode moves it.
 */
export function sourceRoute(zone: Zone, node: string, subnet: string, nexthop: Address): DesiredRow {
  return zone.identified(
    'Logical_Router_Static_Route',
    { type: 'NodeSourceRoute', keys: { node, subnet } },
    { ip_prefix: subnet, policy: 'src-ip', nexthop: String(nexthop) },
    routeOf(zone.names.clusterRouter),
  );
}

function nodeSwitch(zone: Zone, node: SwitchNode, mac: string): DesiredRow {
  const { names, options } = zone;
  const other_config: Record<string, string> = {};
  for (const subnet of node.annotations.subnets) {
    if (subnet.family === 'ipv6') other_config['ipv6_prefix'] = String(subnet.address);
    else {
      const management = String(managementPortOf(subnet).address);
      other_config['subnet'] = String(subnet);
      other_config['exclude_ips'] = options.hybridOverlay
        ? `${management}..${hybridOverlayPortOf(subnet).address}`
        : management;
    }
    if (!options.multicast) continue;
    if (subnet.family === 'ipv4') other_config['mcast_ip4_src'] = String(gatewayOf(subnet).address);
    else other_config['mcast_ip6_src'] = String(linkLocalOf(mac));
  }
  if (options.multicast)
    Object.assign(other_config, { mcast_snoop: 'true', mcast_querier: 'true', mcast_eth_src: mac });
  const { loadBalancerGroups: groups } = names;
  return zone.named(
    'Logical_Switch',
    names.node(node.name).switch,
    { type: 'NodeSwitch', keys: { node: node.name } },
    {
      other_config,
      load_balancer_group: [groups.cluster, groups.switch].map((group) => ref('Load_Balancer_Group', group)),
    },
  );
}

/** MAC and addresses for which a node switch answers whatever is asked for: gateways that virtual machines keep when they move. */
function arpProxy(zone: Zone): string {
  const ipv4 = parseAddress('169.254.1.1');
  const addresses = ['169.254.1.1', 'fe80::1', ...zone.network.clusterSubnets.map(({ cidr }) => String(cidr))];
  return [macOf(ipv4 ?? []), ...addresses].join(' ');
}

function* routerConnection(zone: Zone, node: SwitchNode, mac: string): Generator<DesiredRow> {
  const { names, options, network } = zone;
  const { subnets, chassisId, gatewayMtuSupport } = node.annotations;
  const own = names.node(node.name);
  const owner = { type: 'NodeSwitch', keys: { node: node.name } };
  const parents: Parent[] = [portOfSwitch(own.switch)];
  if (options.multicast) parents.push(portOfGroup(clusterRouterPortGroup(network)));
  yield zone.named(
    'Logical_Switch_Port',
    own.switchToRouter,
    owner,
    {
      type: 'router',
      addresses: ['router'],
      options: { 'router-port': own.routerToSwitch, ...(zone.isDefault ? { arp_proxy: arpProxy(zone) } : {}) },
    },
    ...parents,
  );
  const gatewayChassis = `${own.routerToSwitch}-${chassisId}`;
  yield zone.named('Gateway_Chassis', gatewayChassis, owner, { chassis_name: chassisId, priority: 1 });
  yield zone.named(
    'Logical_Router_Port',
    own.routerToSwitch,
    owner,
    {
      mac,
      networks: subnets.map((subnet) => String(gatewayOf(subnet))),
      options: gatewayMtu(zone, gatewayMtuSupport),
      gateway_chassis: [ref('Gateway_Chassis', gatewayChassis)],
    },
    portOfRouter(names.clusterRouter),
  );
}

/** `gateway_mtu` of a router port, where the node can do it (annotation `gateway-mtu-support` is not false). */
export function gatewayMtu(zone: Zone, supported: boolean | undefined): Readonly<Record<string, string>> {
  const { mtu } = zone.options;
  return mtu === undefined || supported === false ? {} : { gateway_mtu: String(mtu) };
}

function managementPort(zone: Zone, node: SwitchNode): DesiredRow {
  const { names, network } = zone;
  const own = names.node(node.name);
  const addresses = node.annotations.subnets.map((subnet) => managementPortOf(subnet).address);
  const mac = node.annotations.managementPortMac ?? macOf(addresses);
  return zone.named(
    'Logical_Switch_Port',
    own.managementPort,
    { type: 'ManagementPort', keys: { node: node.name } },
    { addresses: [[mac, ...addresses].join(' ')] },
    portOfSwitch(own.switch),
    portOfGroup(clusterPortGroup(network)),
  );
}

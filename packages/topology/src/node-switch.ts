import {
  type Address,
  gatewayOf,
  hybridOverlayPortOf,
  linkLocalOf,
  macOf,
  managementPortOf,
  parseAddress,
} from '@ovnkube/ipam';
import { type DesiredRow, ref } from '@ovnkube/ovn-db';
import { type NodeWith, nodePart } from './node.ts';
import { nb, portOfGroup, portOfRouter, portOfSwitch, routeOf, type Zone } from './zone.ts';
import { clusterPortGroup, clusterRouterPortGroup } from './zone-rows.ts';

type SwitchNode = NodeWith<'subnets' | 'chassisId'>;

/** A node's switch, its port to the cluster router, and the management port. */
export const nodeSwitchPart = nodePart('switch', 'local', ['subnets', 'chassisId'], function* (zone, node) {
  const mac = macOf(node.annotations.subnets.map((subnet) => gatewayOf(subnet).address));
  yield nodeSwitch(zone, node, mac);
  yield switchToRouter(zone, node.name);
  yield* routerToSwitch(zone, node, mac);
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
  return nb(
    'Logical_Router_Static_Route',
    zone.id('NodeSourceRoute', { node, subnet }),
    {
      ip_prefix: subnet,
      policy: 'src-ip',
      nexthop: String(nexthop),
      external_ids: zone.externalIds('NodeSourceRoute', { node, subnet }),
    },
    { parents: [routeOf(zone.names.clusterRouter)] },
  );
}

/** `gateway_mtu` of a router port, where the node can do it (annotation `gateway-mtu-support` is not false). */
export function gatewayMtu(zone: Zone, supported: boolean | undefined): Readonly<Record<string, string>> {
  const { mtu } = zone.options;
  return mtu === undefined || supported === false ? {} : { gateway_mtu: String(mtu) };
}

function nodeSwitch(zone: Zone, { name: node, annotations }: SwitchNode, mac: string): DesiredRow {
  const { names, options } = zone;
  const other_config: Record<string, string> = {};
  for (const subnet of annotations.subnets) {
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
  const groups = [names.loadBalancerGroups.cluster, names.loadBalancerGroups.switch];
  return nb('Logical_Switch', names.node(node).switch, {
    other_config,
    load_balancer_group: groups.map((group) => ref('Load_Balancer_Group', group)),
    external_ids: zone.externalIds('NodeSwitch', { node }),
  });
}

/** MAC and addresses for which a node switch answers whatever is asked for: gateways that virtual machines keep when they move. */
function arpProxy(zone: Zone): string {
  const ipv4 = parseAddress('169.254.1.1');
  const addresses = ['169.254.1.1', 'fe80::1', ...zone.network.clusterSubnets.map(({ cidr }) => String(cidr))];
  return [macOf(ipv4 ?? []), ...addresses].join(' ');
}

function switchToRouter(zone: Zone, node: string): DesiredRow {
  const own = zone.names.node(node);
  return nb(
    'Logical_Switch_Port',
    own.switchToRouter,
    {
      type: 'router',
      addresses: ['router'],
      options: { 'router-port': own.routerToSwitch, ...(zone.isDefault ? { arp_proxy: arpProxy(zone) } : {}) },
      external_ids: zone.externalIds('NodeSwitch', { node }),
    },
    {
      parents: [
        portOfSwitch(own.switch),
        ...(zone.options.multicast ? [portOfGroup(clusterRouterPortGroup(zone))] : []),
      ],
    },
  );
}

function* routerToSwitch(zone: Zone, { name: node, annotations }: SwitchNode, mac: string): Generator<DesiredRow> {
  const own = zone.names.node(node);
  const { subnets, chassisId, gatewayMtuSupport } = annotations;
  const external_ids = zone.externalIds('NodeSwitch', { node });
  const gatewayChassis = `${own.routerToSwitch}-${chassisId}`;
  yield nb('Gateway_Chassis', gatewayChassis, { chassis_name: chassisId, priority: 1, external_ids });
  yield nb(
    'Logical_Router_Port',
    own.routerToSwitch,
    {
      mac,
      networks: subnets.map((subnet) => String(gatewayOf(subnet))),
      options: gatewayMtu(zone, gatewayMtuSupport),
      gateway_chassis: [ref('Gateway_Chassis', gatewayChassis)],
      external_ids,
    },
    { parents: [portOfRouter(zone.names.clusterRouter)] },
  );
}

function managementPort(zone: Zone, { name: node, annotations }: SwitchNode): DesiredRow {
  const own = zone.names.node(node);
  const addresses = annotations.subnets.map((subnet) => managementPortOf(subnet).address);
  const mac = annotations.managementPortMac ?? macOf(addresses);
  return nb(
    'Logical_Switch_Port',
    own.managementPort,
    {
      addresses: [[mac, ...addresses].join(' ')],
      external_ids: zone.externalIds('ManagementPort', { node }),
    },
    { parents: [portOfSwitch(own.switch), portOfGroup(clusterPortGroup(zone))] },
  );
}

import { clusterRouterJoinAddresses, type Family, masqueradeAddresses } from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import type { GatewayNode } from './gateway-node.ts';
import { nb, routeOf, type Zone } from './zone.ts';

const everything: Readonly<Record<Family, string>> = { ipv4: '0.0.0.0/0', ipv6: '::/0' };

/** Routes of a node's gateway router: pods inside, services' replies to the host, all else to the outside. */
export function* gatewayRoutes(zone: Zone, { name: node, annotations }: GatewayNode): Generator<DesiredRow> {
  const { network } = zone;
  const own = zone.names.node(node);
  const route = (prefix: string, nexthop: string, output_port?: string) =>
    nb(
      'Logical_Router_Static_Route',
      zone.id('GatewayRoute', { node, prefix, nexthop }),
      {
        ip_prefix: prefix,
        nexthop,
        output_port,
        external_ids: zone.externalIds('GatewayRoute', { node, prefix, nexthop }),
      },
      { parents: [routeOf(own.gatewayRouter)] },
    );
  const join = clusterRouterJoinAddresses(network);
  for (const { cidr } of network.clusterSubnets) {
    const nexthop = ofFamily(join, cidr.family);
    if (nexthop !== undefined) yield route(String(cidr), String(nexthop.address));
  }
  const dummies = masqueradeAddresses(network, 'dummyNextHop');
  for (const subnet of network.masqueradeSubnets) {
    const nexthop = ofFamily(dummies, subnet.family);
    if (nexthop !== undefined) yield route(String(subnet), String(nexthop), own.gatewayRouterToExternal);
  }
  for (const family of network.families) {
    const given = annotations.gateway.nextHops.filter((nextHop) => nextHop.family === family);
    // In local mode the host has the way out, so that no default gateway is no obstacle.
    const dummy = zone.options.gatewayMode === 'local' ? dummies.filter((address) => address.family === family) : [];
    for (const nexthop of given.length > 0 ? given : dummy) {
      yield route(everything[family], String(nexthop), own.gatewayRouterToExternal);
    }
  }
}

function ofFamily<T extends { readonly family: Family }>(list: readonly T[], family: Family): T | undefined {
  return list.find((item) => item.family === family);
}

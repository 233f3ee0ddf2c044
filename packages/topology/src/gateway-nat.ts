import { type Cidr, gatewayRouterJoinAddresses } from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import type { GatewayNode } from './gateway-node.ts';
import { natOf, nb, type Zone } from './zone.ts';

/**
 * Source NAT of a node's gateway router. Its join addresses are translated so that its own ICMP errors get back; pods by
 * cluster subnet, or each by a row of its own (see {@link podNat}).
 */
export function* gatewayNat(zone: Zone, { name: node, annotations }: GatewayNode): Generator<DesiredRow> {
  const external = zone.ordered(annotations.gateway.addresses);
  const join = gatewayRouterJoinAddresses(zone.network, annotations.nodeId).map(({ address }) => address);
  const subnets = zone.options.disableSnatMultipleGws && zone.isDefault ? [] : zone.network.clusterSubnets;
  for (const inside of [...join, ...subnets.map(({ cidr }) => cidr)]) {
    const outside = external.find(({ family }) => family === inside.family);
    if (outside !== undefined) yield sourceNat(zone, 'GatewayNAT', node, String(inside), outside);
  }
}

/** Source NAT of one pod's addresses, where pods are translated one by one. */
export function* podNat(
  zone: Zone,
  node: string,
  addresses: readonly Cidr[],
  external: readonly Cidr[],
): Generator<DesiredRow> {
  for (const { address } of addresses) {
    const outside = external.find(({ family }) => family === address.family);
    if (outside !== undefined) yield sourceNat(zone, 'PodNAT', node, String(address), outside);
  }
}

function sourceNat(zone: Zone, type: 'GatewayNAT' | 'PodNAT', node: string, ip: string, outside: Cidr): DesiredRow {
  return nb(
    'NAT',
    zone.id(type, { node, ip }),
    {
      type: 'snat',
      logical_ip: ip,
      external_ip: String(outside.address),
      options: { stateless: 'false' },
      external_ids: zone.externalIds(type, { node, ip }),
    },
    { parents: [natOf(zone.names.node(node).gatewayRouter)] },
  );
}

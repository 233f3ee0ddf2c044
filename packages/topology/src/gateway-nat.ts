import { type Cidr, gatewayRouterJoinAddresses } from '@ovnkube/ipam';
import type { GatewayNode } from './gateway-router.ts';
import type { DesiredRow } from './row.ts';
import { natOf, type Zone } from './zone.ts';

/**
 * Source NAT of a node's gateway router. Its join addresses are translated so that its own ICMP errors get back; pods by
 * cluster subnet, or each by a row of its own (see {@link podNat}).
 */
export function* gatewayNat(zone: Zone, node: GatewayNode): Generator<DesiredRow> {
  const external = zone.ordered(node.annotations.gateway.addresses);
  const join = gatewayRouterJoinAddresses(zone.network, node.annotations.nodeId).map(({ address }) => address);
  const subnets = zone.options.disableSnatMultipleGws && zone.isDefault ? [] : zone.network.clusterSubnets;
  for (const inside of [...join, ...subnets.map(({ cidr }) => cidr)]) {
    const outside = external.find(({ family }) => family === inside.family);
    if (outside === undefined) continue;
    yield sourceNat(zone, node.name, { type: 'GatewayNAT', inside: String(inside), outside });
  }
}

/** Source NAT of one pod address, where pods are translated one by one. */
export function* podNat(
  zone: Zone,
  node: string,
  addresses: readonly Cidr[],
  external: readonly Cidr[],
): Generator<DesiredRow> {
  for (const { address } of addresses) {
    const outside = external.find(({ family }) => family === address.family);
    if (outside !== undefined) yield sourceNat(zone, node, { type: 'PodNAT', inside: String(address), outside });
  }
}

function sourceNat(
  zone: Zone,
  node: string,
  { type, inside, outside }: { readonly type: string; readonly inside: string; readonly outside: Cidr },
): DesiredRow {
  return zone.identified(
    'NAT',
    { type, keys: { node, ip: inside } },
    { type: 'snat', logical_ip: inside, external_ip: String(outside.address), options: { stateless: 'false' } },
    natOf(zone.names.node(node).gatewayRouter),
  );
}

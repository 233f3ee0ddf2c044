import type { Network } from '@ovnkube/ipam';
import { ownedBy, ownerTypeKey } from '@ovnkube/ovn-db';
import { namesOf } from './names.ts';

/** Kinds of rows of this package: `k8s.ovn.org/owner-type`. */
export const ownerTypes = [
  'Cluster',
  'ClusterRouter',
  'Copp',
  'GatewayNAT',
  'GatewayRoute',
  'GatewayRouter',
  'GatewayRouterRoute',
  'Interconnect',
  'JoinSwitch',
  'ManagementPort',
  'Meter',
  'NodeSourceRoute',
  'NodeSwitch',
  'Pod',
  'PodNAT',
  'RemoteNodeRoute',
  'SameNodePolicy',
  'TransitSwitch',
] as const;

export type OwnerType = (typeof ownerTypes)[number];

/**
 * Which rows of either database are those of a network's topology, for the reconciler: by controller and type in
 * external_ids, and in tables without external_ids by name. Encap rows live and die with the chassis that refers to them.
 */
export function topologyOwns(
  network: Network,
): (table: string, row: { readonly [column: string]: unknown }) => boolean {
  const byController = ownedBy(network.controller);
  const types: ReadonlySet<unknown> = new Set(ownerTypes);
  const groups: ReadonlySet<unknown> = new Set(Object.values(namesOf(network).loadBalancerGroups));
  const externalPort = namesOf(network).node('').gatewayRouterToExternal;
  return (table, row) => {
    if (table === 'Load_Balancer_Group') return groups.has(row['name']);
    if (table === 'Static_MAC_Binding') return String(row['logical_port']).startsWith(externalPort);
    const ids = row['external_ids'];
    if (typeof ids !== 'object' || ids === null) return false;
    return byController(table, row) && types.has(Reflect.get(ids, ownerTypeKey));
  };
}

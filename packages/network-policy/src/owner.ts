import type { Network } from '@ovnkube/ipam';
import {
  hashName,
  type OVN_Northbound,
  type Owner,
  ownedBy,
  ownerExternalIds,
  ownerId,
  ownerTypeKey,
  rowsOf,
} from '@ovnkube/ovn-db';

/** Kinds of rows of this package: `k8s.ovn.org/owner-type`, with the keys of upstream's ids in their order. */
export const ownerTypes = [
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
  'NetpolDefault',
  'NetpolNamespace',
  'NetpolNode',
  'NetworkPolicy',
  'PodSelector',
] as const;

export type OwnerType = (typeof ownerTypes)[number];

type Ids = Readonly<Record<string, string>>;

/** A builder of desired rows, checked against the schema. */
export const nb = rowsOf<OVN_Northbound>();

/** Names and external_ids of the rows of one network. */
export class Ownership {
  readonly network: Network;

  constructor(network: Network) {
    this.network = network;
  }

  id(type: OwnerType | 'Cluster', ids: Ids): string {
    return ownerId(this.#owner(type, ids));
  }

  /** The name of a port group or an address set, fit for an expression. */
  hash(type: OwnerType | 'Cluster', ids: Ids): string {
    return hashName(this.id(type, ids));
  }

  externalIds(type: OwnerType, ids: Ids): Ids {
    const { name } = this.network;
    const network: Ids = name === 'default' ? {} : { 'k8s.ovn.org/network': name };
    return { ...network, ...ownerExternalIds(this.#owner(type, ids)) };
  }

  #owner(type: string, ids: Ids): Owner {
    return { controller: this.network.controller, type, ids: Object.entries(ids) };
  }
}

/** Which rows of the northbound database are those of a network's policies, for the reconciler. */
export function networkPolicyOwns(
  network: Network,
): (table: string, row: { readonly [column: string]: unknown }) => boolean {
  const byController = ownedBy(network.controller);
  const types: ReadonlySet<unknown> = new Set(ownerTypes);
  return (table, row) => {
    const ids = row['external_ids'];
    if (typeof ids !== 'object' || ids === null) return false;
    return byController(table, row) && types.has(Reflect.get(ids, ownerTypeKey));
  };
}

/** The northbound tables that hold rows of policies: what a reconciler of them looks after. */
export const northboundTables = [
  'ACL',
  'Address_Set',
  'Port_Group',
] as const satisfies readonly (keyof OVN_Northbound)[];

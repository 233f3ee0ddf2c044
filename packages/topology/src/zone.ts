import type { Address, Cidr, Network } from '@ovnkube/ipam';
import {
  type OVN_Northbound,
  type OVN_Southbound,
  type Owner,
  ownerExternalIds,
  ownerId,
  rowsOf,
} from '@ovnkube/ovn-db';
import { type Names, namesOf } from './names.ts';
import type { OwnerType } from './owner.ts';

/** How one network is laid out in one zone. */
export interface TopologyOptions {
  readonly network: Network;
  /** Nodes of this zone are local. A node's zone is its annotation `k8s.ovn.org/zone-name`, else its name. */
  readonly zone: string;
  /** Where pods' traffic leaves: at the gateway router, or through the management port and the host. */
  readonly gatewayMode: 'shared' | 'local';
  /** MTU of pods; with it router ports answer larger packets (`gateway_mtu`) where the node's OVS can. */
  readonly mtu?: number;
  /** IGMP and MLD snooping, querier and relay. */
  readonly multicast?: boolean;
  /** Keeps the hybrid overlay address out of OVN's own address assignment. */
  readonly hybridOverlay?: boolean;
  /** Translate the source of each pod by a row of its own, instead of one row for each cluster subnet. */
  readonly disableSnatMultipleGws?: boolean;
  /** UDP port of Geneve. */
  readonly encapPort?: number;
  /** Log messages a second of ACLs. */
  readonly aclLoggingRateLimit?: number;
}

/** Builders of desired rows, checked against the schemas. */
export const nb = rowsOf<OVN_Northbound>();
export const sb = rowsOf<OVN_Southbound>();

type Ids = Readonly<Record<string, string>>;

/** Options with what follows from them: what every maker of rows is handed. */
export class Zone {
  readonly options: TopologyOptions;
  readonly network: Network;
  readonly names: Names;

  constructor(options: TopologyOptions) {
    this.options = options;
    this.network = options.network;
    this.names = namesOf(options.network);
  }

  /** Whether rows belong to the default network, which also keeps what all networks of a zone share. */
  get isDefault(): boolean {
    return this.network.name === 'default';
  }

  /** The `k8s.ovn.org/id` of a row: its kind, and what tells it from others of the kind in the same table. */
  id(type: OwnerType, ids: Ids): string {
    return ownerId(this.#owner(type, ids));
  }

  /** The external_ids of a row: its owner's, those that name a user-defined network, and others. */
  externalIds(type: OwnerType, ids: Ids, others: Ids = {}): Ids {
    const { name } = this.network;
    const network: Ids = this.isDefault ? {} : { 'k8s.ovn.org/network': name, 'k8s.ovn.org/topology': 'layer3' };
    return { ...others, ...network, ...ownerExternalIds(this.#owner(type, ids)) };
  }

  /** The addresses of this network's families, in its order of families. */
  ordered<T extends Address | Cidr>(list: readonly T[]): readonly T[] {
    return this.network.families.flatMap((family) => list.filter((item) => item.family === family));
  }

  #owner(type: OwnerType, ids: Ids): Owner {
    return { controller: this.network.controller, type, ids: Object.entries(ids) };
  }
}

export const portOfSwitch = (name: string) => ({ table: 'Logical_Switch', name, column: 'ports' }) as const;
export const portOfRouter = (name: string) => ({ table: 'Logical_Router', name, column: 'ports' }) as const;
export const routeOf = (name: string) => ({ table: 'Logical_Router', name, column: 'static_routes' }) as const;
export const policyOf = (name: string) => ({ table: 'Logical_Router', name, column: 'policies' }) as const;
export const natOf = (name: string) => ({ table: 'Logical_Router', name, column: 'nat' }) as const;
export const portOfGroup = (name: string) => ({ table: 'Port_Group', name, column: 'ports' }) as const;

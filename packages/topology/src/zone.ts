import type { Address, Cidr, Network } from '@ovnkube/ipam';
import { type Names, namesOf } from './names.ts';
import { type Owner, ownerExternalIds, ownerId } from './owner.ts';
import type { ColumnValue, DesiredRow } from './row.ts';

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

/** A parent column that holds references to a row. */
export interface Parent {
  readonly table: string;
  readonly name: string;
  readonly column: string;
}

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

  /** A row known by its name, with the owner's external_ids beside those given. */
  named(table: string, name: string, owner: Owner, columns: Columns, ...parents: readonly Parent[]): DesiredRow {
    const external_ids = { ...columns.external_ids, ...ownerExternalIds(this.network, owner) };
    return this.#row(table, name, { name, ...columns, external_ids }, parents);
  }

  /** A row without a name column, known by `k8s.ovn.org/id`. */
  identified(table: string, owner: Owner, columns: Columns, ...parents: readonly Parent[]): DesiredRow {
    const external_ids = { ...columns.external_ids, ...ownerExternalIds(this.network, owner) };
    return this.#row(table, ownerId(this.network, owner), { ...columns, external_ids }, parents);
  }

  /** Whether rows belong to the default network, which also keeps what all networks of a zone share. */
  get isDefault(): boolean {
    return this.network.name === 'default';
  }

  /** The addresses of this network's families, in its order of families. */
  ordered<T extends Address | Cidr>(list: readonly T[]): readonly T[] {
    return this.network.families.flatMap((family) => list.filter((item) => item.family === family));
  }

  #row(table: string, name: string, columns: Columns, parents: readonly Parent[]): DesiredRow {
    return parents.length > 0 ? { table, name, columns, parents } : { table, name, columns };
  }
}

type Columns = Readonly<Record<string, ColumnValue>> & { readonly external_ids?: Readonly<Record<string, string>> };

export const portOfSwitch = (name: string): Parent => ({ table: 'Logical_Switch', name, column: 'ports' });
export const portOfRouter = (name: string): Parent => ({ table: 'Logical_Router', name, column: 'ports' });
export const routeOf = (name: string): Parent => ({ table: 'Logical_Router', name, column: 'static_routes' });
export const policyOf = (name: string): Parent => ({ table: 'Logical_Router', name, column: 'policies' });
export const natOf = (name: string): Parent => ({ table: 'Logical_Router', name, column: 'nat' });
export const portOfGroup = (name: string): Parent => ({ table: 'Port_Group', name, column: 'ports' });

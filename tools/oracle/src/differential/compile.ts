import {
  type Allocator,
  type Chassis,
  type CompiledFlow,
  compileLogicalFlow,
  type Datapath,
  DEFAULT_LIMITS,
  isLogicalFlowError,
  type Limits,
  type LogicalFlow,
  OVN_26_03,
} from '@ovnkube/logical-flow';
import { formatActions, formatMatch } from '@ovnkube/openflow';
import type { PlacedDatapath, Topology } from './topology.ts';

/** Ids that the real controller gave, so that ours are the same: what is compared then has no ids to translate. */
export interface RealIds {
  /** By text. */
  readonly groups: ReadonlyMap<string, number>;
  readonly meters: ReadonlyMap<string, number>;
  /** First conjunction id by logical flow. */
  readonly conjunctions: ReadonlyMap<string, number>;
}

/** A logical flow on its datapath. */
export interface PlacedFlow extends LogicalFlow {
  readonly datapath: PlacedDatapath;
}

/** What ours makes of a logical flow. */
export type Ours = { readonly flows: readonly CompiledFlow[] } | { readonly error: string; readonly limit?: true };

const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** The real controller's ids, and new ones above them for texts that it does not have. */
class SeededAllocator implements Allocator {
  readonly texts: Map<string, number>;
  private next: number;

  constructor(real: ReadonlyMap<string, number>) {
    this.texts = new Map(real);
    this.next = Math.max(0, ...real.values()) + 1;
  }

  assign(text: string): number {
    const id = this.texts.get(text) ?? this.next++;
    this.texts.set(text, id);
    return id;
  }
}

/** Compiles every flow as the chassis of the topology sees it. */
export function compileAll(
  flows: readonly PlacedFlow[],
  { addressSets, portGroups, datapaths }: Topology,
  ids: RealIds,
  limits: Limits = DEFAULT_LIMITS,
): { readonly results: ReadonlyMap<string, Ours>; readonly groups: ReadonlyMap<string, number> } {
  const groups = new SeededAllocator(ids.groups);
  const meters = new SeededAllocator(ids.meters);
  const byKey = new Map(datapaths.map((datapath) => [datapath.tunnelKey, datapath]));
  const everyPort = new Map(
    datapaths.flatMap(({ ports, remote }) => [...ports.keys()].map((port) => [port, !remote.has(port)] as const)),
  );
  const keys = new Map(datapaths.flatMap(({ ports }) => [...ports]));
  const chassis: Chassis = {
    addressSet: (name) => addressSets.get(name),
    // The controller keeps only ports of its own chassis in port groups: a logical flow for others has no use here.
    portGroup: (name) => portGroups.get(name)?.filter((port) => everyPort.get(port) === true),
    lookupPort: (name) => keys.get(name),
    isLocalKey: (key, { tunnelKey }) => {
      const datapath = byKey.get(tunnelKey);
      const name = [...(datapath?.ports ?? [])].find(([, portKey]) => portKey === key)?.[0];
      return name !== undefined && datapath?.remote.has(name) === false;
    },
    isChassisResident: (port) => everyPort.get(port) === true && !port.includes('-'),
    groups,
    meters,
    features: { ctZeroSnat: true, meters: true, dpHashL4Symmetric: true },
    conjunctionIds: (flow) => ids.conjunctions.get(flow.uuid) ?? 1,
  };
  const results = new Map<string, Ours>();
  for (const flow of flows) {
    const datapath: Datapath = { tunnelKey: flow.datapath.tunnelKey, isSwitch: flow.datapath.isSwitch };
    try {
      results.set(flow.uuid, { flows: compileLogicalFlow(OVN_26_03, flow, datapath, chassis, limits).flows });
    } catch (error) {
      if (!isLogicalFlowError(error)) throw error;
      results.set(flow.uuid, { error: error.message, ...(error.code === 'limit' ? { limit: true } : {}) });
    }
  }
  return { results, groups: groups.texts };
}

/** ovs-ofctl prints a mask for ip_dscp that it does not read. */
export function readable(actions: string): string {
  return actions.replaceAll('/0x3f->ip_dscp', '->ip_dscp');
}

/** A flow as ovs-ofctl takes it: it does not read every protocol name that it prints. */
export function flowText({ table, priority, match, actions }: CompiledFlow): string {
  const text = formatMatch(match).replace(/(^|,)igmp(?=,|$)/, '$1ip,nw_proto=2');
  return `table=${table},priority=${priority}${text === '' ? '' : `,${text}`},actions=${readable(formatActions(actions))}`;
}

const SMALL: Limits = { ...DEFAULT_LIMITS, comparisons: 20_000, matches: 1_000 };

/** Whether a match becomes more flows than a comparison of many can afford. */
export function isTooLarge(match: string, world: Topology, datapath: PlacedDatapath): boolean {
  const flow: PlacedFlow = {
    uuid: NO_UUID,
    pipeline: 'ingress',
    table: 0,
    priority: 0,
    match,
    actions: 'drop;',
    datapath,
  };
  const none: RealIds = { groups: new Map(), meters: new Map(), conjunctions: new Map() };
  const result = compileAll([flow], world, none, SMALL).results.get(NO_UUID);
  return result !== undefined && 'limit' in result;
}

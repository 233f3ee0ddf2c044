import type { Entry, Graph, Table } from '@ovnkube/incremental';
import { type DesiredRow, desiredEntry } from '@ovnkube/ovn-db';
import { coppRows } from './copp.ts';
import { gatewayRouterPart } from './gateway-router.ts';
import { remoteChassisPart, remoteNodePart, transitPortPart } from './interconnect.ts';
import { type NodeObject, type NodePart, type ZoneNode, zoneNode } from './node.ts';
import { nodeSwitchPart } from './node-switch.ts';
import { type PodObject, podHost, podOutcome } from './pod-port.ts';
import { type TopologyOptions, Zone } from './zone.ts';
import { zoneRows } from './zone-rows.ts';

/** What a topology is derived from: Kubernetes objects, nodes by name and pods by `<namespace>/<name>`. */
export interface TopologyInputs {
  readonly nodes: Table<NodeObject>;
  readonly pods: Table<PodObject>;
}

/** Something that has no rows yet, and why. */
export interface Pending {
  /** For example `node worker-2`, `pod default/web-0`. */
  readonly object: string;
  /** Which of its rows are meant, for example `gateway router`. */
  readonly part: string;
  /** A sentence for a person. */
  readonly reason: string;
}

/** The derived tables of one network in one zone. */
export interface Topology {
  /** Rows for OVN_Northbound, by `<table>/<name>`. */
  readonly northbound: Table<DesiredRow>;
  /** Rows for OVN_Southbound: the chassis of other zones. */
  readonly southbound: Table<DesiredRow>;
  /** What is incomplete, by object and part. */
  readonly pending: Table<Pending>;
}

const northboundParts = [nodeSwitchPart, gatewayRouterPart, transitPortPart, remoteNodePart];
const southboundParts = [remoteChassisPart];

/** A node's parts in one network. A chassis is there once, whatever the number of networks: the default network keeps it. */
const partsOf = (zone: Zone, node: ZoneNode, parts: readonly NodePart[]): readonly NodePart[] =>
  parts.filter((part) => (part.of === 'local') === node.local && (zone.isDefault || part !== remoteChassisPart));

/** Derives the topology of one network in one zone. Table names in the graph begin with `topology/<network>/`. */
export function topology(graph: Graph, inputs: TopologyInputs, options: TopologyOptions): Topology {
  const zone = new Zone(options);
  const table = (name: string) => `topology/${options.network.name}/${name}`;
  const settings = graph.input<TopologyOptions>(table('options'));
  settings.set(options.zone, options);
  const nodes = graph.derive<NodeObject, ZoneNode>(table('nodes'), inputs.nodes, (node, _, name) => [
    [name, zoneNode(zone, name, node)],
  ]);
  const hosts = graph.derive(table('hosts'), nodes, (node, _, name) => [[name, podHost(zone, node)] as const]);
  const ofNodes = (name: string, parts: readonly NodePart[]) =>
    graph.derive<ZoneNode, DesiredRow>(table(name), nodes, (node) =>
      partsOf(zone, node, parts).flatMap((part) => [...part.rows(zone, node)].map(desiredEntry)),
    );
  const northbound = graph.union<DesiredRow>(table('northbound'), [
    graph.derive(table('zone-rows'), settings, () =>
      [...zoneRows(zone), ...(zone.isDefault ? coppRows(zone) : [])].map(desiredEntry),
    ),
    ofNodes('node-rows', northboundParts),
    graph.derive<PodObject, DesiredRow>(table('pod-rows'), inputs.pods, (pod, read) => {
      const outcome = podOutcome(zone, pod, (node) => read.row(hosts, node));
      return outcome.status === 'rows' ? outcome.rows.map(desiredEntry) : [];
    }),
  ]);
  const pending = graph.union<Pending>(table('pending'), [
    graph.derive(table('pending-nodes'), nodes, (node) => pendingParts(zone, node)),
    graph.derive<PodObject, Pending>(table('pending-pods'), inputs.pods, (pod, read, key) => {
      const outcome = podOutcome(zone, pod, (node) => read.row(hosts, node));
      const object = `pod ${key}`;
      return outcome.status === 'pending' ? [[object, { object, part: 'port', reason: outcome.reason }]] : [];
    }),
  ]);
  return { northbound, southbound: ofNodes('southbound', southboundParts), pending };
}

function* pendingParts(zone: Zone, node: ZoneNode): Generator<Entry<Pending>> {
  for (const part of partsOf(zone, node, [...northboundParts, ...southboundParts])) {
    const missing = part.missing(node);
    if (missing.length === 0) continue;
    const reasons = missing.map(
      (annotation) =>
        node.problems.find((problem) => problem.annotation === annotation)?.message ?? `${annotation} is missing`,
    );
    const object = `node ${node.name}`;
    yield [`${object}/${part.name}`, { object, part: part.name, reason: reasons.join('; ') }];
  }
}

import {
  type AnnotationProblem,
  gatewayRouterJoinAddresses,
  IpamError,
  type NodeAnnotations,
  nodeAnnotationNames,
  readNodeAnnotations,
  transitAddresses,
} from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import type { Zone } from './zone.ts';

/** What is read of a Kubernetes Node. */
export interface NodeObject {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** A node as its annotations tell it; units read this, so that other changes of the object concern nobody. */
export interface ZoneNode {
  readonly name: string;
  /** Whether this zone has its switch and gateway; else it is reached over the transit switch. */
  readonly local: boolean;
  readonly annotations: NodeAnnotations;
  readonly problems: readonly AnnotationProblem[];
}

/** Reads a node. Lists come in the network's order of families; a node id without addresses is a problem, not an id. */
export function zoneNode(zone: Zone, name: string, object: NodeObject): ZoneNode {
  const { values, problems } = readNodeAnnotations(object.metadata?.annotations ?? {}, zone.network.name);
  const misfit = values.nodeId === undefined ? undefined : nodeIdProblem(zone, values.nodeId);
  const annotations: NodeAnnotations = {
    ...values,
    nodeId: misfit === undefined ? values.nodeId : undefined,
    subnets: values.subnets && zone.ordered(values.subnets),
    transitAddresses: values.transitAddresses && zone.ordered(values.transitAddresses),
  };
  const local = (values.zone ?? name) === zone.options.zone;
  return { name, local, annotations, problems: misfit === undefined ? problems : [...problems, misfit] };
}

function nodeIdProblem(zone: Zone, nodeId: number): AnnotationProblem | undefined {
  try {
    gatewayRouterJoinAddresses(zone.network, nodeId);
    transitAddresses(zone.network, nodeId);
    return undefined;
  } catch (error) {
    if (!(error instanceof IpamError)) throw error;
    return { annotation: nodeAnnotationNames.nodeId, message: `${nodeAnnotationNames.nodeId}: ${error.message}` };
  }
}

type Needed<K extends keyof NodeAnnotations> = { readonly [P in K]: NonNullable<NodeAnnotations[P]> };

/** A node with the annotations that a part needs. */
export interface NodeWith<K extends keyof NodeAnnotations> {
  readonly name: string;
  readonly annotations: NodeAnnotations & Needed<K>;
}

/** A part of a node's rows that is there as a whole, once the annotations that it needs are. */
export interface NodePart {
  readonly name: string;
  readonly of: 'local' | 'remote';
  /** Annotations that the part still needs; empty when it has its rows. */
  missing(node: ZoneNode): readonly string[];
  rows(zone: Zone, node: ZoneNode): Iterable<DesiredRow>;
}

/** Defines a part of the nodes of this zone or of others. */
export function nodePart<K extends keyof NodeAnnotations>(
  name: string,
  of: 'local' | 'remote',
  needs: readonly K[],
  make: (zone: Zone, node: NodeWith<K>) => Iterable<DesiredRow>,
): NodePart {
  const complete = (annotations: NodeAnnotations): annotations is NodeAnnotations & Needed<K> =>
    needs.every((need) => annotations[need] !== undefined);
  return {
    name,
    of,
    missing: ({ annotations }) =>
      needs.filter((need) => annotations[need] === undefined).map((need) => nodeAnnotationNames[need]),
    rows: (zone, { name: node, annotations }) => (complete(annotations) ? make(zone, { name: node, annotations }) : []),
  };
}

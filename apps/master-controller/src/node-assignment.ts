import type { Batch } from '@ovnkube/incremental';
import {
  type Cidr,
  IpamError,
  type Network,
  type NodeAnnotations,
  NodeIdAllocator,
  NodeSubnetAllocator,
  readNodeAnnotations,
  transitAddresses,
  writeNodeAnnotations,
} from '@ovnkube/ipam';
import { legacyAnnotations } from './legacy-annotations.ts';

/** What is read of a Node; the Kubernetes object itself has this shape. */
export interface AssignedNode {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** What has to be done for a node, or cannot be. */
export type AssignmentEvent =
  | { readonly kind: 'annotate'; readonly node: AssignedNode; readonly annotations: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly node: AssignedNode; readonly message: string };

/**
 * Gives every node its id, its subnets and, by its id, its transit addresses. The annotations are the record: what they
 * show is claimed before anything new is handed out, so that a restart at any point changes no assignment.
 */
export class NodeAssignment {
  readonly #network: Network;
  readonly #ids = new NodeIdAllocator();
  readonly #subnets: NodeSubnetAllocator;
  /** Nodes for which something was exhausted, tried again when another node goes. */
  readonly #waiting = new Map<string, AssignedNode>();

  constructor(network: Network) {
    this.#network = network;
    this.#subnets = new NodeSubnetAllocator(network.clusterSubnets);
  }

  /** Take in one batch of the nodes table; what it returns is to be done, in order. */
  apply(batch: Batch<AssignedNode>): readonly AssignmentEvent[] {
    const gone = [...batch.changes].flatMap(([name, change]) => (change.new === undefined ? [name] : []));
    for (const name of gone) this.#release(name);
    const present = [...batch.changes.values()].flatMap((change) => change.new ?? []);
    const refused = present.flatMap((node) => this.#claim(node));
    const retry = gone.length > 0 ? [...this.#waiting.values()].filter((node) => !present.includes(node)) : [];
    return [...refused, ...[...present, ...retry].flatMap((node) => this.#assign(node))];
  }

  /** How many node subnets are in use and can be, of each cluster subnet. */
  usage(): ReturnType<NodeSubnetAllocator['usage']> {
    return this.#subnets.usage();
  }

  #release(name: string): void {
    this.#waiting.delete(name);
    this.#ids.release(name);
    this.#subnets.release(name);
  }

  /** Claim what the annotations show. What another node holds already is refused and given anew. */
  #claim(node: AssignedNode): readonly AssignmentEvent[] {
    const { values, problems } = this.#read(node);
    const messages = problems.map(({ message }) => message);
    if (values.nodeId !== undefined) {
      const mark = this.#ids.mark(node.metadata.name, values.nodeId);
      if (mark.status === 'taken') messages.push(`node id ${mark.id} belongs to node ${mark.by}: a new one is given`);
      if (mark.status === 'outside') messages.push(`node id ${mark.id} is not a node's: a new one is given`);
    }
    if (values.subnets !== undefined) {
      const mark = this.#subnets.mark(node.metadata.name, values.subnets);
      if (mark.status === 'taken')
        messages.push(`node subnet ${mark.subnet} belongs to node ${mark.by}: a new one is given`);
      if (mark.status === 'outside')
        messages.push(`node subnet ${mark.subnet} is none of the cluster subnets': a new one is given`);
    }
    return messages.map((message) => ({ kind: 'refused', node, message: `node ${node.metadata.name}: ${message}` }));
  }

  #assign(node: AssignedNode): readonly AssignmentEvent[] {
    const { name, annotations: existing = {} } = node.metadata;
    const id = this.#ids.allocate(name);
    const subnets = this.#subnets.allocate(name);
    if (id.status === 'exhausted')
      return this.#wait(node, `all node ids up to ${id.lastNodeId} are taken: delete Node objects that are no more`);
    if (subnets.status === 'exhausted') {
      const all = subnets.clusterSubnets.map(({ cidr, hostPrefixLength }) => `${cidr}/${hostPrefixLength}`).join(',');
      return this.#wait(
        node,
        `no free ${subnets.family} node subnet in ${all}: add a cluster subnet, or delete Node objects that are no more`,
      );
    }
    const wanted = this.#wanted(id.id, subnets.subnets, existing);
    if (wanted instanceof IpamError) return this.#wait(node, wanted.message);
    this.#waiting.delete(name);
    const annotations = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => existing[key] !== value));
    return Object.keys(annotations).length === 0 ? [] : [{ kind: 'annotate', node, annotations }];
  }

  /** All annotations of a node with this share; the error when its id has no address in the join or transit subnet. */
  #wanted(
    nodeId: number,
    subnets: readonly Cidr[],
    existing: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> | IpamError {
    try {
      const values = { nodeId, subnets, transitAddresses: transitAddresses(this.#network, nodeId) };
      return {
        ...writeNodeAnnotations(values, { network: this.#network.name, existing }),
        ...legacyAnnotations(this.#network, nodeId, existing),
      };
    } catch (error) {
      if (error instanceof IpamError) return error;
      throw error;
    }
  }

  #wait(node: AssignedNode, message: string): readonly AssignmentEvent[] {
    this.#waiting.set(node.metadata.name, node);
    return [{ kind: 'refused', node, message: `node ${node.metadata.name}: ${message}` }];
  }

  #read(node: AssignedNode): { values: NodeAnnotations; problems: readonly { message: string }[] } {
    return readNodeAnnotations(node.metadata.annotations ?? {}, this.#network.name);
  }
}

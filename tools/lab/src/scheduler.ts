import type { ApiClient } from './api/client.ts';
import { hasCondition, type Node, objectKey, type Pod, podPath } from './api/objects.ts';
import type { Change } from './api/watch.ts';

/** Where pods without a node go: the Ready node with the fewest pods that their nodeSelector lets them use. */
export class Scheduler {
  readonly #nodes = new Map<string, Node>();
  /** Pod → node, for pods that are bound or on the way to be. */
  readonly #assigned = new Map<string, string>();
  readonly #pending = new Map<string, Pod>();
  readonly #client: ApiClient;
  readonly #log: (line: string) => void;

  constructor(client: ApiClient, log: (line: string) => void) {
    this.#client = client;
    this.#log = log;
  }

  nodeChanged(change: Change<Node>): void {
    if (change.kind === 'sync') return;
    if (change.kind === 'set') this.#nodes.set(change.object.metadata.name, change.object);
    else this.#nodes.delete(change.object.metadata.name);
    for (const pod of [...this.#pending.values()]) this.#place(pod);
  }

  podChanged(change: Change<Pod>): void {
    if (change.kind === 'sync') return;
    const { object: pod } = change;
    const key = objectKey(pod);
    this.#pending.delete(key);
    if (change.kind === 'delete') this.#assigned.delete(key);
    else if (pod.spec.nodeName !== undefined) this.#assigned.set(key, pod.spec.nodeName);
    else if (pod.metadata.deletionTimestamp === undefined && !this.#assigned.has(key)) this.#place(pod);
  }

  /** The node for a pod now, if any. */
  choose(pod: Pod): string | undefined {
    const load = new Map<string, number>();
    for (const node of this.#assigned.values()) load.set(node, (load.get(node) ?? 0) + 1);
    const wanted = Object.entries(pod.spec.nodeSelector ?? {});
    return [...this.#nodes.values()]
      .filter((node) => hasCondition(node, 'Ready') && node.spec?.unschedulable !== true)
      .filter(({ metadata }) => wanted.every(([label, value]) => metadata.labels?.[label] === value))
      .map(({ metadata }) => metadata.name)
      .sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0) || a.localeCompare(b))[0];
  }

  #place(pod: Pod): void {
    const key = objectKey(pod);
    const node = this.choose(pod);
    if (node === undefined) {
      this.#pending.set(key, pod);
      return;
    }
    this.#pending.delete(key);
    this.#assigned.set(key, node);
    this.#bind(pod, node).catch((error: unknown) => {
      this.#log(`pod ${key} could not be bound to ${node}: ${error instanceof Error ? error.message : String(error)}`);
      this.#assigned.delete(key);
    });
  }

  async #bind(pod: Pod, node: string): Promise<void> {
    await this.#client.json(`${podPath(pod)}/binding`, {
      method: 'POST',
      body: {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace ?? 'default', uid: pod.metadata.uid },
        target: { apiVersion: 'v1', kind: 'Node', name: node },
      },
    });
  }
}

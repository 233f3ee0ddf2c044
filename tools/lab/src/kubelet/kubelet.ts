import { mkdir } from 'node:fs/promises';
import type { ApiClient } from '../api/client.ts';
import type { Pod } from '../api/objects.ts';
import type { Change } from '../api/watch.ts';
import { inNamespace } from '../command.ts';
import { nodeEnv, nodeFiles } from '../open-vswitch.ts';
import type { LabState } from '../state.ts';
import type { NodePlace } from '../underlay.ts';
import { configurationAppears } from './cni-plugin.ts';
import { publishNode, registerNode, renewLease } from './node-status.ts';
import { runPod, type WorkerContext } from './pod-worker.ts';

/** Folders by which a node's kubelet and its network agent meet. */
export const cniFolders = (state: LabState, node: string): { readonly conf: string; readonly bin: string } => ({
  conf: state.path(node, 'cni', 'net.d'),
  bin: state.path('cni-bin'),
});

const heartbeatMilliseconds = 10_000;

/** A stand-in for a node's kubelet: registers the node, and makes and removes the sandboxes of its pods. */
export class Kubelet {
  readonly #state: LabState;
  readonly #node: NodePlace;
  readonly #client: ApiClient;
  readonly #log: (line: string) => void;
  readonly #workers = new Map<string, AbortController>();
  readonly #waiting: Pod[] = [];
  #context: WorkerContext | undefined;

  constructor(state: LabState, node: NodePlace, client: ApiClient, log: (line: string) => void) {
    this.#state = state;
    this.#node = node;
    this.#client = client;
    this.#log = (line) => log(`${node.name}: ${line}`);
  }

  get name(): string {
    return this.#node.name;
  }

  /** Register the node; it becomes Ready when its CNI configuration appears. Heartbeats until the signal aborts. */
  async start(signal: AbortSignal): Promise<void> {
    const folders = cniFolders(this.#state, this.#node.name);
    await mkdir(folders.conf, { recursive: true });
    await registerNode(this.#client, this.#node);
    const lease = setInterval(() => {
      renewLease(this.#client, this.#node.name).catch((error: unknown) => this.#log(`lease: ${String(error)}`));
    }, heartbeatMilliseconds);
    signal.addEventListener('abort', () => clearInterval(lease), { once: true });
    this.#becomeReady(folders, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#log(String(error));
    });
  }

  async #becomeReady(folders: { readonly conf: string; readonly bin: string }, signal: AbortSignal): Promise<void> {
    const network = await configurationAppears(folders.conf, signal);
    this.#context = {
      client: this.#client,
      log: this.#log,
      host: {
        state: this.#state,
        node: this.#node,
        network,
        plugins: {
          binDir: folders.bin,
          inNode: (command) => inNamespace(this.#node.namespace, command),
          env: nodeEnv(this.#state, nodeFiles(this.#state, this.#node.name)),
        },
      },
    };
    await publishNode(this.#client, this.#node, true);
    this.#log(`ready: ${network.name}`);
    for (const pod of this.#waiting.splice(0)) this.#startWorker(this.#context, pod);
  }

  /** A pod bound to this node was added, changed or removed. */
  podChanged({ kind, object: pod }: Exclude<Change<Pod>, { kind: 'sync' }>): void {
    const uid = pod.metadata.uid ?? '';
    const ending = kind === 'delete' || pod.metadata.deletionTimestamp !== undefined;
    const worker = this.#workers.get(uid);
    if (worker !== undefined) {
      if (ending) worker.abort();
      return;
    }
    const place = this.#waiting.findIndex((waiting) => waiting.metadata.uid === uid);
    if (place >= 0) this.#waiting.splice(place, 1);
    if (kind === 'delete') return;
    if (this.#context === undefined) this.#waiting.push(pod);
    else this.#startWorker(this.#context, pod);
  }

  #startWorker(context: WorkerContext, pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const stop = new AbortController();
    if (pod.metadata.deletionTimestamp !== undefined) stop.abort();
    this.#workers.set(uid, stop);
    runPod(context, pod, stop.signal)
      .catch((error: unknown) => this.#log(`${pod.metadata.name}: ${String(error)}`))
      .finally(() => this.#workers.delete(uid));
  }
}

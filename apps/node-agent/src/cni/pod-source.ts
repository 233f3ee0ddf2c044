import { CniError, type PodArgs } from '@ovnkube/cni';
import { type PodNetwork, podNetworksAnnotation, readPodNetwork } from '@ovnkube/ipam';

/** What the CNI server reads of a Pod; the Kubernetes object itself has this shape. */
export interface CniPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** The pods of this node, by `namespace/name`; a table of @ovnkube/incremental has this shape. */
export interface PodTable {
  get(key: string): CniPod | undefined;
  subscribe(listener: (batch: { readonly changes: ReadonlyMap<string, unknown> }) => void): () => void;
}

/** Asks the API server itself, past the informer; undefined when there is no such pod. */
export type FetchPod = (namespace: string, name: string, signal: AbortSignal) => Promise<CniPod | undefined>;

/** A pod with its place in the network. */
export interface AddressedPod {
  readonly pod: CniPod;
  readonly network: PodNetwork;
}

/** Pods with listeners by key: one subscription serves every request, at the cost of what changes. */
export class PodSource {
  readonly #table: PodTable;
  readonly #fetch: FetchPod | undefined;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #end: () => void;

  constructor(table: PodTable, fetch?: FetchPod) {
    this.#table = table;
    this.#fetch = fetch;
    this.#end = table.subscribe(({ changes }) => {
      for (const key of changes.keys()) for (const listener of [...(this.#listeners.get(key) ?? [])]) listener();
    });
  }

  close(): void {
    this.#end();
  }

  get(args: PodArgs): CniPod | undefined {
    return this.#table.get(keyOf(args));
  }

  /** The pod as the API server has it now; without a way to ask, as the table has it. */
  async fetch(args: PodArgs, signal: AbortSignal): Promise<CniPod | undefined> {
    return this.#fetch ? await this.#fetch(args.namespace, args.name, signal) : this.get(args);
  }

  /** Call when the pod's row changes, until the function that is returned is called. */
  onChange(args: PodArgs, listener: () => void): () => void {
    const key = keyOf(args);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
    };
  }
}

const keyOf = ({ namespace, name }: PodArgs): string => `${namespace}/${name}`;

/**
 * Whether this is the pod that the request is for. A static pod's request carries a UID of the kubelet's own making, its mirror in
 * the API another: those are told by their source (kubernetes.io/config.source: file or http).
 */
export function isRequested(pod: CniPod, args: PodArgs): boolean {
  if (args.uid === undefined || pod.metadata.uid === args.uid) return true;
  const source = pod.metadata.annotations?.['kubernetes.io/config.source'];
  return source !== undefined && source !== 'api';
}

/**
 * Wait until the pod has its addresses. The table may still lack the pod, or hold its predecessor of the same name, when the runtime
 * is ahead of the informer; then the API server is asked once. Throws `try-again-later` when the pod is gone or was recreated:
 * the runtime makes a new sandbox then.
 */
export async function addressedPod(pods: PodSource, args: PodArgs, signal: AbortSignal): Promise<AddressedPod> {
  const present = pods.get(args);
  let seen = present !== undefined && isRequested(present, args);
  if (!seen) {
    const live = await pods.fetch(args, signal);
    if (live === undefined) throw gone(args, 'does not exist');
    if (!isRequested(live, args)) throw gone(args, `was recreated: its UID is ${live.metadata.uid}, not ${args.uid}`);
  }
  return await new Promise<AddressedPod>((resolve, reject) => {
    const settle = (action: () => void): void => {
      stop();
      signal.removeEventListener('abort', abort);
      action();
    };
    const look = (): void => {
      const pod = pods.get(args);
      if (pod !== undefined && isRequested(pod, args)) {
        seen = true;
        const reading = readPodNetwork(pod.metadata.annotations?.[podNetworksAnnotation]);
        if (reading.status === 'found') settle(() => resolve({ pod, network: reading.network }));
        else if (reading.status === 'invalid') {
          settle(() => reject(new CniError('internal', `pod ${keyOf(args)}: ${reading.message}`)));
        }
      } else if (seen) {
        settle(() => reject(gone(args, pod ? 'was recreated' : 'was deleted')));
      }
    };
    const abort = (): void =>
      settle(() => reject(waitedFor(signal, `annotation ${podNetworksAnnotation} of pod ${keyOf(args)}`)));
    const stop = pods.onChange(args, look);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    else look();
  });
}

/** Aborts as soon as the pod is another one, or none. */
export function podGone(pods: PodSource, args: PodArgs): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const stop = pods.onChange(args, () => {
    const pod = pods.get(args);
    if (pod === undefined || !isRequested(pod, args))
      controller.abort(gone(args, pod ? 'was recreated' : 'was deleted'));
  });
  return { signal: controller.signal, stop };
}

const gone = (args: PodArgs, what: string): CniError =>
  new CniError('try-again-later', `pod ${keyOf(args)} ${what}: the request is for a pod that is no more`);

/** Why a wait ended: the reason of the signal, with what was waited for. */
export function waitedFor(signal: AbortSignal, what: string): CniError {
  const { reason } = signal;
  if (reason instanceof CniError) return new CniError(reason.code, `${reason.message} (it waited for ${what})`);
  return new CniError('try-again-later', `timed out waiting for ${what}`, { cause: reason });
}

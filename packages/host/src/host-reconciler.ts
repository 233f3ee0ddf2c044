import type { DesiredHost, Owner } from './desired.ts';
import { followNamespace, type HostEvent } from './follow.ts';
import { type Report, reconcile } from './reconcile.ts';
import { ReconcileLoop } from './reconcile-loop.ts';
import { type Follow, type Run, runProcess } from './run.ts';

/** What a HostReconciler needs. */
export interface HostReconcilerOptions {
  readonly owner: Owner;
  readonly netns?: string;
  readonly run?: Run;
  readonly follow?: Follow;
  /** After each reconciliation, also those that wrote nothing. */
  readonly onReport?: (report: Report) => void;
  /** The namespace could not be read or watched; it is tried again. */
  readonly onError?: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Keeps a namespace as desired: writes when the desired state changes and when somebody else changes what is ours, as
 * `ip monitor` reports it.
 */
export class HostReconciler {
  readonly #loop: ReconcileLoop;
  readonly #protocol: string;
  #desired: DesiredHost | undefined;
  #names: ReadonlySet<string> = new Set();

  constructor(options: HostReconcilerOptions) {
    const { owner, netns, onReport, onError, signal, run = runProcess, follow } = options;
    this.#protocol = String(owner.protocol);
    const place = { signal, ...(netns ? { netns } : {}) };
    this.#loop = new ReconcileLoop({
      work: async () => {
        // Before the first desired state is known, nothing may be taken for unwanted.
        if (this.#desired) onReport?.(await reconcile(run, this.#desired, owner, place));
      },
      watch: () => this.#concerning(followNamespace({ ...place, ...(follow ? { follow } : {}) })),
      ...(onError ? { onError } : {}),
      signal,
    });
  }

  /** Replace the desired state. Resolves once a reconciliation that saw it has ended. */
  async set(desired: DesiredHost): Promise<void> {
    this.#desired = desired;
    const links = [desired.links ?? [], desired.addresses ?? []].flat().map(({ ifname }) => ifname);
    const devices = [desired.routes ?? [], desired.neighbours ?? []].flat().flatMap(({ dev }) => dev ?? []);
    this.#names = new Set([...links, ...devices]);
    this.#loop.poke();
    await this.#loop.settled();
  }

  /** Resolves once nothing that was reported or set before this call is left to do. */
  settled(): Promise<void> {
    return this.#loop.settled();
  }

  async *#concerning(events: AsyncIterable<HostEvent>): AsyncGenerator<HostEvent, void> {
    for await (const event of events) {
      if (event.protocol === this.#protocol || (event.dev !== undefined && this.#names.has(event.dev))) yield event;
    }
  }
}

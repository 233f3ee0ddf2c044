import type { Entry, Graph, InputTable } from '@ovnkube/incremental';
import { Backoff, type BackoffOptions } from './backoff.ts';
import type { ApiObject, KubeClient, Selection, WatchEvent } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { isKubeError } from './error.ts';
import { type Log, silent } from './log.ts';
import { objectKey, type Resource, toRow } from './resource.ts';

export interface InformerOptions<Row> extends Selection {
  readonly graph: Graph;
  /** Where the rows go, keyed by {@link objectKey}. */
  readonly table: InputTable<Row>;
  readonly signal?: AbortSignal;
  /** List again this often and write the difference, whatever the watch said. Never by default: 410 and errors do it. */
  readonly resyncMs?: number;
  readonly backoff?: BackoffOptions;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A table that follows the API server. */
export interface Informer {
  /** Resolves when the first complete list is in the table; rejects when the signal aborts before. */
  readonly synced: Promise<void>;
  /** Resolves when the informer has ended, after its signal aborted. */
  readonly done: Promise<void>;
  /** Up to which version the table follows; undefined before the first list. */
  readonly resourceVersion: string | undefined;
  /** How often everything was listed. */
  readonly lists: number;
}

const defaultBackoff: BackoffOptions = { firstMs: 100, maximumMs: 10_000 };

/** Watches end by themselves after 5 to 10 minutes, so that those of many nodes do not end together. */
const watchSeconds = (): number => 300 + Math.floor(Math.random() * 300);

/**
 * Keep a table equal to a resource: list, then watch from there. A watch that ends goes on where it was; a version that
 * the server has forgotten (410 Gone) makes it list again, and only what differs is written to the table. All events of
 * one piece of the connection are one commit.
 */
export function startInformer<Row>(
  client: KubeClient,
  resource: Resource<Row>,
  options: InformerOptions<Row>,
): Informer {
  const follower = new Follower(client, resource, options);
  const done = follower.run();
  return {
    synced: follower.synced,
    done,
    get resourceVersion() {
      return follower.resourceVersion;
    },
    get lists() {
      return follower.lists;
    },
  };
}

class Follower<Row> {
  resourceVersion: string | undefined;
  lists = 0;
  readonly synced: Promise<void>;
  readonly #client: KubeClient;
  readonly #resource: Resource<Row>;
  readonly #options: InformerOptions<Row>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #backoff: Backoff;
  #settle: { resolve(): void; reject(reason: unknown): void } = { resolve: () => undefined, reject: () => undefined };

  constructor(client: KubeClient, resource: Resource<Row>, options: InformerOptions<Row>) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silent;
    this.#backoff = new Backoff(options.backoff ?? defaultBackoff);
    this.synced = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.synced.catch(() => undefined);
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal?.aborted) {
      try {
        if (this.resourceVersion === undefined) await this.#list();
        await this.#watch();
      } catch (error) {
        if (signal?.aborted) break;
        if (isKubeError(error, 'expired')) this.resourceVersion = undefined;
        await this.#pause(error);
      }
    }
    this.#settle.reject(signal?.reason);
  }

  async #list(): Promise<void> {
    const { graph, table, signal } = this.#options;
    const { items, resourceVersion } = await this.#client.list(this.#resource, this.#options, { signal });
    graph.commit(() => table.replace(items.map((item) => this.#entry(item))));
    this.resourceVersion = resourceVersion;
    this.lists += 1;
    this.#backoff.reset();
    this.#log.debug({ resource: this.#resource.plural, resourceVersion, objects: items.length }, 'listed');
    this.#settle.resolve();
  }

  async #watch(): Promise<void> {
    const { signal, resyncMs } = this.#options;
    const resync = resyncMs === undefined ? undefined : AbortSignal.timeout(resyncMs);
    const signals = [signal, resync].filter((one) => one !== undefined);
    const began = this.#clock.now();
    const from = { ...this.#options, resourceVersion: this.resourceVersion ?? '', timeoutSeconds: watchSeconds() };
    let heard = false;
    try {
      for await (const events of this.#client.watch(this.#resource, from, { signal: AbortSignal.any(signals) })) {
        if (!heard) this.#backoff.reset();
        heard = true;
        this.#apply(events);
      }
    } catch (error) {
      if (!resync?.aborted || signal?.aborted) throw error;
      this.resourceVersion = undefined;
      return;
    }
    // A server that ends watches at once must not be asked in a tight loop.
    if (!heard && this.#clock.now() - began < 1000) await this.#pause('the server ended the watch at once');
  }

  #apply(events: readonly WatchEvent[]): void {
    const { graph, table } = this.#options;
    graph.commit(() => {
      for (const { type, object } of events) {
        if (type === 'ADDED' || type === 'MODIFIED') table.set(...this.#entry(object));
        else if (type === 'DELETED') table.delete(objectKey(object.metadata));
      }
    });
    this.resourceVersion = events.at(-1)?.object.metadata.resourceVersion ?? this.resourceVersion;
  }

  #entry(object: ApiObject): Entry<Row> {
    return [objectKey(object.metadata), toRow(this.#resource, object)];
  }

  async #pause(reason: unknown): Promise<void> {
    const milliseconds = Math.round(this.#backoff.next());
    const details = { resource: this.#resource.plural, retryInMs: milliseconds, resourceVersion: this.resourceVersion };
    const words = reason instanceof Error ? reason.message : String(reason);
    if (isKubeError(reason, 'expired')) this.#log.info(details, `watch expired, listing again: ${words}`);
    else this.#log.warn({ ...details, err: reason }, `watch interrupted: ${words}`);
    try {
      await this.#clock.sleep(milliseconds, this.#options.signal);
    } catch {
      // The signal aborted: the loop ends.
    }
  }
}

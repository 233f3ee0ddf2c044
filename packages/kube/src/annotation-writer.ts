import { Backoff } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { type Clock, systemClock } from './clock.ts';
import { isKubeError } from './error.ts';
import { type Log, silent } from './log.ts';
import { patchAnnotations, type TargetRef } from './modify.ts';
import { objectKey, type Resource } from './resource.ts';

export interface AnnotationWriterOptions {
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly log?: Log;
}

type Annotations = Readonly<Record<string, string | undefined>>;

interface Pending {
  readonly annotations: Annotations;
  readonly expected: Annotations;
}

/**
 * Brings annotations to objects, however often the API server fails: of one object one write is under way at a time, what
 * is asked for meanwhile goes into the next, and a failure is tried again with growing waits. Objects that are gone, or
 * were replaced by another of the same name, are forgotten.
 */
export class AnnotationWriter {
  readonly #client: KubeClient;
  readonly #resource: Resource<unknown>;
  readonly #options: AnnotationWriterOptions;
  /** What is still to be written, by object; an entry means that a write is under way. */
  readonly #pending = new Map<string, Pending>();

  constructor(client: KubeClient, resource: Resource<unknown>, options: AnnotationWriterOptions = {}) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
  }

  /**
   * Write these annotations (undefined removes one), beside those asked for before. Returns at once. With `expected` they
   * are given up when annotations named there have other values by then: somebody else has decided in between.
   */
  write(ref: TargetRef, annotations: Annotations, expected: Annotations = {}): void {
    const key = `${objectKey(ref)} ${ref.uid ?? ''}`;
    const pending = this.#pending.get(key);
    this.#pending.set(key, merged(pending ?? nothing, { annotations, expected }));
    if (pending === undefined) void this.#drain(key, ref);
  }

  async #drain(key: string, ref: TargetRef): Promise<void> {
    const { signal, clock = systemClock, log = silent } = this.#options;
    const backoff = new Backoff({ firstMs: 50, maximumMs: 10_000 });
    for (;;) {
      const pending = this.#pending.get(key) ?? nothing;
      const { annotations, expected } = pending;
      if (Object.keys(annotations).length === 0 || signal?.aborted) break;
      this.#pending.set(key, nothing);
      try {
        await patchAnnotations(this.#client, this.#resource, ref, annotations, { signal, expected });
        backoff.reset();
      } catch (error) {
        const object = `${this.#resource.kind} ${objectKey(ref)}`;
        if (signal?.aborted) break;
        if (isKubeError(error, 'notFound', 'conflict')) {
          log.info({ object, annotations }, `annotations not written: ${error.message}`);
          break;
        }
        this.#pending.set(key, merged(pending, this.#pending.get(key) ?? nothing));
        const retryInMs = Math.round(backoff.next());
        const words = error instanceof Error ? error.message : String(error);
        log.warn({ err: error, object, retryInMs }, `annotations not written yet: ${words}`);
        await clock.sleep(retryInMs, signal).catch(() => undefined);
      }
    }
    this.#pending.delete(key);
  }
}

const nothing: Pending = { annotations: {}, expected: {} };

/** Later values count; of what was expected, the earlier: what was asked for later builds on it. */
const merged = (earlier: Pending, later: Pending): Pending => ({
  annotations: { ...earlier.annotations, ...later.annotations },
  expected: { ...later.expected, ...earlier.expected },
});

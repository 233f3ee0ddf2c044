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
  readonly #pending = new Map<string, Annotations>();

  constructor(client: KubeClient, resource: Resource<unknown>, options: AnnotationWriterOptions = {}) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
  }

  /** Write these annotations (undefined removes one), beside those asked for before. Returns at once. */
  write(ref: TargetRef, annotations: Annotations): void {
    const key = `${objectKey(ref)} ${ref.uid ?? ''}`;
    const pending = this.#pending.get(key);
    this.#pending.set(key, { ...pending, ...annotations });
    if (pending === undefined) void this.#drain(key, ref);
  }

  async #drain(key: string, ref: TargetRef): Promise<void> {
    const { signal, clock = systemClock, log = silent } = this.#options;
    const backoff = new Backoff({ firstMs: 50, maximumMs: 10_000 });
    for (;;) {
      const annotations = this.#pending.get(key) ?? {};
      if (Object.keys(annotations).length === 0 || signal?.aborted) break;
      this.#pending.set(key, {});
      try {
        await patchAnnotations(this.#client, this.#resource, ref, annotations, { ...(signal ? { signal } : {}) });
        backoff.reset();
      } catch (error) {
        if (signal?.aborted || isKubeError(error, 'notFound') || isKubeError(error, 'conflict')) break;
        this.#pending.set(key, { ...annotations, ...this.#pending.get(key) });
        const delayMs = Math.round(backoff.next());
        log.warn(
          { err: error, object: objectKey(ref), delayMs },
          `annotations of ${this.#resource.kind} not written; trying again`,
        );
        await clock.sleep(delayMs, signal).catch(() => undefined);
      }
    }
    this.#pending.delete(key);
  }
}

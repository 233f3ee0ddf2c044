import { setTimeout as delay } from 'node:timers/promises';

/** What a ReconcileLoop drives. */
export interface LoopOptions {
  /** Compare and write, once. */
  readonly work: () => Promise<void>;
  /** An entry for each change that somebody made and that concerns us; throws when it breaks off. */
  readonly watch: () => AsyncIterable<unknown>;
  readonly onError?: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** How long `ip monitor` and `nft monitor` may take until they listen; they do not say when. */
const startMs = 500;

/** Works when poked and when the watch reports something; never looks without a reason, never twice at once. */
export class ReconcileLoop {
  readonly #options: LoopOptions;
  #wanted = 0;
  #done = 0;
  #working = false;
  readonly #waiting = new Set<() => void>();

  constructor(options: LoopOptions) {
    this.#options = options;
    void this.#watch();
  }

  poke(): void {
    this.#wanted++;
    if (!this.#working) void this.#work();
  }

  /** Resolves once nothing that was poked before this call is left to do, or the loop has been aborted. */
  async settled(): Promise<void> {
    const target = this.#wanted;
    while (this.#done < target && !this.#options.signal.aborted) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async #work(): Promise<void> {
    this.#working = true;
    const { work, onError, signal } = this.#options;
    while (this.#done < this.#wanted && !signal.aborted) {
      const seen = this.#wanted;
      try {
        await work();
      } catch (error) {
        if (!signal.aborted) onError?.(error);
      }
      this.#done = seen;
      this.#wake();
    }
    this.#working = false;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** A watch that broke off has missed events, so a new one is followed by a look at everything. */
  async #watch(): Promise<void> {
    const { signal, onError, watch } = this.#options;
    for (let pause = 100; !signal.aborted; pause = Math.min(pause * 2, 10_000)) {
      // What happened between our first look and the moment the watch began to listen is seen by one later look.
      const late = setTimeout(() => this.poke(), startMs);
      try {
        for await (const _event of watch()) {
          this.poke();
          pause = 100;
        }
      } catch (error) {
        if (!signal.aborted) onError?.(error);
      } finally {
        clearTimeout(late);
      }
      if (signal.aborted) break;
      await delay(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      this.poke();
    }
    this.#wake();
  }
}

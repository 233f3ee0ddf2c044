export interface BackoffOptions {
  /** Milliseconds before the second attempt. */
  readonly firstMs: number;
  readonly maximumMs: number;
}

/** Growing waits with jitter: each is between half and all of twice the one before, up to the maximum. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: () => number;
  #ceiling: number;

  constructor(options: BackoffOptions, random: () => number = Math.random) {
    this.#options = options;
    this.#random = random;
    this.#ceiling = options.firstMs;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const ceiling = this.#ceiling;
    this.#ceiling = Math.min(ceiling * 2, this.#options.maximumMs);
    return ceiling / 2 + (this.#random() * ceiling) / 2;
  }

  /** The attempt succeeded. */
  reset(): void {
    this.#ceiling = this.#options.firstMs;
  }
}

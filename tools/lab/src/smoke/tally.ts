/** Counts checks and prints each with its time. A check passes by returning (what it says is printed beside it). */
export class Tally {
  passed = 0;
  failed = 0;
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Run one check; an error is its failure, never the end of the others. Tells whether it passed. */
  async check(title: string, work: () => Promise<string | undefined>): Promise<boolean> {
    const begin = performance.now();
    const seconds = (): string => `${((performance.now() - begin) / 1000).toFixed(1)} s`.padStart(7);
    try {
      const words = await work();
      this.passed++;
      this.#write(`  ✓ ${title.padEnd(64)} ${seconds()}${words ? `   ${words}` : ''}`);
      return true;
    } catch (error) {
      this.failed++;
      this.#write(`  ✗ ${title.padEnd(64)} ${seconds()}   ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }

  /** Many small checks of one kind, as one line: `succeeded` of `all`, with those that failed below it. */
  count(title: string, all: number, failures: readonly string[]): void {
    this.passed += all - failures.length;
    this.failed += failures.length;
    this.#write(`  ${failures.length === 0 ? '✓' : '✗'} ${title.padEnd(64)} ${all - failures.length} of ${all}`);
    for (const failure of failures) this.#write(`      ${failure}`);
  }

  summary(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}

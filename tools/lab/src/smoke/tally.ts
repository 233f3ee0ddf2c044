/** What came of one check, or of several of one kind. */
export interface CheckResult {
  readonly title: string;
  readonly passed: number;
  readonly failures: readonly string[];
  readonly milliseconds?: number;
}

/** Counts checks and says each when it is done. */
export class Tally {
  readonly results: CheckResult[] = [];
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  get passed(): number {
    return this.results.reduce((sum, { passed }) => sum + passed, 0);
  }

  get failed(): number {
    return this.results.reduce((sum, { failures }) => sum + failures.length, 0);
  }

  /**
   * Run one check. It passes by returning (what it returns is printed beside it); an error is its failure, never the end of
   * the other checks. Tells whether it passed.
   */
  async check(title: string, work: () => Promise<string | undefined>): Promise<boolean> {
    const begin = performance.now();
    const words = await work().then(
      (said) => ({ said: said ?? '', failures: [] }),
      (error: unknown) => ({ said: '', failures: [error instanceof Error ? error.message : String(error)] }),
    );
    const milliseconds = Math.round(performance.now() - begin);
    const passed = words.failures.length === 0;
    this.results.push({ title, passed: passed ? 1 : 0, failures: words.failures, milliseconds });
    const time = `${(milliseconds / 1000).toFixed(1)} s`.padStart(7);
    this.#line(passed, title, `${time}   ${words.said}${words.failures.join('')}`);
    return passed;
  }

  /** Many small checks of one kind, as one line with those that failed below it. */
  count(title: string, all: number, failures: readonly string[]): void {
    this.results.push({ title, passed: all - failures.length, failures });
    this.#line(failures.length === 0, title, `${all - failures.length} of ${all}`);
    for (const failure of failures) this.#write(`      ${failure}`);
  }

  summary(): string {
    return `${this.passed} passed, ${this.failed} failed`;
  }

  #line(passed: boolean, title: string, words: string): void {
    this.#write(`  ${passed ? '✓' : '✗'} ${title.padEnd(64)} ${words}`.trimEnd());
  }
}

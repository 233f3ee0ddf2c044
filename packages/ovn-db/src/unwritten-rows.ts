import type { Problem } from './problem.ts';

/** A row that was refused. */
export interface Refusal {
  /** How often in a row. */
  readonly attempts: number;
  /** Not to be tried before something of it changes or its time has come. */
  blocked: boolean;
}

/** The problems that stand, by key, and those that nobody has been told of yet. */
export class ProblemList {
  readonly #standing = new Map<string, Problem>();
  readonly #untold = new Map<string, Problem>();

  set(key: string, problem: Problem): void {
    const before = this.#standing.get(key);
    this.#standing.set(key, problem);
    if (before === undefined || text(before) !== text(problem)) this.#untold.set(key, problem);
  }

  clear(key: string): void {
    this.#standing.delete(key);
    this.#untold.delete(key);
  }

  /** A row that was refused is written; it may still wait for a reference. */
  clearRefused(key: string): void {
    if (this.#standing.get(key)?.kind === 'refused') this.clear(key);
  }

  clearMissing(): void {
    for (const [key, { kind }] of this.#standing) if (kind === 'missing') this.clear(key);
  }

  values(): readonly Problem[] {
    return [...this.#standing.values()];
  }

  /** Those that came up since the last call and stand still. */
  takeUntold(): readonly Problem[] {
    const untold = [...this.#untold.values()];
    this.#untold.clear();
    return untold;
  }
}

function text(problem: Problem): string {
  const { kind } = problem;
  if (kind === 'refused') return `${kind} ${problem.reason}`;
  return kind === 'waiting' ? `${kind} ${problem.for.join()}` : kind;
}

import type { Problem } from './problem.ts';

/** Rows that wait, and for whom. */
export class WaitingRows {
  readonly #targets = new Map<string, ReadonlySet<string>>();
  readonly #waiters = new Map<string, Set<string>>();

  /** Let `key` wait for `targets` and nothing else. */
  set(key: string, targets: ReadonlySet<string> = new Set()): void {
    for (const target of this.#targets.get(key) ?? []) {
      const waiters = this.#waiters.get(target);
      waiters?.delete(key);
      if (waiters?.size === 0) this.#waiters.delete(target);
    }
    if (targets.size === 0) this.#targets.delete(key);
    else this.#targets.set(key, targets);
    for (const target of targets) {
      const waiters = this.#waiters.get(target);
      if (waiters) waiters.add(key);
      else this.#waiters.set(target, new Set([key]));
    }
  }

  waitersOf(target: string): Iterable<string> {
    return this.#waiters.get(target) ?? [];
  }
}

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

  has(key: string): boolean {
    return this.#standing.has(key);
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

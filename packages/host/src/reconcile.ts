import type { Change } from './change.ts';
import { changesOf, type DesiredHost, type Owner, scopeOf, stepsOf } from './desired.ts';
import { observe } from './observe.ts';
import type { Run } from './run.ts';
import { type Failure, perform } from './script.ts';

/** What a reconciliation did. */
export interface Report {
  /** What differed and has been written; empty when everything was as desired. */
  readonly written: readonly Change[];
  /** What still differs: not ours to write, or it failed. */
  readonly remaining: readonly Change[];
  readonly failures: readonly Failure[];
}

export interface ReconcileOptions {
  /** Name or path of the namespace; without it that of this process. */
  readonly netns?: string;
  readonly signal?: AbortSignal;
}

/** Removing an address takes routes with it, and a link that comes up brings addresses: a few rounds settle that. */
const mostRounds = 4;

/**
 * Make a namespace as desired with the fewest writes, and look again until nothing of ours differs. One object that cannot be
 * written does not keep the others from it. Rejects only when the namespace cannot be read.
 */
export async function reconcile(
  run: Run,
  desired: DesiredHost,
  owner: Owner,
  options: ReconcileOptions = {},
): Promise<Report> {
  const written: Change[] = [];
  const scope = { ...scopeOf(desired), ...options };
  for (let round = 1; ; round++) {
    const changes = changesOf(desired, await observe(run, scope), owner);
    const due = changes.filter(({ write }) => write !== undefined);
    if (due.length === 0) return { written, remaining: changes, failures: [] };
    const { failures } = await perform(run, stepsOf(due), { ...options, goOn: true });
    written.push(
      ...due.filter(({ write }) => !failures.some(({ line }) => write?.kind === 'ip' && write.line === line)),
    );
    if (failures.length > 0 && (round >= 2 || failures.length === due.length)) {
      return { written, remaining: changesOf(desired, await observe(run, scope), owner), failures };
    }
    if (round >= mostRounds)
      return { written, remaining: changesOf(desired, await observe(run, scope), owner), failures };
  }
}

import type { Graph, Table } from '@ovnkube/incremental';
import type { Database, OwnerFilter } from './database-view.ts';
import type { DesiredMember, DesiredRow } from './desired-row.ts';
import type { Identity } from './identity.ts';
import type { Problem } from './problem.ts';

export interface ReconcilerOptions {
  readonly database: Database;
  /** Every row that should be there, keyed by `rowKey`. It must be complete when the reconciler starts: what it lacks is deleted. */
  readonly desired: Table<DesiredRow>;
  /** Further memberships of desired rows in parents, for features that put others' rows into their sets. */
  readonly members?: Table<DesiredMember>;
  /** The tables that it looks after. Rows of others are never touched. */
  readonly tables: readonly string[];
  /** Which rows that exist are of the kind that `desired` holds all of: those are deleted when they are not desired. */
  readonly owns: OwnerFilter;
  /** Where names are kept, for tables whose `defaultIdentity` does not do. */
  readonly identities?: { readonly [table: string]: Identity };
  /** The graph of `desired`, so that problems can say why a row is desired. */
  readonly graph?: Graph;
  /** Write only while this lock is held. */
  readonly lock?: string;
  /** Appears in the database's log with every transaction. */
  readonly comment?: string;
  /** Rows looked at in one transaction; 5000 if not given. */
  readonly maxRows?: number;
  /** Told of a problem once, when all else is written. */
  readonly onProblem?: (problem: Problem) => void;
  /** Told when a transaction has to be made again. */
  readonly onRetry?: (retry: { readonly reason: string; readonly delayMs: number }) => void;
  /** Run something later; returns what cancels it. The host's timers if not given. */
  readonly delay?: (milliseconds: number, run: () => void) => () => void;
  /** For jitter; Math.random if not given. */
  readonly random?: () => number;
}

/** What it has done so far. */
export interface ReconcilerStatistics {
  /** Transactions that were committed. */
  readonly transactions: number;
  /** Operations in them. */
  readonly operations: number;
  /** Rows of which it was asked whether they are as they should be. */
  readonly rowsCompared: number;
}

/** Keeps a part of a database equal to a table of desired rows. */
export interface RowReconciler {
  /**
   * Resolves once everything that is desired now, and can be written, is in the database. What cannot is in `problems()`.
   * Rejects with the signal's reason, or with OvnDbError `stopped`.
   */
  converged(signal?: AbortSignal): Promise<void>;
  problems(): readonly Problem[];
  readonly statistics: ReconcilerStatistics;
  /** Write nothing more. What is on its way to the server may still be written. */
  stop(): void;
}

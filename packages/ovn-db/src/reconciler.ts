import { type Batch, formatWhy } from '@ovnkube/incremental';
import { type ChangeBatch, isOvsdbError } from '@ovnkube/ovsdb';
import { attempt, type Refused } from './attempt.ts';
import { forEachChangedName } from './changed-names.ts';
import { DatabaseView } from './database-view.ts';
import { type DesiredMember, type DesiredRow, rowKey } from './desired-row.ts';
import { OvnDbError } from './error.ts';
import { Needs } from './needs.ts';
import type { PlannedOperation } from './pending-writes.ts';
import type { Problem } from './problem.ts';
import type { ReconcilerOptions, ReconcilerStatistics, RowReconciler } from './reconciler-options.ts';
import { type PlanContext, TransactionPlan } from './transaction-plan.ts';
import { ProblemList, type Refusal } from './unwritten-rows.ts';

/** Start to keep the owned rows of `tables` equal to `desired`, until stopped. */
export function reconcileRows(options: ReconcilerOptions): RowReconciler {
  return new Reconciler(options);
}

interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
}

const nothing = (): void => undefined;
const retryMs = { first: 50, limit: 5_000 };
const refusedMs = { first: 1_000, limit: 60_000 };

class Reconciler implements RowReconciler {
  readonly #options: ReconcilerOptions;
  readonly #delay: (milliseconds: number, run: () => void) => () => void;
  /** Rows to look at. Whatever happened to them, the answer is the same: compare, and write the difference. */
  readonly #dirty = new Set<string>();
  readonly #refused = new Map<string, Refusal>();
  readonly #problems = new ProblemList();
  readonly #converging = new Set<Waiter>();
  readonly #ends: (() => void)[] = [];
  readonly #end = new AbortController();
  readonly #needs: Needs;
  #view: DatabaseView;
  #busy = false;
  #cancelRefused: (() => void) | undefined = undefined;
  #statistics: ReconcilerStatistics = { transactions: 0, operations: 0, rowsCompared: 0 };
  /** Attempts in a row that ended without an answer of the database. */
  #attempts = 0;

  constructor(options: ReconcilerOptions) {
    const { database, desired } = options;
    this.#options = options;
    this.#delay = options.delay ?? hostDelay;
    this.#needs = new Needs(desired, options.members);
    this.#view = this.#newView();
    this.#ends.push(
      desired.subscribe((batch) => this.#desiredChanged(batch), { initial: true }),
      database.on('schemaChanged', () => this.#schemaChanged()),
      database.subscribe((batch) => this.#replicaChanged(batch), { initial: true }),
      options.members?.subscribe((batch) => this.#membersChanged(batch)) ?? nothing,
    );
  }

  get statistics(): ReconcilerStatistics {
    return this.#statistics;
  }

  problems(): readonly Problem[] {
    return this.#problems.values().map((problem) => this.#explained(problem));
  }

  async converged(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#end.signal.throwIfAborted();
    if (!this.#busy && this.#dirty.size === 0) return;
    let waiter: Waiter | undefined;
    const abort = (): void => waiter?.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { resolve, reject };
        this.#converging.add(waiter);
      });
    } finally {
      if (waiter) this.#converging.delete(waiter);
      signal?.removeEventListener('abort', abort);
    }
  }

  stop(): void {
    this.#finish(new OvnDbError('stopped', `the reconciler of ${this.#options.database.database} was stopped`));
  }

  #finish(reason: OvnDbError): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort(reason);
    for (const end of this.#ends) end();
    this.#cancelRefused?.();
    for (const waiter of this.#converging) waiter.reject(reason);
  }

  #newView(): DatabaseView {
    const { database, tables, identities = {} } = this.#options;
    return new DatabaseView(database, tables, identities, (table, column) => this.#missing(table, column, 'rows'));
  }

  #missing(table: string, column: string | undefined, leftOut: 'column' | 'rows'): void {
    const key = column === undefined ? table : `${table}.${column}`;
    this.#problems.set(key, { kind: 'missing', table, ...(column !== undefined && { column }), leftOut });
  }

  /** Rows whose desired state changed: what was refused before may be accepted now. */
  #desiredChanged({ changes }: Batch<DesiredRow>): void {
    for (const [key, change] of changes) {
      this.#refused.delete(key);
      this.#mark(key);
      if (change.old === undefined || change.new === undefined) this.#markDependents(key);
    }
  }

  #membersChanged({ changes }: Batch<DesiredMember>): void {
    for (const { old, new: now } of changes.values())
      for (const member of [old, now]) if (member) this.#mark(rowKey(member.child.table, member.child.name));
  }

  #replicaChanged(batch: ChangeBatch): void {
    const { desired, owns } = this.#options;
    forEachChangedName(this.#view, batch, (key, rows, moved) => {
      const [table] = splitKey(key);
      const [ours, others] = [rows.some((row) => owns(table, row)), rows.some((row) => !owns(table, row))];
      if (this.#view.managed.has(table) && (ours || desired.has(key))) this.#mark(key);
      // A row that was ours and not desired could not be referred to; as somebody else's it can, and the other way round.
      if (moved || (ours && others)) this.#markDependents(key);
    });
  }

  /** Everything may be different: columns and tables come and go. */
  #schemaChanged(): void {
    this.#problems.clearMissing();
    this.#view = this.#newView();
    for (const key of this.#options.desired.keys()) this.#mark(key);
    for (const table of this.#view.managed)
      for (const row of this.#view.table(table)?.replica.rows() ?? []) {
        const name = this.#view.table(table)?.nameOf(row);
        if (name !== undefined && this.#options.owns(table, row)) this.#mark(rowKey(table, name));
      }
  }

  #mark(key: string): void {
    this.#dirty.add(key);
    const refusal = this.#refused.get(key);
    if (refusal) refusal.blocked = false;
    this.#start();
  }

  #markDependents(key: string): void {
    for (const dependent of this.#needs.dependentsOf(key)) this.#mark(dependent);
  }

  /** Begin with the next microtask, so that all that changes in this turn goes into one transaction. */
  #start(): void {
    if (this.#busy || this.#end.signal.aborted) return;
    this.#busy = true;
    void Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (this.#dirty.size > 0 && !this.#end.signal.aborted) await this.#write(this.#take());
    } catch (cause) {
      this.#fail(cause);
    }
    this.#busy = false;
    if (this.#end.signal.aborted) return;
    for (const problem of this.#problems.takeUntold()) this.#options.onProblem?.(this.#explained(problem));
    for (const waiter of this.#converging) waiter.resolve();
  }

  /** Nothing more can be written: the client was closed, or there is a mistake in here, which must not pass unseen. */
  #fail(cause: unknown): void {
    if (this.#end.signal.aborted) return;
    const { database } = this.#options.database;
    this.#finish(
      new OvnDbError('stopped', `the reconciler of ${database} cannot go on: ${String(cause)}`, {}, { cause }),
    );
    if (!isOvsdbError(cause, 'closed')) throw cause;
  }

  #explained(problem: Problem): Problem {
    const { graph, desired } = this.#options;
    if (!graph || problem.kind === 'missing') return problem;
    return { ...problem, why: formatWhy(graph.why(desired, problem.key)) };
  }

  /** Rows to look at next. What is desired comes before what is to go: nothing may refer any more to a row that is deleted. */
  #take(): readonly string[] {
    const { maxRows = 5_000, desired } = this.#options;
    const all = [...this.#dirty];
    const wanted = all.length <= maxRows ? all : all.filter((key) => desired.has(key));
    const taken = (wanted.length > 0 ? wanted : all).slice(0, maxRows);
    for (const key of taken) this.#dirty.delete(key);
    return taken;
  }

  async #write(keys: readonly string[]): Promise<void> {
    const tryable = keys.filter((key) => !this.#refused.get(key)?.blocked);
    const operations = this.#plan(tryable);
    if (operations.length === 0) return this.#settled(tryable);
    const { database, lock, comment } = this.#options;
    const result = await attempt(database, operations, {
      signal: this.#end.signal,
      ...(lock !== undefined && { lock }),
      ...(comment !== undefined && { comment }),
    });
    if (result.status === 'committed') {
      const { transactions, operations: before } = this.#statistics;
      this.#statistics = {
        ...this.#statistics,
        transactions: transactions + 1,
        operations: before + operations.length,
      };
      this.#attempts = 0;
      this.#settled(tryable);
    } else if (result.status === 'again') {
      for (const key of tryable) this.#dirty.add(key);
      await this.#pause(result);
    } else await this.#isolate(tryable, result);
  }

  /** These rows are as they should be, or wait. */
  #settled(keys: readonly string[]): void {
    for (const key of keys) {
      if (this.#refused.delete(key)) this.#problems.clearRefused(key);
    }
  }

  /** Write all but what is wrong: without the row that is known to be, or else in halves until only that is left. */
  async #isolate(keys: readonly string[], refused: Refused): Promise<void> {
    const [only, ...others] = keys;
    const culprit = refused.key ?? (others.length === 0 ? only : undefined);
    if (culprit !== undefined) {
      this.#refuse(culprit, refused);
      return this.#write(keys);
    }
    const middle = keys.length >> 1;
    await this.#write(keys.slice(0, middle));
    await this.#write(keys.slice(middle));
  }

  #refuse(key: string, { reason, cause }: Refused): void {
    const attempts = (this.#refused.get(key)?.attempts ?? 0) + 1;
    this.#refused.set(key, { attempts, blocked: true });
    this.#problems.set(key, { kind: 'refused', key, reason, ...(cause !== undefined && { cause }) });
    if (this.#cancelRefused) return;
    this.#cancelRefused = this.#delay(this.#backoff(refusedMs, attempts), () => {
      this.#cancelRefused = undefined;
      for (const [each, refusal] of this.#refused) if (refusal.blocked) this.#mark(each);
    });
  }

  /** Wait before the next attempt: for the lock, or a little longer each time. */
  async #pause({ reason, lock = false }: { readonly reason: string; readonly lock?: boolean }): Promise<void> {
    this.#attempts++;
    const delayMs = lock ? 0 : this.#backoff(retryMs, this.#attempts);
    this.#options.onRetry?.({ reason, delayMs });
    const { signal } = this.#end;
    let release = (): void => undefined;
    await new Promise<void>((resolve) => {
      const over = (): void => resolve();
      release = lock ? this.#options.database.on('lock', over) : this.#delay(delayMs, over);
      signal.addEventListener('abort', over, { once: true });
    });
    release();
  }

  /** Doubles with each attempt, up to a limit; between half and the whole of it, so that many do not come at once. */
  #backoff({ first, limit }: { readonly first: number; readonly limit: number }, attempts: number): number {
    const whole = Math.min(limit, first * 2 ** (attempts - 1));
    return Math.round(whole * (0.5 + (this.#options.random ?? Math.random)() / 2));
  }

  #plan(keys: readonly string[]): readonly PlannedOperation[] {
    const plan = new TransactionPlan(this.#context());
    for (const key of keys) {
      if (!this.#refused.has(key)) this.#problems.clear(key);
      plan.reconcile(...splitKey(key));
    }
    this.#statistics = { ...this.#statistics, rowsCompared: this.#statistics.rowsCompared + keys.length };
    for (const [key, targets] of plan.waiting) this.#problems.set(key, { kind: 'waiting', key, for: [...targets] });
    for (const [key, reason] of plan.impossible) this.#problems.set(key, { kind: 'refused', key, reason });
    return plan.operations();
  }

  #context(): PlanContext {
    const { desired, owns } = this.#options;
    return {
      view: this.#view,
      desired,
      owns,
      parentsOf: (key) => this.#needs.parentsOf(key),
      isRefused: (key) => this.#refused.get(key)?.blocked ?? false,
      missing: (table, column) => this.#missing(table, column, 'column'),
    };
  }
}

/** Table and name of a row's key; names may contain slashes, tables do not. */
function splitKey(key: string): [table: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

function hostDelay(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}

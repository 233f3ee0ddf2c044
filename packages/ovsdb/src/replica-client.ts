import type { ChangeBatch } from './change-batch.ts';
import type { ClientEvents, Lock, MissingNames, OvsdbClient, TransactOptions } from './client.ts';
import type { Condition } from './condition.ts';
import { Connector, type ConnectorOptions } from './connector.ts';
import { DataMonitor } from './data-monitor.ts';
import { OvsdbError } from './error.ts';
import { type Json, stringifyJson } from './json.ts';
import { callEach, Listeners } from './listeners.ts';
import { Locks } from './lock.ts';
import type { Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { Replica, type WantedTables } from './replica.ts';
import type { ReplicaTable } from './replica-table.ts';
import type { DatabaseSchema } from './schema.ts';
import type { ServerDatabase } from './server-database.ts';
import { Session, type SessionOwner } from './session.ts';
import { tableSchema } from './table-columns.ts';
import { prepare } from './transaction.ts';
import { isUuid, type Uuid } from './uuid.ts';
import type { Row } from './value.ts';

export interface ClientOptions extends ConnectorOptions {
  readonly database: string;
  readonly wanted: WantedTables | undefined;
  readonly conditions: ReadonlyMap<string, readonly Condition[]>;
  readonly leaderOnly: boolean;
}

const againMs = { first: 50, most: 5000 };

/** {@link OvsdbClient}, put together from its parts. */
export class ReplicaClient<Tables extends object> implements OvsdbClient<Tables> {
  readonly database: string;
  readonly listeners = new Listeners<ClientEvents>();
  remote = '';
  private readonly options: ClientOptions;
  private readonly replica: Replica;
  private readonly monitor: DataMonitor;
  private readonly connector: Connector;
  private readonly locks = new Locks((name, held) => this.listeners.emit('lock', { name, held }));
  private readonly waiting = new Set<{ resolve: () => void; reject: (reason: unknown) => void }>();
  private session: Session | undefined;
  private known: { readonly schema: DatabaseSchema; readonly text: string } | undefined;
  private cid: string | undefined;
  private minIndex = 0;
  private closed: OvsdbError | undefined;

  constructor(options: ClientOptions) {
    this.options = options;
    this.database = options.database;
    this.replica = new Replica(options.wanted);
    this.monitor = new DataMonitor(this.replica, options.conditions);
    this.connector = new Connector(options, {
      up: (rpc, remote) => {
        this.remote = remote.text;
        this.session = new Session(rpc, this.owner());
        void this.session.start();
      },
      notification: (method, params) => {
        if (method === 'locked' || method === 'stolen') this.locks.notification(method, params);
        else this.session?.notification(method, params);
      },
      down: (remote, error, delayMs) => this.down(remote.text, error, delayMs),
    });
  }

  start(): void {
    this.connector.start();
  }

  private owner(): SessionOwner {
    return {
      database: this.database,
      monitor: this.monitor,
      demands: () => ({ leaderOnly: this.options.leaderOnly, cid: this.cid, minIndex: this.minIndex }),
      schema: (schema, json) => this.schemaIs(schema, json),
      server: (database) => this.serverIs(database),
      synced: ({ full, changed }) => this.synced(full, changed),
      inconsistent: (error) => this.listeners.emit('inconsistent', { error }),
      failed: (error, moved) => this.connector.leave(error, moved),
    };
  }

  private schemaIs(schema: DatabaseSchema, json: Json): void {
    const text = stringifyJson(json);
    const before = this.known;
    if (before?.text === text) return;
    this.known = { schema, text };
    this.replica.setSchema(schema);
    if (!before) return;
    // What a condition of the old schema left out, or a new column holds, no difference can tell.
    this.monitor.forget();
    this.listeners.emit('schemaChanged', { schema });
  }

  private serverIs({ cid, index }: ServerDatabase): void {
    if (this.cid !== undefined && cid !== this.cid) {
      // The cluster was made anew: its transactions are not those the replica is at.
      this.minIndex = 0;
      this.monitor.forget();
    }
    this.cid = cid;
    this.minIndex = Math.max(this.minIndex, index ?? 0);
  }

  private synced(full: boolean, changed: number): void {
    const { session } = this;
    this.connector.settled();
    if (session) this.locks.start(session.rpc);
    for (const { resolve } of this.waiting) resolve();
    this.waiting.clear();
    this.listeners.emit('resynced', { full, changed });
    this.listeners.emit('connected', { remote: this.remote });
  }

  private down(remote: string, error: OvsdbError, delayMs: number): void {
    const wasReady = this.session?.ready === true;
    this.session?.end();
    this.session = undefined;
    this.monitor.stop();
    this.locks.stop();
    if (wasReady) this.listeners.emit('disconnected', { remote, error });
    this.listeners.emit('retry', { remote, error, delayMs });
  }

  get connected(): boolean {
    return this.session?.ready === true;
  }

  get schema(): DatabaseSchema {
    if (this.known) return this.known.schema;
    throw new OvsdbError('connection', `the schema of ${this.database} is not known before the first session`);
  }

  get missing(): MissingNames {
    const tables: string[] = [];
    const columns = new Map<string, readonly string[]>();
    for (const [name, wanted] of this.options.wanted ?? []) {
      const known = this.schema.tables.get(name)?.columns;
      const absent = known ? (wanted ?? []).filter((column) => !known.has(column)) : [];
      if (!known) tables.push(name);
      if (absent.length > 0) columns.set(name, absent);
    }
    return { tables, columns };
  }

  table<Name extends keyof Tables & string>(name: Name): ReplicaTable<Tables[Name]> {
    const table: ReplicaTable<Row> = this.replica.table(name);
    // The caller's word for what the schema says; `missing` and `exists` tell where they differ.
    return table as ReplicaTable<never> as ReplicaTable<Tables[Name]>;
  }

  subscribe(listener: (batch: ChangeBatch) => void, options: { readonly initial?: boolean } = {}): () => void {
    const unsubscribe = this.replica.subscribe(listener);
    const batch = options.initial ? this.replica.initialBatch() : undefined;
    if (batch) callEach([listener], batch);
    return unsubscribe;
  }

  on<Event extends keyof ClientEvents>(event: Event, listener: (data: ClientEvents[Event]) => void): () => void {
    return this.listeners.on(event, listener);
  }

  async transact(
    operations: readonly Operation[] | (() => readonly Operation[]),
    options: TransactOptions = {},
  ): Promise<Outcome> {
    const repeats = typeof operations === 'function';
    let delayMs = againMs.first;
    for (;;) {
      options.signal?.throwIfAborted();
      if (!this.connected) {
        await this.inSync(options.signal);
        if (!repeats) return { status: 'tryAgain' };
      }
      const { version } = this.replica;
      const outcome = await this.once(repeats ? operations() : operations, options);
      if (outcome.status !== 'tryAgain' || !repeats) return outcome;
      // On the same rows the same would come out: give others' changes time to arrive.
      if (this.replica.version === version) await this.pause(delayMs, options.signal);
      delayMs = Math.min(delayMs * 2, againMs.most);
    }
  }

  private once(operations: readonly Operation[], options: TransactOptions): Promise<Outcome> {
    const transaction = prepare(this.schema, operations, options);
    if (!transaction) return Promise.resolve({ status: 'unchanged' });
    if (options.lock !== undefined && !this.locks.held(options.lock)) return Promise.resolve({ status: 'notLocked' });
    return this.session ? this.session.transact(transaction, options.signal) : Promise.resolve({ status: 'tryAgain' });
  }

  /** Resolves after `ms`, or as soon as a batch arrives. */
  private pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = (): void => {
        cancel();
        unsubscribe();
        signal?.removeEventListener('abort', aborted);
      };
      const done = (): void => {
        over();
        resolve();
      };
      const aborted = (): void => {
        over();
        reject(signal?.reason);
      };
      const cancel = this.options.clock.after(ms * (1 + this.options.random() / 4), done);
      const unsubscribe = this.replica.subscribe(done);
      signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Resolves once the replica equals a server's database; at once if it does. */
  inSync(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw this.closed;
      signal?.throwIfAborted();
      if (this.connected) {
        resolve();
        return;
      }
      const waiter = { resolve, reject };
      this.waiting.add(waiter);
      signal?.addEventListener('abort', () => this.waiting.delete(waiter) && reject(signal.reason), { once: true });
    });
  }

  async increment(
    target: { readonly table: string; readonly uuid: string; readonly column: string; readonly by?: number },
    operations: readonly Operation[] = [],
    options: TransactOptions = {},
  ): Promise<{ readonly outcome: Outcome; readonly value?: number | bigint }> {
    const { table, column, by = 1 } = target;
    const where = [['_uuid', '==', rowId(target.uuid)]] as const;
    const outcome = await this.transact(
      [
        ...operations,
        { op: 'mutate', table, where, mutations: [[column, '+=', by]] },
        { op: 'select', table, where, columns: [column] },
      ],
      options,
    );
    const read = outcome.status === 'committed' ? outcome.results.at(-1) : undefined;
    const value = read?.op === 'select' ? read.rows[0]?.[column] : undefined;
    return typeof value === 'number' || typeof value === 'bigint' ? { outcome, value } : { outcome };
  }

  async setCondition(table: string, where: readonly Condition[], signal?: AbortSignal): Promise<void> {
    if (this.known) tableSchema(this.known.schema, table);
    const changed = new Promise<boolean>((resolve, reject) => {
      // When the connection is lost before the answer, the next session starts with the new condition.
      const waiter = { resolve: () => resolve(true), reject };
      const asked = this.monitor.setCondition(table, where, (error) => {
        this.waiting.delete(waiter);
        if (error) reject(error);
        else resolve(true);
      });
      if (asked) this.waiting.add(waiter);
      else resolve(false);
    });
    if (await changed) return;
    // No monitor to change: a plain one starts anew, and one that is not there yet starts with the new condition.
    this.session?.resync();
    await this.inSync(signal);
  }

  lock(name: string): Lock {
    return this.locks.lock(name);
  }

  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = new OvsdbError('closed', `the client of ${this.database} was closed`);
    this.connector.stop();
    this.session?.end();
    this.session = undefined;
    this.monitor.stop();
    this.locks.close(this.closed);
    for (const { reject } of this.waiting) reject(this.closed);
    this.waiting.clear();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function rowId(text: string): Uuid {
  if (isUuid(text)) return text;
  throw new OvsdbError('value', `"${text}" is not a valid UUID`);
}

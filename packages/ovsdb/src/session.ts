import type { DataMonitor, MonitorStart } from './data-monitor.ts';
import { isOvsdbError, OvsdbError } from './error.ts';
import type { Json } from './json.ts';
import type { Outcome } from './outcome.ts';
import { isUnknownMethod, type Reply, type Rpc, requestError } from './rpc.ts';
import { type DatabaseSchema, parseSchema } from './schema.ts';
import {
  type ServerDatabase,
  ServerDatabases,
  type ServerDemands,
  serverMonitor,
  unsuitable,
} from './server-database.ts';
import { outcomeOf, type Transaction } from './transaction.ts';

/** What a session asks of, and tells to, the client it serves. */
export interface SessionOwner {
  readonly database: string;
  readonly monitor: DataMonitor;
  demands(): ServerDemands;
  /** The server's schema was read; the monitor starts next. */
  schema(schema: DatabaseSchema, json: Json): void;
  synced(start: MonitorStart & { readonly status: 'synced' }): void;
  /** The server's own account of the database changed, and it still fits. */
  server(database: ServerDatabase): void;
  inconsistent(error: OvsdbError): void;
  /** This server cannot be used. `moved`: another one can be tried at once. */
  failed(error: OvsdbError, moved: boolean): void;
}

/** One connection's life: find out about the server, read the schema, monitor, and carry transactions. */
export class Session {
  readonly rpc: Rpc;
  private readonly owner: SessionOwner;
  private readonly databases = new ServerDatabases();
  private readonly inFlight = new Set<(outcome: Outcome) => void>();
  private schemaRead: DatabaseSchema | undefined;
  private clustered = false;
  private hasServerDatabase = false;
  /** Counts starts of the data monitor: an older start that is still under way must not go on. */
  private round = 0;
  /** The replica equals the server's database. */
  ready = false;
  private over = false;

  constructor(rpc: Rpc, owner: SessionOwner) {
    this.rpc = rpc;
    this.owner = owner;
  }

  async start(): Promise<void> {
    try {
      await this.readServer();
      if (this.over) return;
      // Older servers do not know it, and then cancel no monitors (ovsdb-server(7) §4.1.17).
      this.rpc.request('set_db_change_aware', [true], () => undefined);
      await this.sync();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(cause: unknown): void {
    if (this.over) return;
    const error = isOvsdbError(cause)
      ? cause
      : new OvsdbError('protocol', `the session failed: ${cause}`, {}, { cause });
    this.owner.failed(error, false);
  }

  /** Monitor `_Server`; servers before OVS 2.9 have none, or no monitor_cond. */
  private async readServer(): Promise<void> {
    let schema: DatabaseSchema;
    try {
      schema = parseSchema(await this.rpc.ask('get_schema', ['_Server']));
    } catch (error) {
      if (isOvsdbError(error, 'request')) return;
      throw error;
    }
    await new Promise<void>((resolve, reject) => {
      this.rpc.request('monitor_cond', serverMonitor(schema, '_Server'), ({ result, error }) => {
        if (error !== null && !isUnknownMethod(error)) {
          reject(requestError('monitor_cond', error));
          return;
        }
        this.hasServerDatabase = error === null;
        this.databases.update(result);
        resolve();
      });
    });
    this.check();
  }

  /** Leave a server whose database does not fit (any more). */
  private check(): void {
    if (this.over || !this.hasServerDatabase) return;
    const { owner } = this;
    const database = this.databases.get(owner.database);
    const reason = unsuitable(database, owner.database, owner.demands());
    if (reason !== undefined) {
      owner.failed(
        new OvsdbError('connection', `the server does not fit: ${reason}`, { database: owner.database }),
        true,
      );
      return;
    }
    if (!database) return;
    this.clustered = database.model === 'clustered';
    owner.server(database);
  }

  /** Read the schema and start the data monitor, for the first time or after a conversion. */
  private async sync(): Promise<void> {
    this.ready = false;
    const round = ++this.round;
    const { owner, rpc } = this;
    const json = await rpc.ask('get_schema', [owner.database]);
    if (this.over || round !== this.round) return;
    const schema = parseSchema(json);
    this.schemaRead = schema;
    owner.schema(schema, json);
    this.monitor(round, schema);
  }

  private monitor(round: number, schema: DatabaseSchema): void {
    this.owner.monitor.start(this.rpc, schema, (start) => {
      if (this.over || round !== this.round) return;
      if (start.status === 'failed') {
        this.fail(start.error);
        return;
      }
      this.ready = true;
      this.owner.synced(start);
    });
  }

  /** Fetch everything anew over this connection. */
  resync(): void {
    const schema = this.schemaRead;
    if (!schema || this.over) return;
    this.ready = false;
    this.owner.monitor.forget();
    this.monitor(++this.round, schema);
  }

  notification(method: string, params: readonly Json[]): void {
    const { monitor } = this.owner;
    if (method === 'monitor_canceled') {
      // The database was converted, or removed (ovsdb-server(7) §4.1.16).
      if (!monitor.isNamed(params[0])) return;
      monitor.canceled();
      this.sync().catch((error) => this.fail(error));
    } else if (params[0] === '_Server') {
      this.databases.update(params[1] ?? {});
      this.check();
    } else this.applyUpdate(method, params);
  }

  private applyUpdate(method: string, params: readonly Json[]): void {
    try {
      this.owner.monitor.update(method, params);
    } catch (error) {
      if (!isOvsdbError(error)) throw error;
      this.owner.inconsistent(error);
      this.resync();
    }
  }

  /** Send; resolves with the reply's outcome, or `unknown` when the connection ends before it. */
  transact(transaction: Transaction, signal: AbortSignal | undefined): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome): void => {
        signal?.removeEventListener('abort', cancel);
        this.inFlight.delete(settle);
        resolve(outcome);
      };
      const cancel = (): void => this.rpc.notify('cancel', [id]);
      const onReply = (reply: Reply): void => {
        if (reply.error === 'canceled' && signal?.aborted && !this.clustered) {
          this.inFlight.delete(settle);
          reject(signal.reason);
        } else settle(this.outcome(transaction, reply));
      };
      this.inFlight.add(settle);
      const id = this.rpc.request('transact', transaction.params, onReply);
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** A cluster may still carry out what was canceled; a single server has not. */
  private outcome(transaction: Transaction, reply: Reply): Outcome {
    if (reply.error === 'canceled') return { status: this.clustered ? 'unknown' : 'tryAgain' };
    try {
      return outcomeOf(transaction, reply);
    } catch (error) {
      this.fail(error);
      return { status: 'unknown' };
    }
  }

  /** The connection is gone. */
  end(): void {
    this.over = true;
    this.ready = false;
    for (const settle of [...this.inFlight]) settle({ status: 'unknown' });
  }
}

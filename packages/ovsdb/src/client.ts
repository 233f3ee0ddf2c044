import type { ChangeBatch } from './change-batch.ts';
import type { Condition } from './condition.ts';
import type { OvsdbError } from './error.ts';
import type { Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import type { ReplicaTable } from './replica-table.ts';
import type { DatabaseSchema } from './schema.ts';
import type { Row } from './value.ts';

/** Row types by table name, for {@link connect}'s type argument. Without one, every row is a {@link Row}. */
export interface DynamicTables {
  readonly [table: string]: Row;
}

/** Events of a client and what they carry. */
export interface ClientEvents {
  /** A session is up and the replica is in sync. */
  connected: { readonly remote: string };
  /** The session ended; the replica stays as it was. */
  disconnected: { readonly remote: string; readonly error: OvsdbError };
  /** A try to connect failed or a server did not fit; the next try comes after `delayMs`. */
  retry: { readonly remote: string; readonly error: OvsdbError; readonly delayMs: number };
  /** The replica equals the server again. `full`: the server had to send every row, and the difference was taken here. */
  resynced: { readonly full: boolean; readonly changed: number };
  /** The database was converted. Comes before the batch of rows that it changed. */
  schemaChanged: { readonly schema: DatabaseSchema };
  lock: { readonly name: string; readonly held: boolean };
  /** A server's update did not fit the replica; it is fetched anew. */
  inconsistent: { readonly error: OvsdbError };
}

/** What was asked for but is not in the server's schema (an older server). */
export interface MissingNames {
  readonly tables: readonly string[];
  readonly columns: ReadonlyMap<string, readonly string[]>;
}

export interface TransactOptions {
  /** Appended as a comment operation: it appears in the database log (ovsdb-tool show-log). */
  readonly comment?: string;
  /** Write only while this lock is held. */
  readonly lock?: string;
  /** Gives up: cancels on the server, and rejects with the signal's reason when that certainly prevented the write. */
  readonly signal?: AbortSignal;
}

/** A lock of RFC 7047 §4.1.8, asked for again after every reconnect. Its state is reported by the event `lock`. */
export interface Lock {
  readonly name: string;
  readonly held: boolean;
  /** Resolves once held. */
  acquired(signal?: AbortSignal): Promise<void>;
  /** Take it from whoever holds it (RFC 7047 §4.1.9). */
  steal(): Promise<void>;
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A replica of one database, and the way to write to it. */
export interface OvsdbClient<Tables extends object = DynamicTables> {
  readonly database: string;
  /** The server's schema, as of the last session. */
  readonly schema: DatabaseSchema;
  readonly missing: MissingNames;
  /** In sync with a server now. */
  readonly connected: boolean;
  /** The remote of the current or last session. */
  readonly remote: string;
  table<Name extends keyof Tables & string>(name: Name): ReplicaTable<Tables[Name]>;
  /** Net changes, one batch for each update of the server. `initial` gives what is there now as a first batch. */
  subscribe(listener: (batch: ChangeBatch) => void, options?: { readonly initial?: boolean }): () => void;
  on<Event extends keyof ClientEvents>(event: Event, listener: (data: ClientEvents[Event]) => void): () => void;
  /**
   * Write. Operations on names that the server does not have, and values that do not fit, throw {@link OvsdbError} before
   * anything is sent. Given a function, it is called again whenever the outcome is `tryAgain`, on the replica of that time.
   */
  transact(
    operations: readonly Operation[] | (() => readonly Operation[]),
    options?: TransactOptions,
  ): Promise<Outcome>;
  /** Add `by` (1) to an integer of one row and tell its new value, as `nb_cfg` is used; `operations` go into the same transaction. */
  increment(
    target: { readonly table: string; readonly uuid: string; readonly column: string; readonly by?: number },
    operations?: readonly Operation[],
    options?: TransactOptions,
  ): Promise<{ readonly outcome: Outcome; readonly value?: number | bigint }>;
  /** Replicate only rows that meet one of `where`. Resolves once the replica has changed accordingly. */
  setCondition(table: string, where: readonly Condition[], signal?: AbortSignal): Promise<void>;
  lock(name: string): Lock;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

import type { Uuid } from './uuid.ts';
import type { Value } from './value.ts';

/** One table of the replica, always as the server had it at one transaction. It stays the same object for ever. */
export interface ReplicaTable<R> {
  readonly name: string;
  /** False where the server's schema has no such table: it is then empty, and writes to it are refused before sending. */
  readonly exists: boolean;
  /** The columns that are replicated: asked for, and in the server's schema. */
  readonly columns: readonly string[];
  readonly size: number;
  get(uuid: string): R | undefined;
  has(uuid: string): boolean;
  rows(): IterableIterator<R>;
  uuids(): IterableIterator<Uuid>;
  /**
   * Declare an index, by columns or by a function from a row to its keys. Kept up to date with every change. Declaring the
   * same name again gives the index that exists.
   */
  createIndex(name: string, by: readonly string[]): RowIndex<R>;
  createIndex(name: string, by: (row: R) => Iterable<string | number>): RowIndex<R>;
}

/** Rows by key, in no particular order. */
export interface RowIndex<R> {
  readonly name: string;
  /** Rows with these values: one for each column of the index, or the one key of a function's index. */
  find(...key: readonly Value[]): readonly R[];
}

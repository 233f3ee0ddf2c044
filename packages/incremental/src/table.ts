import type { UnitError } from './error.ts';

/** A key and its row. */
export type Entry<Row> = readonly [key: string, row: Row];

/** How one key differs between two settled states: `old` absent means that it is new, `new` absent that it is gone. */
export interface Change<Row> {
  readonly old?: Row;
  readonly new?: Row;
}

/** The net effect of one commit on one table. Never empty, and no change in it has equal sides. */
export interface Batch<Row> {
  readonly changes: ReadonlyMap<string, Change<Row>>;
}

/** Rows by key. A row is any value but undefined and is never changed in place. */
export interface Table<out Row> {
  readonly name: string;
  readonly size: number;
  get(key: string): Row | undefined;
  has(key: string): boolean;
  /** In no particular order. */
  keys(): IterableIterator<string>;
  /** In no particular order. */
  entries(): IterableIterator<Entry<Row>>;
  /**
   * An index that is kept up to date at the cost of each change. `keysOf` must be pure; a row may have none, one or several
   * index keys. The same name and function again give the index that exists.
   */
  index(name: string, keysOf: (row: Row, key: string) => Iterable<string>): Index<Row>;
  /**
   * Hear of every commit that changes this table, once the whole graph has settled. With `initial`, the present rows
   * come at once as a first batch. Returns the function that ends it.
   */
  subscribe(listener: (batch: Batch<Row>) => void, options?: { readonly initial?: boolean }): () => void;
}

/** A table that is written from outside. A write outside graph.commit() is a commit of its own. */
export interface InputTable<Row> extends Table<Row> {
  set(key: string, row: Row): void;
  delete(key: string): void;
  /** Make these the rows, at the cost of what differs afterwards: what a complete listing from outside calls for. */
  replace(entries: Iterable<Entry<Row>>): void;
}

/** A table made of several tables' rows. */
export interface UnionTable<Row> extends Table<Row> {
  /** Take in a further table. Throws GraphError `cycle` when that table depends on this one. */
  add(table: Table<Row>): void;
}

/** Rows of a table by something other than their key. */
export interface Index<out Row> {
  readonly name: string;
  /** Name of the indexed table. */
  readonly table: string;
  /** Rows under `key`, sorted by row key. */
  get(key: string): readonly Entry<Row>[];
}

/** What a unit reads other rows with. Everything read is remembered: when it changes, the unit runs again. */
export interface Reader {
  /** A row, or undefined; the absence is remembered too. */
  row<Row>(table: Table<Row>, key: string): Row | undefined;
  has(table: Table<unknown>, key: string): boolean;
  /** Rows of an index, sorted by row key. */
  lookup<Row>(index: Index<Row>, key: string): readonly Entry<Row>[];
  /** Every row, sorted by key: the unit runs again for any change of the table, so keep it for small ones. */
  all<Row>(table: Table<Row>): readonly Entry<Row>[];
}

/**
 * One unit of a derivation: a pure function of its source row and of what it reads. The pairs it returns (or yields) are
 * its rows of the derived table.
 */
export type UnitFunction<Source, Row> = (source: Source, read: Reader, key: string) => Iterable<Entry<Row>>;

export interface TableOptions<Row> {
  /** When are two rows the same, so that nothing need follow? By default deep equality. */
  equal?(a: Row, b: Row): boolean;
}

export interface DerivedOptions<Row> extends TableOptions<Row> {
  /**
   * Makes one row of what several units produced for one key, sorted by the units' keys. Without it that is an error,
   * reported for all but the unit with the lowest key, whose row stands: the outcome never depends on who came first.
   */
  merge?(rows: readonly Row[], key: string): Row;
}

export interface GraphOptions {
  /** Told after the graph has settled. Without it, a commit in which units fail throws GraphError `unitFailed` at its end. */
  readonly onUnitError?: (error: UnitError) => void;
}

/** Size and work of one table, for metrics. */
export interface TableStatistics {
  readonly table: string;
  readonly rows: number;
  readonly units: number;
  /** Recorded reads of its units, their source rows not counted. */
  readonly reads: number;
  /** Unit runs since the table was made. */
  readonly runs: number;
}

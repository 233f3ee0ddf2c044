import type { ColumnType } from './column-type.ts';

/** A database's schema (RFC 7047 §3.2) as values. */
export interface DatabaseSchema {
  readonly name: string;
  /** `x.y.z`; empty where the server names none. */
  readonly version: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

export interface TableSchema {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ColumnSchema>;
  /** Infinity where the schema sets no limit. */
  readonly maxRows: number;
  /** Rows of a table that is not a root live as long as something refers to them. */
  readonly isRoot: boolean;
  readonly indexes: readonly (readonly string[])[];
}

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly ephemeral: boolean;
  readonly mutable: boolean;
}

import type { Uuid } from './uuid.ts';

/**
 * One atom (RFC 7047 §5.1). A `uuid` is a string; an `integer` is a number, or a bigint where it is beyond ±(2^53 - 1),
 * so that it is never a wrong number.
 */
export type Atom = string | number | bigint | boolean;

/**
 * A column's value as rows hold it, by the column's type:
 *
 * | type | value |
 * |---|---|
 * | one atom (min 1, max 1) | the atom |
 * | optional atom (min 0, max 1) | the atom, or undefined |
 * | set (max > 1) | readonly array, in the server's order |
 * | map | plain object; keys are the text of the key atom |
 */
export type Value = Atom | readonly Atom[] | { readonly [key: string]: Atom } | undefined;

/** A row of a replica: frozen, column names as in the schema, and its own id as `_uuid`. */
export interface Row {
  readonly _uuid: Uuid;
  readonly [column: string]: Value;
}

/**
 * Columns to write. `undefined` clears an optional column (leave a column out to leave it as it is). In a uuid's place,
 * a text that is no UUID is the `uuid-name` of an insert in the same transaction.
 */
export interface RowValues {
  readonly [column: string]: Value;
}

import type { Condition } from './condition.ts';
import type { Mutation } from './mutation.ts';
import type { Uuid } from './uuid.ts';
import type { Row, RowValues, Value } from './value.ts';

/** One operation of a transaction (RFC 7047 §5.2), members named as there, values as rows hold them. */
export type Operation =
  | InsertOperation
  | SelectOperation
  | UpdateOperation
  | MutateOperation
  | DeleteOperation
  | WaitOperation
  | { readonly op: 'commit'; readonly durable: boolean }
  | { readonly op: 'abort' }
  | { readonly op: 'comment'; readonly comment: string }
  | { readonly op: 'assert'; readonly lock: string };

/** §5.2.1. `uuid-name` names the new row inside the transaction; `uuid` chooses its id (ovsdb-server(7) §5.2.1). */
export interface InsertOperation {
  readonly op: 'insert';
  readonly table: string;
  readonly row: RowValues;
  readonly 'uuid-name'?: string;
  readonly uuid?: Uuid;
}

/** §5.2.2 */
export interface SelectOperation {
  readonly op: 'select';
  readonly table: string;
  readonly where: readonly Condition[];
  readonly columns?: readonly string[];
}

/** §5.2.3 */
export interface UpdateOperation {
  readonly op: 'update';
  readonly table: string;
  readonly where: readonly Condition[];
  readonly row: RowValues;
}

/** §5.2.4 */
export interface MutateOperation {
  readonly op: 'mutate';
  readonly table: string;
  readonly where: readonly Condition[];
  readonly mutations: readonly Mutation[];
}

/** §5.2.5 */
export interface DeleteOperation {
  readonly op: 'delete';
  readonly table: string;
  readonly where: readonly Condition[];
}

/** §5.2.6. `timeout` in milliseconds; 0 tests once. */
export interface WaitOperation {
  readonly op: 'wait';
  readonly table: string;
  readonly where: readonly Condition[];
  readonly columns: readonly string[];
  readonly until: '==' | '!=';
  readonly rows: readonly RowValues[];
  readonly timeout?: number;
}

/** What one operation of a committed transaction gave; `op` is the operation's. */
export type OperationResult =
  | { readonly op: 'insert'; readonly uuid: Uuid }
  | { readonly op: 'select'; readonly rows: readonly Row[] }
  | { readonly op: 'update' | 'mutate' | 'delete'; readonly count: number }
  | { readonly op: 'wait' | 'commit' | 'abort' | 'comment' | 'assert' };

/**
 * The transaction fails (outcome `tryAgain`) unless these columns of the row are still as they were read: what the C IDL
 * calls verify. Put it before the operations that rest on them.
 */
export function verify(table: string, row: { readonly _uuid: Uuid }, columns: readonly string[]): WaitOperation {
  const values: Readonly<Record<string, unknown>> = { ...row };
  const expected: Record<string, Value> = {};
  for (const column of columns) expected[column] = values[column] as Value;
  return { op: 'wait', table, where: [['_uuid', '==', row._uuid]], columns, until: '==', rows: [expected], timeout: 0 };
}

/** The transaction fails (outcome `tryAgain`) if some row meets all of `where`: "create unless there is one", without an index. */
export function requireNone(table: string, where: readonly Condition[]): WaitOperation {
  const columns = where.flatMap((condition) => (typeof condition === 'boolean' ? [] : [condition[0]]));
  return { op: 'wait', table, where, columns, until: '==', rows: [], timeout: 0 };
}

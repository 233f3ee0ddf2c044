/**
 * OVSDB for TypeScript: a client that keeps a typed replica of a database (RFC 7047 with OVS's extensions), reports net
 * changes, survives reconnects, leader changes and schema conversions, and writes transactions whose outcome is a value.
 */
export type { ChangeBatch, RowChange } from './change-batch.ts';
export type { ClientEvents, DynamicTables, Lock, MissingNames, OvsdbClient, TransactOptions } from './client.ts';
export type { AtomicType, BaseType, ColumnType } from './column-type.ts';
export type { Condition, ConditionFunction } from './condition.ts';
export { type ConnectOptions, connect, type TableSelection, type TlsOptions } from './connect.ts';
export { isOvsdbError, OvsdbError, type OvsdbErrorCode, type OvsdbErrorDetails } from './error.ts';
export type { Mutation, Mutator } from './mutation.ts';
export type {
  DeleteOperation,
  InsertOperation,
  MutateOperation,
  Operation,
  OperationResult,
  SelectOperation,
  UpdateOperation,
  WaitOperation,
} from './operation.ts';
export type { OperationError, Outcome } from './outcome.ts';
export type { ReplicaTable, RowIndex } from './replica-table.ts';
export type { ColumnSchema, DatabaseSchema, TableSchema } from './schema.ts';
export { isUuid, type Uuid, uuid, zeroUuid } from './uuid.ts';
export type { Atom, Row, RowValues, Value } from './value.ts';

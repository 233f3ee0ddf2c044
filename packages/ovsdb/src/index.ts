/**
 * OVSDB for TypeScript: a client that keeps a typed replica of a database (RFC 7047 with OVS's extensions), reports net
 * changes, survives reconnects, leader changes and schema conversions, and writes transactions whose outcome is a value.
 */
export { compareAtoms } from './atom.ts';
export type { ChangeBatch, RowChange } from './change-batch.ts';
export type { ClientEvents, DynamicTables, Lock, MissingNames, OvsdbClient, TransactOptions } from './client.ts';
export type { AtomicType, BaseType, ColumnType } from './column-type.ts';
export { type Condition, type ConditionFunction, formatCondition, meets } from './condition.ts';
export { type ConnectOptions, connect, type TableSelection } from './connect.ts';
export { defaultValue, formatValue, parseValue, sameValue, violation } from './datum.ts';
export { applyDifference, difference } from './difference.ts';
export { isOvsdbError, OvsdbError, type OvsdbErrorCode, type OvsdbErrorDetails } from './error.ts';
export { type Json, type JsonObject, parseJson, stringifyJson } from './json.ts';
export { formatMutation, type Mutation, type Mutator, mutated } from './mutation.ts';
export {
  type DeleteOperation,
  type InsertOperation,
  type MutateOperation,
  type Operation,
  type OperationResult,
  requireNone,
  type SelectOperation,
  type UpdateOperation,
  verify,
  type WaitOperation,
} from './operation.ts';
export { formatOperation } from './operation-codec.ts';
export type { OperationError, Outcome } from './outcome.ts';
export { parseAtomicType, parseBaseType, parseColumnType } from './parse-column-type.ts';
export { Reconnect, type ReconnectAction, type ReconnectSettings, type ReconnectState } from './reconnect.ts';
export type { Remote } from './remote.ts';
export type { ReplicaTable, RowIndex } from './replica-table.ts';
export { type ColumnSchema, type DatabaseSchema, parseSchema, type TableSchema } from './schema.ts';
export type { Clock, Stream, StreamEvents, TlsOptions, Transport } from './transport.ts';
export { isUuid, type Uuid, uuid, zeroUuid } from './uuid.ts';
export type { Atom, Row, RowValues, Value } from './value.ts';

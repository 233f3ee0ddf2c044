import type { TransactOptions } from './client.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from './json.ts';
import type { Operation, OperationResult } from './operation.ts';
import { formatOperation, parseResult } from './operation-codec.ts';
import type { OperationError, Outcome } from './outcome.ts';
import type { Reply } from './rpc.ts';
import type { DatabaseSchema } from './schema.ts';
import type { Uuid } from './uuid.ts';

/** A transaction ready to be sent. */
export interface Transaction {
  readonly schema: DatabaseSchema;
  readonly operations: readonly Operation[];
  /** Parameters of the request transact (RFC 7047 §4.1.3). */
  readonly params: readonly Json[];
  /** Operations put before the caller's. */
  readonly offset: number;
}

/** Check and encode; undefined where nothing is to be written. Throws OvsdbError for what the schema does not have. */
export function prepare(
  schema: DatabaseSchema,
  operations: readonly Operation[],
  options: TransactOptions,
): Transaction | undefined {
  if (operations.every(({ op }) => op === 'comment')) return undefined;
  const before: Json[] = options.lock === undefined ? [] : [{ op: 'assert', lock: options.lock }];
  const after: Json[] = options.comment === undefined ? [] : [{ op: 'comment', comment: options.comment }];
  const encoded = operations.map((operation) => formatOperation(schema, operation));
  return { schema, operations, params: [schema.name, ...before, ...encoded, ...after], offset: before.length };
}

/** How a transaction ended, by its reply. Throws OvsdbError `protocol` at a reply of no known form. */
export function outcomeOf({ schema, operations, offset }: Transaction, { result, error }: Reply): Outcome {
  if (error !== null) return failed([operationError(undefined, isJsonObject(error) ? error : { error })]);
  const results = isJsonArray(result) ? result : [];
  const errors: OperationError[] = [];
  for (const [index, item] of results.entries()) {
    if (!isJsonObject(item) || item['error'] === undefined) continue;
    const operation = index - offset;
    errors.push(operationError(operation >= 0 && operation < operations.length ? operation : undefined, item));
  }
  if (errors.length > 0) return failed(errors);
  const parsed: OperationResult[] = [];
  const uuids = new Map<string, Uuid>();
  for (const [index, operation] of operations.entries()) {
    const found = parseResult(schema, operation, results[index + offset]);
    parsed.push(found);
    const name = operation.op === 'insert' ? operation['uuid-name'] : undefined;
    if (name !== undefined && found.op === 'insert') uuids.set(name, found.uuid);
  }
  return { status: 'committed', results: parsed, uuids };
}

function operationError(operation: number | undefined, { error, details }: JsonObject): OperationError {
  const text = (json: Json | undefined): string => (typeof json === 'string' ? json : JSON.stringify(json ?? ''));
  return { operation, error: text(error), details: typeof details === 'string' ? details : '' };
}

/**
 * `timed out` is a wait that failed, `not owner` a lock that is not held (RFC 7047 §5.2). After `cluster error` a command
 * may still be in the log of the cluster's next leader.
 */
function failed(errors: readonly OperationError[]): Outcome {
  const tags = errors.map(({ error }) => error);
  if (tags.some((tag) => !/^(timed out|not owner|cluster error)$/.test(tag))) return { status: 'aborted', errors };
  if (tags.includes('cluster error')) return { status: 'unknown' };
  return { status: tags.includes('not owner') ? 'notLocked' : 'tryAgain' };
}

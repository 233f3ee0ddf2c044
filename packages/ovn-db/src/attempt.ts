import { isOvsdbError, type OperationError, type TransactOptions } from '@ovnkube/ovsdb';
import type { Database } from './database-view.ts';
import type { PlannedOperation } from './pending-writes.ts';

/** How writing a plan ended, as far as the reconciler has to tell cases apart. */
export type Attempt =
  | { readonly status: 'committed' }
  /** Not written, or perhaps not: look at the replica again and make the transaction anew. */
  | { readonly status: 'again'; readonly reason: string; readonly lock?: boolean }
  /** Something in it is wrong. */
  | Refused;

export interface Refused {
  readonly status: 'refused';
  /** Key of the row whose operation it is; undefined when only the transaction as a whole is known to be wrong. */
  readonly key: string | undefined;
  readonly reason: string;
  readonly cause?: unknown;
}

/** Write a plan once. Throws only when the signal is aborted or the client is closed. */
export async function attempt(
  database: Database,
  planned: readonly PlannedOperation[],
  options: TransactOptions,
): Promise<Attempt> {
  try {
    const operations = planned.map(({ operation }) => operation);
    const outcome = await database.transact(operations, options);
    switch (outcome.status) {
      case 'committed':
      case 'unchanged':
        return { status: 'committed' };
      case 'tryAgain':
        return { status: 'again', reason: 'the replica was not in sync with a server' };
      case 'notLocked':
        return { status: 'again', reason: `lock ${options.lock} is not held`, lock: true };
      case 'unknown':
        return { status: 'again', reason: 'the connection was lost before the answer came' };
      case 'aborted':
        return refusal(planned, outcome.errors);
    }
  } catch (cause) {
    // What does not fit the schema is refused before it is sent, without telling whose it is.
    if (!isOvsdbError(cause) || cause.code === 'closed') throw cause;
    if (cause.code === 'connection' || cause.code === 'protocol') return { status: 'again', reason: cause.message };
    return { status: 'refused', key: undefined, reason: cause.message, cause };
  }
}

function refusal(planned: readonly PlannedOperation[], errors: readonly OperationError[]): Refused {
  const [first] = errors;
  const index = first?.operation;
  const reason = errors.map(({ error, details }) => (details === '' ? error : `${error}: ${details}`)).join('; ');
  return { status: 'refused', key: index === undefined ? undefined : planned[index]?.key, reason };
}

import type { OperationResult } from './operation.ts';
import type { Uuid } from './uuid.ts';

/** One operation's error as the server gave it (RFC 7047 §3.1 <error>). */
export interface OperationError {
  /** Index into the operations of the caller; undefined for an error found at commit (index uniqueness, references). */
  readonly operation: number | undefined;
  /** RFC 7047's error string, such as `constraint violation`. */
  readonly error: string;
  readonly details: string;
}

/** How a transaction ended. */
export type Outcome =
  /** Written. The replica holds it already (as far as it replicates what was written). */
  | {
      readonly status: 'committed';
      /** One for each operation of the caller. */
      readonly results: readonly OperationResult[];
      /** From each insert's `uuid-name` to the row's id. */
      readonly uuids: ReadonlyMap<string, Uuid>;
    }
  /** There was nothing to write, so nothing was sent. */
  | { readonly status: 'unchanged' }
  /**
   * Not written: a `wait` failed, or the replica was not in sync with a server when the transaction was asked for. Given
   * once the replica is in sync again: compute the operations anew.
   */
  | { readonly status: 'tryAgain' }
  /** Not written: the lock it needs is not held. */
  | { readonly status: 'notLocked' }
  /** Not written: the server refused. */
  | { readonly status: 'aborted'; readonly errors: readonly OperationError[] }
  /** The connection was lost before the reply: it may have been written, or not. */
  | { readonly status: 'unknown' };

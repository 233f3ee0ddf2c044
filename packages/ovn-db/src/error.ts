/**
 * - `identity`: nothing says where a table's rows keep their names
 * - `replica`: the client does not replicate a column that desired rows name
 * - `stopped`: the reconciler was stopped before what was waited for happened
 */
export type OvnDbErrorCode = 'identity' | 'replica' | 'stopped';

/** The one error class of this package. What keeps single rows from being written is a Problem, not an error. */
export class OvnDbError extends Error {
  override readonly name = 'OvnDbError';
  readonly code: OvnDbErrorCode;
  readonly details: { readonly table?: string; readonly column?: string };

  constructor(
    code: OvnDbErrorCode,
    message: string,
    details: { readonly table?: string; readonly column?: string } = {},
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** A stretch of source text: UTF-16 offsets, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Why something could not be compiled.
 * - `syntax`: the match or actions column is not valid; the message is OVN's own, word for word.
 * - `limit`: it is valid, but would grow beyond a limit of the compiler.
 * - `definition`: a vendor's definition (symbol, action, table) is not valid.
 * - `encoding`: the actions cannot be written as OpenFlow.
 */
export type LogicalFlowErrorCode = 'syntax' | 'limit' | 'definition' | 'encoding';

/** The only error that this package throws. */
export class LogicalFlowError extends Error {
  override readonly name = 'LogicalFlowError';
  readonly code: LogicalFlowErrorCode;
  /** Where in the text, if one place is to blame. */
  readonly at: Span | undefined;

  constructor(
    code: LogicalFlowErrorCode,
    message: string,
    options: { readonly at?: Span; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.at = options.at;
  }
}

/** Whether `value` is a {@link LogicalFlowError}. */
export const isLogicalFlowError = (value: unknown): value is LogicalFlowError => value instanceof LogicalFlowError;

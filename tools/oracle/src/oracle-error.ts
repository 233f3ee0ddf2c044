/**
 * Why the real OVN is not to be had.
 * - `wrong-version`: the archive has another release now.
 * - `missing-program`: apt-get or dpkg is not there, or an unpacked folder lacks a program.
 * - `command-failed`: a program that was run failed.
 */
export type OracleErrorCode = 'wrong-version' | 'missing-program' | 'command-failed';

/** The only error of this package. */
export class OracleError extends Error {
  override readonly name = 'OracleError';
  readonly code: OracleErrorCode;

  constructor(code: OracleErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

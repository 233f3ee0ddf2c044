/**
 * Why an operation of this package failed.
 *
 * - `remote`: a remote's text is not `unix:PATH`, `tcp:HOST:PORT` or `ssl:HOST:PORT`
 * - `schema`: a schema, or a type in it, breaks the rules of RFC 7047 §3.2
 * - `unknown table`, `unknown column`: the server's schema has no such name
 * - `value`: a value does not fit the type of its column
 * - `protocol`: the server sent what is not JSON-RPC or not a monitor update
 * - `connection`: no connection, or it broke
 * - `request`: the server answered a request with an error (`tag` is RFC 7047's error string)
 * - `closed`: the client was closed
 */
export type OvsdbErrorCode =
  | 'remote'
  | 'schema'
  | 'unknown table'
  | 'unknown column'
  | 'value'
  | 'protocol'
  | 'connection'
  | 'request'
  | 'closed';

/** What an error is about; only what applies is set. */
export interface OvsdbErrorDetails {
  readonly database?: string;
  readonly table?: string;
  readonly column?: string;
  /** The server's error string (RFC 7047 §3.1), such as `constraint violation` or `unknown database`. */
  readonly tag?: string;
  readonly remote?: string;
  /** The JSON text that was wrong. */
  readonly syntax?: string;
}

/** The one error class of this package. Expected outcomes of a transaction are values ({@link Outcome}), not errors. */
export class OvsdbError extends Error {
  override readonly name = 'OvsdbError';
  readonly code: OvsdbErrorCode;
  readonly details: OvsdbErrorDetails;

  constructor(code: OvsdbErrorCode, message: string, details: OvsdbErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** Is this an error of this package (optionally: with that code)? */
export function isOvsdbError(value: unknown, code?: OvsdbErrorCode): value is OvsdbError {
  return value instanceof OvsdbError && (code === undefined || value.code === code);
}

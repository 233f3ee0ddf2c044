/**
 * Error codes of the specification (SPEC.md §"Error") by the names that this package uses. From 100 on they are a plugin's own;
 * 999 is what libcni's `skel` writes for an error without a code.
 */
export const errorNumbers = {
  'incompatible-version': 1,
  'unsupported-field': 2,
  'unknown-container': 3,
  'invalid-environment': 4,
  'io-failure': 5,
  'decoding-failure': 6,
  'invalid-configuration': 7,
  'try-again-later': 11,
  'not-available': 50,
  'limited-connectivity': 51,
  'check-failed': 100,
  internal: 999,
} as const;

/** Why a CNI operation failed. */
export type ErrorCode = keyof typeof errorNumbers;

/** What a failed plugin writes to its standard output. */
export interface ErrorObject {
  readonly cniVersion: string;
  readonly code: number;
  readonly msg: string;
  readonly details?: string;
}

/** The one error class of this package. `message` is the `msg` of the error object. */
export class CniError extends Error {
  override readonly name = 'CniError';
  readonly code: ErrorCode;
  /** Longer text for a person; not for programs. */
  readonly details: string | undefined;

  constructor(code: ErrorCode, message: string, options: { readonly details?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }
}

/** Whether `value` is a CniError. */
export const isCniError = (value: unknown): value is CniError => value instanceof CniError;

/** The error object for anything that was thrown; what is not a CniError is `internal`, with its causes as details. */
export function errorObject(error: unknown, cniVersion: string): ErrorObject {
  const code = isCniError(error) ? error.code : 'internal';
  const msg = error instanceof Error ? error.message : String(error);
  const details = (isCniError(error) ? error.details : undefined) ?? causes(error);
  return { cniVersion, code: errorNumbers[code], msg, ...(details ? { details } : {}) };
}

function causes(error: unknown): string {
  const texts: string[] = [];
  for (let cause = error instanceof Error ? error.cause : undefined; cause instanceof Error; cause = cause.cause) {
    texts.push(cause.message);
  }
  return texts.join(': ');
}

/** The error object in `text`, or undefined when the text is something else. */
export function parseErrorObject(text: string): ErrorObject | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('code' in value) || !('msg' in value)) return undefined;
  const { code, msg } = value;
  if (typeof code !== 'number' || !Number.isInteger(code) || code <= 0 || typeof msg !== 'string') return undefined;
  const cniVersion = 'cniVersion' in value && typeof value.cniVersion === 'string' ? value.cniVersion : '';
  const details = 'details' in value && typeof value.details === 'string' ? value.details : undefined;
  return { cniVersion, code, msg, ...(details === undefined ? {} : { details }) };
}

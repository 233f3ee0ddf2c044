/**
 * Why something about the host failed: a program that is not installed; a program that said no; output that is not what the
 * program prints in any version we know; a desired state that cannot be.
 */
export type HostErrorCode = 'program-missing' | 'command-failed' | 'unexpected-output' | 'invalid-desired';

/** The one error class of this package. */
export class HostError extends Error {
  override readonly name = 'HostError';
  readonly code: HostErrorCode;

  constructor(code: HostErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `value` is a HostError. */
export const isHostError = (value: unknown): value is HostError => value instanceof HostError;

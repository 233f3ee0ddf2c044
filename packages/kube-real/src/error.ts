export type KubeRealErrorCode =
  /** No binaries, and no way to build them here. */
  | 'unavailable'
  /** The build failed. */
  | 'build'
  /** A program ended, or did not become ready. */
  | 'start';

/** Why there is no real API server; the message says what to do. */
export class KubeRealError extends Error {
  override readonly name = 'KubeRealError';
  readonly code: KubeRealErrorCode;

  constructor(code: KubeRealErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Where this package says what it retries and why; a pino logger is one. */
export interface Log {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** Says nothing. */
export const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

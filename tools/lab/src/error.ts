/** What can go wrong in a lab, as a closed list; `exitCode` of main.ts follows from it. */
export type LabErrorCode =
  | 'BAD_FLAG'
  | 'MISSING_REQUIREMENT'
  | 'COMMAND_FAILED'
  | 'LAB_EXISTS'
  | 'NO_LAB'
  | 'NOT_READY'
  | 'NOT_FOUND'
  | 'API';

/** The one error class of this package. The message names the object, the value and what would be right. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** 2: the caller can put it right (a flag, a missing program); 1: the lab failed. */
export const exitCode = (error: unknown): number =>
  error instanceof LabError && (error.code === 'BAD_FLAG' || error.code === 'MISSING_REQUIREMENT') ? 2 : 1;

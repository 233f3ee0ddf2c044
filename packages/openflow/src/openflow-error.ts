import type { OfpErrorName } from './errors/ofp-error.ts';

/**
 * What kind of failure it is:
 * - `decode`: bytes that are no valid OpenFlow; `ofp` is the error a switch would send, `offset` where it is.
 * - `encode`: a value that the OpenFlow version cannot express.
 * - `parse`: text that ovs-ofctl would refuse, with its words.
 * - `rejected`: the switch answered with an OFPT_ERROR.
 * - `closed`, `timeout`, `negotiation`: the connection.
 */
export type OpenFlowErrorCode = 'decode' | 'encode' | 'parse' | 'rejected' | 'closed' | 'timeout' | 'negotiation';

export interface OpenFlowErrorDetails {
  /** OpenFlow's own name of the error, e.g. `OFPBAC_BAD_LEN`. */
  readonly ofp?: OfpErrorName;
  /** Bytes from the start of the message. */
  readonly offset?: number;
  readonly cause?: unknown;
}

/** The one error class of this package. */
export class OpenFlowError extends Error {
  override readonly name = 'OpenFlowError';
  readonly code: OpenFlowErrorCode;
  readonly ofp: OfpErrorName | undefined;
  readonly offset: number | undefined;

  constructor(code: OpenFlowErrorCode, message: string, details: OpenFlowErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.ofp = details.ofp;
    this.offset = details.offset;
  }
}

/** Makes a `decode` error. */
export function decodeError(ofp: OfpErrorName, offset: number, message: string): OpenFlowError {
  return new OpenFlowError('decode', `${ofp} at offset ${offset}: ${message}`, { ofp, offset });
}

/** Makes a `parse` error with ovs-ofctl's words. */
export function parseError(message: string): OpenFlowError {
  return new OpenFlowError('parse', message);
}

/** Makes an `encode` error. */
export function encodeError(message: string): OpenFlowError {
  return new OpenFlowError('encode', message);
}

/** Whether a thrown value is this package's error, optionally of one code. */
export function isOpenFlowError(value: unknown, code?: OpenFlowErrorCode): value is OpenFlowError {
  return value instanceof OpenFlowError && (code === undefined || value.code === code);
}

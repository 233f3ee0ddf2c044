import type { OfpErrorCode, OfpErrorName } from './errors/ofp-error.ts';
import type { Body } from './messages/message.ts';

/**
 * What kind of failure it is:
 * - `decode`: bytes that are no valid OpenFlow; `ofp` is the error a switch would send, `offset` where it is.
 * - `encode`: a value that the OpenFlow version cannot express.
 * - `parse`: text that ovs-ofctl would refuse, with its words.
 * - `rejected`: the switch answered with an OFPT_ERROR; `rejections` name the messages.
 * - `remote`, `closed`, `timeout`, `negotiation`: the connection.
 * - `ownership`: a flow, group or meter that a flow table may not own.
 */
export type OpenFlowErrorCode =
  | 'decode'
  | 'encode'
  | 'parse'
  | 'rejected'
  | 'remote'
  | 'closed'
  | 'timeout'
  | 'negotiation'
  | 'ownership';

/** A message that the switch refused. */
export interface Rejection {
  /** Place among the messages that were sent together, from 0. */
  readonly index: number;
  readonly xid: number;
  /** OpenFlow's name of the error, where it has one. */
  readonly ofp?: OfpErrorName;
  readonly code: OfpErrorCode;
  /** What the switch sent along: mostly the begin of the message. */
  readonly data: Uint8Array;
  /** The message itself, where it is still known. */
  readonly message?: Body;
}

export interface OpenFlowErrorDetails {
  /** OpenFlow's own name of the error, e.g. `OFPBAC_BAD_LEN`. */
  readonly ofp?: OfpErrorName;
  /** Bytes from the start of the message. */
  readonly offset?: number;
  /** `rejected` only: in the order of the errors. */
  readonly rejections?: readonly Rejection[];
  readonly cause?: unknown;
}

/** The one error class of this package. */
export class OpenFlowError extends Error {
  override readonly name = 'OpenFlowError';
  readonly code: OpenFlowErrorCode;
  readonly ofp: OfpErrorName | undefined;
  readonly offset: number | undefined;
  readonly rejections: readonly Rejection[];

  constructor(code: OpenFlowErrorCode, message: string, details: OpenFlowErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.ofp = details.ofp;
    this.offset = details.offset;
    this.rejections = details.rejections ?? [];
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

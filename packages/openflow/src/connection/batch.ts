import { putFlowMod, putMessage } from '../messages/codec.ts';
import type { Body } from '../messages/message.ts';
import { encodeError } from '../openflow-error.ts';
import type { Writer } from '../wire/writer.ts';

/** What to send: a message without version and xid, which the connection gives. */
export type Request = Body & {
  /** The wire message's name where the type has several, e.g. `NXT_SET_ASYNC_CONFIG2`. */
  readonly name?: string;
  /** A multipart request that goes on in the next message. */
  readonly more?: boolean;
};

/** Messages that are encoded when their turn comes, one after the other. A reconciler's plan is one. */
export interface MessageBatch {
  readonly length: number;
  /** Writes message `index` at the end of the writer. */
  put(writer: Writer, index: number, version: number, xid: number): void;
  /** Message `index`, to name it in an error. */
  message(index: number): Body;
}

/** Writes one message. */
export function putRequest(writer: Writer, request: Request, version: number, xid: number): void {
  if (request.type === 'flow_mod' && request.name === undefined) putFlowMod(writer, request, version, xid);
  else putMessage(writer, { ...request, version, xid });
}

/** A batch of messages as they are. */
export function arrayBatch(requests: readonly Request[]): MessageBatch {
  const at = (index: number): Request => {
    const request = requests[index];
    if (request === undefined) throw encodeError(`there is no message ${index} among ${requests.length}`);
    return request;
  };
  return {
    length: requests.length,
    put: (writer, index, version, xid) => putRequest(writer, at(index), version, xid),
    message: at,
  };
}

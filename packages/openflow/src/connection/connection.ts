import type { Message } from '../messages/message.ts';
import type { OpenFlowError, Rejection } from '../openflow-error.ts';
import type { MessageBatch, Request } from './batch.ts';
import type { PacketIns } from './packet-in-queue.ts';
import type { BundleOptions } from './send.ts';

/** Events of a connection and what they carry. */
export interface ConnectionEvents {
  /** The hello and the set-up messages are sent. `version` is OpenFlow's version byte. */
  connected: { readonly remote: string; readonly version: number };
  /** The connection ended; another attempt follows. What waited for replies was rejected with `error`. */
  disconnected: { readonly remote: string; readonly error: OpenFlowError };
  /** An attempt failed; the next one comes after `delayMs` and a little more by chance. */
  retry: { readonly remote: string; readonly error: OpenFlowError; readonly delayMs: number };
  /** A message that answers nothing: port_status, flow_removed, flow monitor … and packet_in where no queue is open. */
  message: Message;
  /** The switch refused a message that was posted. */
  rejected: Rejection;
  /** A message that is no valid OpenFlow, with a copy of its bytes; the stream goes on behind it. */
  badMessage: { readonly error: OpenFlowError; readonly bytes: Uint8Array };
}

export interface CallOptions {
  /** Gives up; the promise rejects with its reason. What was sent is sent. */
  readonly signal?: AbortSignal;
}

/**
 * One switch, kept connected. While it is not connected, calls reject with {@link OpenFlowError} `closed`; a call that waits when the
 * connection breaks does so too, and what it sent may or may not be in force.
 */
export interface Connection {
  readonly connected: boolean;
  /** OpenFlow's version byte of the current or last session: 4 is 1.3, 6 is 1.5. */
  readonly version: number;
  /** The remote of the current or last session. */
  readonly remote: string;
  on<Event extends keyof ConnectionEvents>(event: Event, listener: (data: ConnectionEvents[Event]) => void): () => void;
  /** Resolves once connected. */
  ready(options?: CallOptions): Promise<void>;
  /** Asks, and gives the reply's one message. Rejects with `rejected` for an OFPT_ERROR, `decode` for a reply that cannot be read. */
  request(request: Request, options?: CallOptions): Promise<Message>;
  /** Asks, and gives all messages of a multipart reply. */
  requestAll(request: Request, options?: CallOptions): Promise<readonly Message[]>;
  /** As {@link requestAll}, but hands over each message's bytes as it comes; they are valid only during the call. */
  requestBytes(request: Request, onPart: (bytes: Uint8Array) => void, options?: CallOptions): Promise<void>;
  /** Resolves when all that was sent before has been carried out. */
  barrier(options?: CallOptions): Promise<void>;
  /** Sends without waiting; gives the xid. A refusal is the event `rejected`. */
  post(request: Request): number;
  /** Sends all and a barrier. Rejects with `rejected`, naming each message that was refused; the others are in force. */
  send(requests: readonly Request[] | MessageBatch, options?: CallOptions): Promise<void>;
  /** Flow mods, group mods, port mods and packet-outs as one bundle: all or none, unless `atomic` is false. Rejects as {@link send}. */
  bundle(requests: readonly Request[] | MessageBatch, options?: BundleOptions): Promise<void>;
  /**
   * Packet-ins as they come, at most `capacity` (1000) of them waiting. A switch sends none to a service connection before
   * `set_config` with a `miss_send_len`: give it in `setup`.
   */
  packetIns(options?: CallOptions & { readonly capacity?: number }): PacketIns;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

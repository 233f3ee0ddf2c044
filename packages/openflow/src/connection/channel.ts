import type { ErrorMessage } from '../messages/basic.ts';
import { decodeMessage } from '../messages/codec.ts';
import type { Body, Message } from '../messages/message.ts';
import { isOpenFlowError, OpenFlowError, type Rejection } from '../openflow-error.ts';
import { Writer } from '../wire/writer.ts';
import { putRequest, type Request } from './batch.ts';
import { MessageFrames } from './message-frames.ts';
import { negotiate, versionName } from './negotiation.ts';
import { rejectedError, rejectionOf } from './rejection.ts';
import type { Stream } from './transport.ts';

/** Who is told what arrives, in its order. Nothing of this may wait. */
export interface ChannelEvents {
  /** The hello is over. */
  negotiated(version: number): void;
  /** A message that answers no request. */
  message(message: Message): void;
  /** A posted message was refused. */
  rejected(rejection: Rejection): void;
  /** A message that cannot be decoded; the stream goes on behind it. `bytes` are a copy. */
  bad(error: OpenFlowError, bytes: Uint8Array): void;
  /** The connection cannot go on. */
  failed(error: OpenFlowError): void;
}

/** Someone who waits for the replies of one xid. */
interface Pending {
  reply(bytes: Uint8Array): void;
  rejected(error: ErrorMessage): void;
  closed(error: OpenFlowError): void;
}

/** Messages without replies whose errors someone wants: xids from `first` on. */
export interface ErrorRange {
  readonly first: number;
  readonly count: number;
  readonly rejected: (index: number, error: ErrorMessage) => void;
}

const TYPE = { hello: 0, error: 1, echoRequest: 2, echoReply: 3, packetIn: 10, portStatus: 12, multipartReply: 19 };
/** Bytes that may wait in the stream before senders do. */
const HIGH_WATER = 1 << 20;
/** How many posted messages are remembered, to name them when an error comes. */
const POSTED = 1024;
const LAST_XID = 0xffffffff;

const wordAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;

/** Packet-in, flow-removed and port-status answer no request, whatever their xid is. */
function mayReply(type: number): boolean {
  return type < TYPE.packetIn || type > TYPE.portStatus;
}

function hasMore(bytes: Uint8Array): boolean {
  return bytes[1] === TYPE.multipartReply && ((bytes[11] ?? 0) & 1) !== 0;
}

/** OpenFlow over one stream: the hello, echo, and who gets which reply. Reading never waits for anyone. */
export class Channel {
  /** OpenFlow's version byte; 0 before the hello is over. */
  version = 0;
  readonly #stream: Stream;
  readonly #versions: readonly number[];
  readonly #events: ChannelEvents;
  readonly #frames: MessageFrames;
  readonly #pending = new Map<number, Pending>();
  readonly #ranges = new Set<ErrorRange>();
  readonly #posted = new Map<number, Body>();
  readonly #drains: (() => void)[] = [];
  #nextXid = 1;
  #closed: OpenFlowError | undefined;

  constructor(stream: Stream, versions: readonly number[], events: ChannelEvents) {
    this.#stream = stream;
    this.#versions = versions;
    this.#events = events;
    this.#frames = new MessageFrames((bytes) => this.#receive(bytes));
  }

  /** Requests wait for their replies. */
  get busy(): boolean {
    return this.#pending.size > 0;
  }

  /** Why nothing can be sent any more. */
  get closed(): OpenFlowError | undefined {
    return this.#closed;
  }

  /** Says hello with every version that is spoken here. */
  start(): void {
    const version = Math.max(...this.#versions);
    this.#write({ type: 'hello', versions: this.#versions }, this.reserve(1), version);
  }

  /** Bytes from the stream. */
  receive(chunk: Uint8Array): void {
    if (this.#closed !== undefined) return;
    try {
      this.#frames.push(chunk);
    } catch (cause) {
      const known = isOpenFlowError(cause) ? cause : undefined;
      this.#events.failed(
        known ?? new OpenFlowError('decode', `the switch sent what is not OpenFlow: ${cause}`, { cause }),
      );
    }
  }

  /** The stream took all that was written. */
  drained(): void {
    for (const resume of this.#drains.splice(0)) resume();
  }

  /** Nothing is received or answered any more; all who wait are told why. */
  stop(error: OpenFlowError): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    const waiting = [...this.#pending.values()];
    this.#pending.clear();
    for (const pending of waiting) pending.closed(error);
    this.drained();
  }

  /** `count` xids in a row; the first is given. */
  reserve(count: number): number {
    if (this.#nextXid + count > LAST_XID) this.#nextXid = 1;
    const first = this.#nextXid;
    this.#nextXid += count;
    return first;
  }

  /** Writes bytes of whole messages. */
  writeBytes(bytes: Uint8Array): void {
    if (this.#closed === undefined) this.#stream.write(bytes);
  }

  /** Resolves when the stream has room for more. Rejects with `closed` or the signal's reason. */
  async writable(signal?: AbortSignal): Promise<void> {
    while (this.#stream.waiting > HIGH_WATER && this.#closed === undefined && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal?.removeEventListener('abort', go);
          resolve();
        };
        this.#drains.push(go);
        signal?.addEventListener('abort', go, { once: true });
      });
    }
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed;
  }

  /** Hears the errors of some xids until the result is called. */
  listen(range: ErrorRange): () => void {
    this.#ranges.add(range);
    return () => this.#ranges.delete(range);
  }

  /** Sends what is not answered; an error of it is an event. Gives its xid. */
  post(request: Request): number {
    if (this.#closed !== undefined) throw this.#closed;
    const xid = this.reserve(1);
    this.#write(request, xid, this.version);
    if (this.#posted.size >= POSTED) {
      const [oldest] = this.#posted.keys();
      if (oldest !== undefined) this.#posted.delete(oldest);
    }
    this.#posted.set(xid, request);
    return xid;
  }

  /**
   * Sends, and resolves after the last part of the reply; `onReply` gets each part's bytes, valid only during the call. Rejects with
   * `rejected` for an OFPT_ERROR, with what `onReply` threw, with `closed`, or with the signal's reason; the reply is passed over then.
   */
  request(request: Request, onReply: (bytes: Uint8Array) => void, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#closed !== undefined) throw this.#closed;
      const xid = this.reserve(1);
      this.#write(request, xid, this.version);
      let failure: { readonly error: unknown } | undefined;
      const abort = (): void => {
        failure = { error: signal?.reason };
        reject(signal?.reason);
      };
      const settle = (): void => {
        signal?.removeEventListener('abort', abort);
        this.#pending.delete(xid);
        if (failure === undefined) resolve();
        else reject(failure.error);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#pending.set(xid, {
        reply: (bytes) => {
          if (failure === undefined) {
            try {
              onReply(bytes);
            } catch (error) {
              failure = { error };
            }
          }
          if (!hasMore(bytes)) settle();
        },
        rejected: (error) => {
          failure ??= { error: rejectedError([rejectionOf(error, xid, 0, request)]) };
          settle();
        },
        closed: (error) => {
          failure ??= { error };
          settle();
        },
      });
    });
  }

  /** An inactivity probe: that something comes back is all that counts. */
  probe(): void {
    if (this.version !== 0) this.#write({ type: 'echo_request', data: new Uint8Array() }, 0, this.version);
  }

  #write(request: Request, xid: number, version: number): void {
    const writer = new Writer();
    putRequest(writer, request, version, xid);
    this.writeBytes(writer.slice());
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed !== undefined) return;
    const type = bytes[1] ?? 0;
    const xid = wordAt(bytes, 4);
    if (type === TYPE.echoRequest) this.#answerEcho(bytes);
    else if (this.version === 0) this.#negotiate(bytes);
    else if (type === TYPE.error) this.#rejected(bytes, xid);
    else {
      const pending = mayReply(type) ? this.#pending.get(xid) : undefined;
      if (pending !== undefined) pending.reply(bytes);
      else if (type !== TYPE.echoReply && type !== TYPE.hello) this.#unsolicited(bytes);
    }
  }

  #answerEcho(bytes: Uint8Array): void {
    const reply = bytes.slice();
    reply[1] = TYPE.echoReply;
    this.writeBytes(reply);
  }

  /** A message, or undefined where it is none: that is told. */
  #decode(bytes: Uint8Array): Message | undefined {
    try {
      return decodeMessage(bytes);
    } catch (error) {
      if (!isOpenFlowError(error)) throw error;
      this.#events.bad(error, bytes.slice());
      return undefined;
    }
  }

  #unsolicited(bytes: Uint8Array): void {
    const message = this.#decode(bytes);
    if (message !== undefined) this.#events.message(message);
  }

  #negotiate(bytes: Uint8Array): void {
    const message = this.#decode(bytes);
    if (message?.type === 'error') {
      const why = new TextDecoder().decode(message.data);
      this.#events.failed(
        new OpenFlowError('negotiation', `the switch refuses the hello: ${message.ofp ?? 'an error'}: ${why}`),
      );
      return;
    }
    if (message?.type !== 'hello') {
      this.#events.failed(new OpenFlowError('negotiation', 'the first message of the switch is no hello'));
      return;
    }
    const version = negotiate(this.#versions, message);
    if (version !== undefined) {
      this.version = version;
      this.#events.negotiated(version);
      return;
    }
    const ours = this.#versions.map(versionName).join(', ');
    const theirs = message.versions?.map(versionName).join(', ') ?? `up to ${versionName(message.version)}`;
    const why = `the switch speaks ${theirs}; here it is ${ours}`;
    // OFPHFC_INCOMPATIBLE, in the version that the switch understands.
    const code = { vendor: 0, type: 0, code: 0 };
    this.#write({ type: 'error', code, data: new TextEncoder().encode(why) }, message.xid, message.version);
    this.#events.failed(new OpenFlowError('negotiation', why));
  }

  #rejected(bytes: Uint8Array, xid: number): void {
    const error = this.#decode(bytes);
    if (error?.type !== 'error') return;
    const pending = this.#pending.get(xid);
    if (pending !== undefined) {
      pending.rejected(error);
      return;
    }
    for (const range of this.#ranges) {
      if (xid < range.first || xid >= range.first + range.count) continue;
      range.rejected(xid - range.first, error);
      return;
    }
    this.#events.rejected(rejectionOf(error, xid, 0, this.#posted.get(xid)));
  }
}

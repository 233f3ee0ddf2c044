import { decodeMessage } from '../messages/codec.ts';
import type { Message } from '../messages/message.ts';
import { OpenFlowError } from '../openflow-error.ts';
import { arrayBatch, type MessageBatch, type Request } from './batch.ts';
import type { Channel } from './channel.ts';
import type { CallOptions, Connection, ConnectionEvents } from './connection.ts';
import { Connector, type ConnectorOptions } from './connector.ts';
import { Listeners } from './listeners.ts';
import { PacketInQueue, type PacketIns } from './packet-in-queue.ts';
import type { Remote } from './remote.ts';
import { type BundleOptions, sendBatch, sendBundle } from './send.ts';

const DEFAULT_CAPACITY = 1000;

function batchOf(requests: readonly Request[] | MessageBatch): MessageBatch {
  return 'put' in requests ? requests : arrayBatch(requests);
}

/** The connection over a connector: whatever connection is up now, its channel carries the calls. */
export class SwitchConnection implements Connection {
  readonly listeners = new Listeners<ConnectionEvents>();
  version = 0;
  remote = '';
  readonly #connector: Connector;
  readonly #setup: readonly Request[];
  readonly #queues = new Set<PacketInQueue>();
  /** Told when it is closed. */
  readonly #waiting = new Set<() => void>();
  #channel: Channel | undefined;
  #nextBundle = 1;
  #closed = false;

  constructor(options: ConnectorOptions, setup: readonly Request[]) {
    this.#setup = setup;
    this.#connector = new Connector(options, {
      up: (channel, remote) => this.#up(channel, remote),
      down: (remote, error, delayMs, wasUp) => this.#down(remote, error, delayMs, wasUp),
      message: (message) => this.#message(message),
      rejected: (rejection) => this.listeners.emit('rejected', rejection),
      bad: (error, bytes) => this.listeners.emit('badMessage', { error, bytes }),
    });
  }

  get connected(): boolean {
    return this.#channel !== undefined;
  }

  start(): void {
    this.#connector.start();
  }

  on<Event extends keyof ConnectionEvents>(
    event: Event,
    listener: (data: ConnectionEvents[Event]) => void,
  ): () => void {
    return this.listeners.on(event, listener);
  }

  ready({ signal }: CallOptions = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#closed) throw this.#notConnected();
      if (this.connected) {
        resolve();
        return;
      }
      const stop = this.on('connected', () => {
        done();
        resolve();
      });
      const abort = (): void => {
        done();
        reject(signal?.reason);
      };
      const closed = (): void => {
        done();
        reject(this.#notConnected());
      };
      const done = (): void => {
        stop();
        this.#waiting.delete(closed);
        signal?.removeEventListener('abort', abort);
      };
      this.#waiting.add(closed);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  async request(request: Request, options: CallOptions = {}): Promise<Message> {
    const [first] = await this.requestAll(request, options);
    if (first === undefined) throw new OpenFlowError('decode', `${request.type} was answered by nothing`);
    return first;
  }

  async requestAll(request: Request, options: CallOptions = {}): Promise<readonly Message[]> {
    const parts: Message[] = [];
    await this.requestBytes(request, (bytes) => parts.push(decodeMessage(bytes)), options);
    return parts;
  }

  async requestBytes(
    request: Request,
    onPart: (bytes: Uint8Array) => void,
    { signal }: CallOptions = {},
  ): Promise<void> {
    await this.#session().request(request, onPart, signal);
  }

  async barrier({ signal }: CallOptions = {}): Promise<void> {
    await this.#session().request({ type: 'barrier_request' }, () => undefined, signal);
  }

  post(request: Request): number {
    return this.#session().post(request);
  }

  async send(requests: readonly Request[] | MessageBatch, { signal }: CallOptions = {}): Promise<void> {
    await sendBatch(this.#session(), batchOf(requests), signal);
  }

  async bundle(requests: readonly Request[] | MessageBatch, options: BundleOptions = {}): Promise<void> {
    await sendBundle(this.#session(), batchOf(requests), this.#nextBundle++, options);
  }

  packetIns({ capacity = DEFAULT_CAPACITY, signal }: CallOptions & { capacity?: number } = {}): PacketIns {
    signal?.throwIfAborted();
    const queue = new PacketInQueue(capacity, (ended) => {
      this.#queues.delete(ended);
      signal?.removeEventListener('abort', end);
    });
    const end = (): void => queue.end();
    signal?.addEventListener('abort', end, { once: true });
    if (this.#closed) queue.end();
    else this.#queues.add(queue);
    return queue;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#channel = undefined;
    this.#connector.stop(new OpenFlowError('closed', 'the connection was closed here'));
    for (const closed of [...this.#waiting]) closed();
    for (const queue of [...this.#queues]) queue.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #session(): Channel {
    if (this.#channel === undefined) throw this.#notConnected();
    return this.#channel;
  }

  #notConnected(): OpenFlowError {
    const how = this.#closed ? 'was closed' : 'is not up; ready() waits for it';
    return new OpenFlowError('closed', `the connection to ${this.remote || 'the switch'} ${how}`);
  }

  #up(channel: Channel, remote: Remote): void {
    this.version = channel.version;
    this.remote = remote.text;
    this.#channel = channel;
    for (const request of this.#setup) channel.post(request);
    this.listeners.emit('connected', { remote: remote.text, version: channel.version });
  }

  #down(remote: Remote, error: OpenFlowError, delayMs: number, wasUp: boolean): void {
    this.#channel = undefined;
    if (wasUp) this.listeners.emit('disconnected', { remote: remote.text, error });
    this.listeners.emit('retry', { remote: remote.text, error, delayMs });
  }

  #message(message: Message): void {
    if (message.type !== 'packet_in' || this.#queues.size === 0) this.listeners.emit('message', message);
    else for (const queue of this.#queues) queue.push(message);
  }
}

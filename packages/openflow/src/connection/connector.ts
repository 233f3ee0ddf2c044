import { OpenFlowError } from '../openflow-error.ts';
import { Channel, type ChannelEvents } from './channel.ts';
import { Reconnect } from './reconnect.ts';
import type { Remote } from './remote.ts';
import type { Clock, Stream, TlsOptions, Transport } from './transport.ts';

export interface ConnectorOptions {
  readonly remotes: readonly Remote[];
  readonly versions: readonly number[];
  readonly tls: TlsOptions | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  /** As Math.random. */
  readonly random: () => number;
  readonly probeIntervalMs: number;
  readonly connectTimeoutMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
}

export interface ConnectorEvents extends Pick<ChannelEvents, 'message' | 'rejected' | 'bad'> {
  /** The hello is over. */
  up(channel: Channel, remote: Remote): void;
  /** The stream is gone, or none could be opened, or the hello failed; the next attempt comes after `delayMs`. */
  down(remote: Remote, error: OpenFlowError, delayMs: number, wasUp: boolean): void;
}

/** Waiting is lengthened by up to this part of it, so that the clients of a restarted switch do not come all at once. */
const JITTER = 0.25;
/** A switch at work on a request may be silent for so many probe intervals: it answers in order, a large bundle takes it long. */
const BUSY_PATIENCE = 6;

interface Attempt {
  readonly remote: Remote;
  readonly stream: Stream;
  readonly channel: Channel;
}

/** Keeps one connection up: one remote after the other, with back-off, probing it while it is silent. */
export class Connector {
  readonly #options: ConnectorOptions;
  readonly #events: ConnectorEvents;
  readonly #fsm: Reconnect;
  #turn = 0;
  #current: Attempt | undefined;
  #cancelTimer: (() => void) | undefined;
  #lastTick: number;

  constructor(options: ConnectorOptions, events: ConnectorEvents) {
    const { clock, remotes, probeIntervalMs, connectTimeoutMs, minBackoffMs, maxBackoffMs } = options;
    this.#options = options;
    this.#events = events;
    this.#lastTick = clock.now();
    const settings = { probeIntervalMs, connectTimeoutMs, minBackoffMs, maxBackoffMs, freeTries: remotes.length };
    this.#fsm = new Reconnect(this.#lastTick, settings);
  }

  start(): void {
    this.#fsm.enable(this.#options.clock.now());
    this.#schedule();
  }

  stop(error: OpenFlowError): void {
    this.#fsm.disable(this.#options.clock.now());
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const current = this.#current;
    this.#current = undefined;
    current?.stream.destroy();
    current?.channel.stop(error);
  }

  #tick(): void {
    const now = this.#options.clock.now();
    // Between the last tick and this one the event loop has looked for input.
    this.#fsm.receiveAttempted(this.#lastTick);
    this.#lastTick = now;
    this.#bePatient();
    switch (this.#fsm.run(now)) {
      case 'connect':
        this.#open(now);
        break;
      case 'probe':
        this.#current?.channel.probe();
        break;
      case 'disconnect':
        this.#drop(new OpenFlowError('timeout', this.#silence()));
        return;
      case undefined:
        break;
    }
    this.#schedule();
  }

  #bePatient(): void {
    const patience = this.#current?.channel.busy === true ? BUSY_PATIENCE : 1;
    this.#fsm.settings.probeIntervalMs = this.#options.probeIntervalMs * patience;
  }

  #silence(): string {
    const name = this.#current?.remote.text ?? 'the switch';
    return this.#fsm.state === 'idle'
      ? `${name} did not answer an inactivity probe`
      : `connecting to ${name} and its hello took longer than ${this.#fsm.settings.connectTimeoutMs} ms`;
  }

  #schedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { clock, random } = this.#options;
    const wait = this.#fsm.timeout(clock.now());
    if (wait === Infinity) return;
    const extra = this.#fsm.state === 'backoff' ? wait * JITTER * random() : 0;
    this.#cancelTimer = clock.after(Math.ceil(wait + extra), () => this.#tick());
  }

  #open(now: number): void {
    const { clock, transport, tls, remotes, versions } = this.#options;
    const remote = remotes[this.#turn++ % remotes.length];
    if (remote === undefined) return;
    this.#fsm.connecting(now);
    const isCurrent = (): boolean => this.#current?.stream === stream;
    const stream = transport.open(remote, tls, {
      opened: () => channel.start(),
      data: (chunk) => {
        this.#fsm.activity(clock.now());
        channel.receive(chunk);
      },
      drained: () => {
        this.#fsm.activity(clock.now());
        channel.drained();
      },
      closed: (cause) => {
        if (!isCurrent()) return;
        const how = cause === undefined ? ' was closed by the switch' : `: ${cause.message}`;
        this.#drop(new OpenFlowError('closed', `the connection to ${remote.text}${how}`, { cause }));
      },
    });
    const { message, rejected, bad } = this.#events;
    const channel: Channel = new Channel(stream, versions, {
      ...{ message, rejected, bad },
      negotiated: () => {
        this.#fsm.connected(clock.now());
        this.#schedule();
        this.#events.up(channel, remote);
      },
      failed: (error) => {
        if (isCurrent()) this.#drop(error);
      },
    });
    this.#current = { remote, stream, channel };
  }

  #drop(error: OpenFlowError): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    const wasUp = current.channel.version !== 0;
    current.stream.destroy();
    const now = this.#options.clock.now();
    this.#fsm.disconnected(now);
    this.#schedule();
    current.channel.stop(error);
    this.#events.down(current.remote, error, this.#fsm.timeout(now), wasUp);
  }
}

import { OvsdbError } from './error.ts';
import { Reconnect } from './reconnect.ts';
import type { Remote } from './remote.ts';
import { Rpc, type RpcEvents } from './rpc.ts';
import type { Clock, Stream, TlsOptions, Transport } from './transport.ts';

export interface ConnectorOptions {
  readonly remotes: readonly Remote[];
  readonly tls: TlsOptions | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  /** As Math.random. */
  readonly random: () => number;
  readonly probeIntervalMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
}

export interface ConnectorEvents {
  /** A stream is open: gives what is to be told of its messages. */
  up(rpc: Rpc, remote: Remote): void;
  notification: RpcEvents['notification'];
  /** The stream is gone, or none could be opened; the next attempt comes after `delayMs`. */
  down(remote: Remote, error: OvsdbError, delayMs: number): void;
}

/** Waiting is lengthened by up to this part of it, so that the clients of a restarted server do not come all at once. */
const jitter = 0.25;

/** The longest probe interval that a server's silence before the first image leads to. */
const mostPatientMs = 120_000;

/** Keeps one connection up: one remote after the other, with back-off, probing it while it is silent. */
export class Connector {
  private readonly options: ConnectorOptions;
  private readonly events: ConnectorEvents;
  private readonly fsm: Reconnect;
  private readonly remotes: readonly Remote[];
  private turn = 0;
  private current: { readonly remote: Remote; readonly stream: Stream; readonly rpc: Rpc } | undefined;
  private cancelTimer: (() => void) | undefined;
  private lastTick: number;
  private isSettled = false;

  constructor(options: ConnectorOptions, events: ConnectorEvents) {
    this.options = options;
    this.events = events;
    const { clock, probeIntervalMs, minBackoffMs, maxBackoffMs, remotes, random } = options;
    this.lastTick = clock.now();
    this.fsm = new Reconnect(this.lastTick, {
      probeIntervalMs,
      minBackoffMs,
      maxBackoffMs,
      backoffFreeTries: remotes.length,
    });
    this.remotes = shuffled(remotes, random);
  }

  start(): void {
    this.fsm.enable(this.options.clock.now());
    this.schedule();
  }

  stop(): void {
    this.fsm.disable(this.options.clock.now());
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.current?.rpc.stop();
    this.current?.stream.destroy();
    this.current = undefined;
  }

  /** Leave this server for the next remote. `free`: all remotes are tried once before any waiting. */
  leave(error: OvsdbError, free: boolean): void {
    if (free) this.fsm.settings.backoffFreeTries = this.remotes.length + 1;
    this.drop(error);
  }

  /** The session on this connection does what it is for. */
  settled(): void {
    this.isSettled = true;
    const { settings } = this.fsm;
    if (settings.probeIntervalMs === this.options.probeIntervalMs) return;
    settings.probeIntervalMs = this.options.probeIntervalMs;
    this.schedule();
  }

  private tick(): void {
    const now = this.options.clock.now();
    // Between the last tick and this one the event loop has looked for input.
    this.fsm.receiveAttempted(this.lastTick);
    this.lastTick = now;
    switch (this.fsm.run(now)) {
      case 'connect':
        this.open(now);
        break;
      case 'probe':
        this.current?.rpc.probe();
        break;
      case 'disconnect':
        this.bePatient();
        this.drop(new OvsdbError('connection', this.silence(), { remote: this.current?.remote.text ?? '' }));
        return;
      case undefined:
        break;
    }
    this.schedule();
  }

  /**
   * A server that puts together the first image of a large database answers no probes meanwhile. Were it left for that, the
   * next attempt would end the same way.
   */
  private bePatient(): void {
    const { settings, state } = this.fsm;
    if (state === 'idle' && !this.isSettled)
      settings.probeIntervalMs = Math.min(settings.probeIntervalMs * 2, mostPatientMs);
  }

  private silence(): string {
    const { text } = this.current?.remote ?? { text: 'the server' };
    return this.fsm.state === 'idle'
      ? `${text} did not answer an inactivity probe`
      : `connecting to ${text} took too long`;
  }

  private schedule(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const { clock, random } = this.options;
    const wait = this.fsm.timeout(clock.now());
    if (wait === Infinity) return;
    const extra = this.fsm.state === 'backoff' ? wait * jitter * random() : 0;
    this.cancelTimer = clock.after(Math.ceil(wait + extra), () => this.tick());
  }

  private open(now: number): void {
    const remote = this.remotes[this.turn++ % this.remotes.length];
    if (!remote) return;
    const { clock, transport, tls } = this.options;
    this.fsm.connecting(now);
    this.isSettled = false;
    const stream = transport.open(remote, tls, {
      opened: () => {
        this.fsm.connectedNow(clock.now());
        this.schedule();
        this.events.up(rpc, remote);
      },
      data: (chunk) => {
        this.fsm.activity(clock.now());
        rpc.receive(chunk);
      },
      closed: (cause) => {
        if (this.current?.stream !== stream) return;
        const how = cause ? `: ${cause.message}` : ' was closed by the server';
        this.drop(
          new OvsdbError('connection', `the connection to ${remote.text}${how}`, { remote: remote.text }, { cause }),
        );
      },
    });
    const rpc = new Rpc(stream, {
      notification: (method, params) => this.events.notification(method, params),
      failed: (error) => this.drop(error),
    });
    this.current = { remote, stream, rpc };
  }

  private drop(error: OvsdbError): void {
    const { current } = this;
    if (!current) return;
    this.current = undefined;
    current.rpc.stop();
    current.stream.destroy();
    const now = this.options.clock.now();
    this.fsm.disconnected(now);
    this.schedule();
    this.events.down(current.remote, error, this.fsm.timeout(now));
  }
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

import { OpenFlowError } from '../openflow-error.ts';
import type { Request } from './batch.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import { SUPPORTED_VERSIONS } from './negotiation.ts';
import { nodeTransport, systemClock } from './node-transport.ts';
import { parseRemote } from './remote.ts';
import { SwitchConnection } from './switch-connection.ts';
import type { Clock, TlsOptions, Transport } from './transport.ts';

export interface ConnectOptions {
  /** `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`; tried in their order. */
  readonly remotes: readonly string[];
  /** OpenFlow version bytes to offer, of 4 (1.3), 5 (1.4) and 6 (1.5); all by default. The highest that both speak is used. */
  readonly versions?: readonly number[];
  /** Sent after each hello, before anything else: `set_config`, `set_packet_in_format`, `set_controller_id`, `role_request` … */
  readonly setup?: readonly Request[];
  /** Send an echo after this many milliseconds of silence, hang up after as many more. Default 5000; 0 never. Six times as long while a reply is awaited. */
  readonly probeIntervalMs?: number;
  /** How long opening and the hello may take. Default 5000. */
  readonly connectTimeoutMs?: number;
  /** Wait between attempts: from `minMs` (1000), doubling to `maxMs` (8000), and up to a quarter more by chance. */
  readonly backoff?: { readonly minMs?: number; readonly maxMs?: number };
  readonly tls?: TlsOptions;
  /** Listeners that are there before the first connection. */
  readonly on?: { readonly [Event in keyof ConnectionEvents]?: (data: ConnectionEvents[Event]) => void };
  /** Gives up connecting; later, closes the connection. */
  readonly signal?: AbortSignal;
  /** In place of sockets, time and chance of this process. */
  readonly transport?: Transport;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const EVENTS = ['connected', 'disconnected', 'retry', 'message', 'rejected', 'badMessage'] as const;

function checkedVersions(versions: readonly number[]): readonly number[] {
  const strange = versions.find((version) => !SUPPORTED_VERSIONS.includes(version));
  if (versions.length > 0 && strange === undefined) return [...versions].sort((a, b) => a - b);
  const given = versions.length === 0 ? 'no version' : `version byte ${strange}`;
  throw new OpenFlowError('negotiation', `${given} was given to offer: use 4 (OpenFlow 1.3), 5 (1.4) and 6 (1.5)`);
}

/**
 * Connects, and resolves after the hello. Tries for ever; the signal gives up (the promise then rejects with its reason). Throws
 * {@link OpenFlowError} `remote` at a remote that cannot be read and `negotiation` at versions that are not spoken here.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { signal, backoff, on = {} } = options;
  signal?.throwIfAborted();
  if (options.remotes.length === 0) throw new OpenFlowError('remote', 'no remotes were given');
  const connection = new SwitchConnection(
    {
      remotes: options.remotes.map(parseRemote),
      versions: checkedVersions(options.versions ?? SUPPORTED_VERSIONS),
      tls: options.tls,
      transport: options.transport ?? nodeTransport,
      clock: options.clock ?? systemClock,
      random: options.random ?? Math.random,
      probeIntervalMs: options.probeIntervalMs ?? 5000,
      connectTimeoutMs: options.connectTimeoutMs ?? 5000,
      minBackoffMs: backoff?.minMs ?? 1000,
      maxBackoffMs: backoff?.maxMs ?? 8000,
    },
    options.setup ?? [],
  );
  const listen = <Event extends keyof ConnectionEvents>(event: Event): void => {
    const listener = on[event];
    if (listener !== undefined) connection.on(event, listener);
  };
  for (const event of EVENTS) listen(event);
  signal?.addEventListener('abort', () => void connection.close(), { once: true });
  connection.start();
  try {
    await connection.ready(signal === undefined ? {} : { signal });
  } catch (error) {
    await connection.close();
    throw signal?.aborted ? signal.reason : error;
  }
  return connection;
}

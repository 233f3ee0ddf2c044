import type { ClientEvents, DynamicTables, OvsdbClient } from './client.ts';
import type { Condition } from './condition.ts';
import { OvsdbError } from './error.ts';
import { nodeTransport, systemClock } from './node-transport.ts';
import { parseRemote } from './remote.ts';
import { ReplicaClient } from './replica-client.ts';
import type { Clock, TlsOptions, Transport } from './transport.ts';

/** What to replicate of a table: all columns where none are named, all rows where no condition is. */
export type TableSelection =
  | readonly string[]
  | { readonly columns?: readonly string[]; readonly where?: readonly Condition[] };

export interface ConnectOptions {
  /** `unix:PATH`, `tcp:HOST:PORT`, `ssl:HOST:PORT`; tried in random order. */
  readonly remotes: readonly string[];
  readonly database: string;
  /** Without it, every table and column. */
  readonly tables?: { readonly [table: string]: TableSelection };
  /** Of a cluster, use the leader only (default true). With false, any server that is in the cluster. */
  readonly leaderOnly?: boolean;
  /** Send an echo after this many milliseconds without a message, hang up after as many more. Default 5000; 0 never. */
  readonly probeIntervalMs?: number;
  /** Wait between attempts: from `minMs` (1000), doubling to `maxMs` (8000), and up to a quarter more by chance. */
  readonly backoff?: { readonly minMs?: number; readonly maxMs?: number };
  readonly tls?: TlsOptions;
  /** Listeners that are there before the first connection. */
  readonly on?: { readonly [Event in keyof ClientEvents]?: (data: ClientEvents[Event]) => void };
  /** Gives up connecting; later, closes the client. */
  readonly signal?: AbortSignal;
  /** In place of sockets, time and chance of this process. */
  readonly transport?: Transport;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/**
 * Connect, replicate, and resolve once the replica is in sync. Tries for ever; the signal gives up (the promise then rejects
 * with its reason). Throws {@link OvsdbError} `remote` at a remote that cannot be read.
 */
export async function connect<Tables extends object = DynamicTables>(
  options: ConnectOptions,
): Promise<OvsdbClient<Tables>> {
  const { signal, tables, backoff } = options;
  signal?.throwIfAborted();
  if (options.remotes.length === 0)
    throw new OvsdbError('remote', 'no remotes were given', { database: options.database });
  const selections = tables && Object.entries(tables);
  const client = new ReplicaClient<Tables>({
    remotes: options.remotes.map(parseRemote),
    database: options.database,
    wanted: selections && new Map(selections.map(([table, selection]) => [table, columnsOf(selection)])),
    conditions: new Map(selections?.flatMap(([table, selection]) => whereOf(table, selection))),
    leaderOnly: options.leaderOnly ?? true,
    probeIntervalMs: options.probeIntervalMs ?? 5000,
    minBackoffMs: backoff?.minMs ?? 1000,
    maxBackoffMs: backoff?.maxMs ?? 8000,
    tls: options.tls,
    transport: options.transport ?? nodeTransport,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  });
  listen(client, options.on ?? {});
  signal?.addEventListener('abort', () => void client.close(), { once: true });
  client.start();
  try {
    await client.inSync(signal);
  } catch (error) {
    await client.close();
    throw signal?.aborted ? signal.reason : error;
  }
  return client;
}

function isColumns(selection: TableSelection): selection is readonly string[] {
  return Array.isArray(selection);
}

function columnsOf(selection: TableSelection): readonly string[] | undefined {
  return isColumns(selection) ? selection : selection.columns;
}

function whereOf(table: string, selection: TableSelection): readonly [string, readonly Condition[]][] {
  return !isColumns(selection) && selection.where ? [[table, selection.where]] : [];
}

function listen<Tables extends object>(client: ReplicaClient<Tables>, on: NonNullable<ConnectOptions['on']>): void {
  const add = <Event extends keyof ClientEvents>(event: Event): void => {
    const listener = on[event];
    if (listener) client.listeners.on(event, listener);
  };
  for (const event of [
    'connected',
    'disconnected',
    'retry',
    'resynced',
    'schemaChanged',
    'lock',
    'inconsistent',
  ] as const)
    add(event);
}

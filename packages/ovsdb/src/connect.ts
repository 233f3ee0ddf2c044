import type { ClientEvents, DynamicTables, OvsdbClient } from './client.ts';
import type { Condition } from './condition.ts';
import { OvsdbError } from './error.ts';

/** What to replicate of a table: all columns where none are named, all rows where no condition is. */
export type TableSelection =
  | readonly string[]
  | { readonly columns?: readonly string[]; readonly where?: readonly Condition[] };

/** Keys and certificates for `ssl:` remotes, as PEM text. */
export interface TlsOptions {
  readonly privateKey?: string;
  readonly certificate?: string;
  /** The authority that signed the server's certificate. As in OVS, the chain is verified and host names are not. */
  readonly caCertificate: string;
}

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
  readonly backoff?: { readonly minMs?: number; readonly maxMs?: number };
  readonly tls?: TlsOptions;
  /** Listeners that are there before the first connection. */
  readonly on?: { readonly [Event in keyof ClientEvents]?: (data: ClientEvents[Event]) => void };
  /** Gives up connecting; later, closes the client. */
  readonly signal?: AbortSignal;
}

/** Connect, replicate, and resolve once the replica is in sync. Tries for ever; a signal gives up. */
export function connect<Tables extends object = DynamicTables>(options: ConnectOptions): Promise<OvsdbClient<Tables>> {
  return Promise.reject(new OvsdbError('closed', `connecting to ${options.database} is not written yet`));
}

import type { Graph, Table } from '@ovnkube/incremental';
import type { Log } from '@ovnkube/kube';
import { type Database, type DesiredRow, formatProblem, type RowReconciler, reconcileRows } from '@ovnkube/ovn-db';
import { connect, type OvsdbClient } from '@ovnkube/ovsdb';

/** What is replicated of Open_vSwitch. Statistics and states, which change every few seconds, are not. */
const replicated = {
  Open_vSwitch: ['external_ids', 'other_config', 'bridges'],
  Bridge: ['name', 'ports', 'fail_mode', 'datapath_type'],
  Port: ['name', 'interfaces'],
  Interface: ['name', 'type', 'mac', 'mtu_request', 'ofport', 'error', 'external_ids'],
} as const;

/** A replica of a database that says in the log when it is away. Tries until it is there or the signal aborts. */
export function connectLogged(
  options: {
    readonly remote: string;
    readonly database: string;
    readonly tables: { readonly [table: string]: readonly string[] | object };
  },
  log: Log,
  signal: AbortSignal,
): Promise<OvsdbClient> {
  const { remote, database, tables } = options;
  return connect({
    remotes: remote.split(','),
    database,
    tables,
    signal,
    on: {
      retry: ({ error, delayMs }) =>
        log.warn({ database, remote, delayMs }, `no connection to ${database}: ${error.message}`),
      disconnected: ({ error }) => log.warn({ database, remote }, `connection to ${database} lost: ${error.message}`),
      connected: () => log.info({ database, remote }, `connected to ${database}`),
    },
  });
}

export const connectSwitch = (remote: string, log: Log, signal: AbortSignal): Promise<OvsdbClient> =>
  connectLogged({ remote, database: 'Open_vSwitch', tables: replicated }, log, signal);

/** Keeps the rows that make this host a node. Nothing else in the database is ours, so nothing is ever deleted. */
export function reconcileSwitch(database: Database, desired: Table<DesiredRow>, graph: Graph, log: Log): RowReconciler {
  return reconcileRows({
    database,
    desired,
    graph,
    tables: Object.keys(replicated),
    owns: () => false,
    comment: 'ovnkube-node-agent',
    onProblem: (problem) => log.warn({ problem }, formatProblem(problem)),
  });
}

/** The host's name as a chassis: what Open_vSwitch has, as ovs-ctl writes it at the machine's first start. */
export function systemId(database: OvsdbClient): string | undefined {
  for (const row of database.table('Open_vSwitch').rows()) {
    const ids = row['external_ids'];
    if (typeof ids !== 'object' || Array.isArray(ids)) continue;
    const id: unknown = Reflect.get(ids, 'system-id');
    if (typeof id === 'string' && id !== '') return id;
  }
  return undefined;
}

import type { Graph, Table } from '@ovnkube/incremental';
import type { Log } from '@ovnkube/kube';
import { type DesiredRow, formatProblem, type RowReconciler, reconcileRows } from '@ovnkube/ovn-db';
import type { OvsdbClient } from '@ovnkube/ovsdb';
import { northboundTables, southboundTables, topology, topologyOwns } from '@ovnkube/topology';
import type { AgentConfig } from '../config.ts';
import type { Kubernetes } from '../kubernetes.ts';
import { connectLogged } from '../node/switch-database.ts';

/** This node's zone: its rows of both OVN databases follow the Kubernetes objects. */
export interface Zone {
  /** Resolves once everything that is known now is in the databases. */
  converged(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Connects to the zone's databases and keeps its rows in them. */
export async function startZone(
  graph: Graph,
  kubernetes: Kubernetes,
  config: AgentConfig,
  log: Log,
  signal: AbortSignal,
): Promise<Zone> {
  const { network, gatewayMode, mtu, node } = config;
  const { northbound, southbound, pending } = topology(graph, kubernetes, { network, zone: node, gatewayMode, mtu });
  pending.subscribe(
    ({ changes }) => {
      for (const { new: entry } of changes.values())
        if (entry) log.info({ ...entry }, `${entry.object} waits: ${entry.reason}`);
    },
    { initial: true },
  );
  const sides = await Promise.all([
    reconciled('OVN_Northbound', config.nb, northboundTables, northbound),
    reconciled('OVN_Southbound', config.sb, southboundTables, southbound),
  ]);
  return {
    converged: async (until) => {
      await Promise.all(sides.map(({ reconciler }) => reconciler.converged(until)));
    },
    async close() {
      for (const { reconciler } of sides) reconciler.stop();
      await Promise.all(sides.map(({ client }) => client.close()));
    },
  };

  async function reconciled(
    database: string,
    remote: string,
    names: readonly string[],
    desired: Table<DesiredRow>,
  ): Promise<{ readonly client: OvsdbClient; readonly reconciler: RowReconciler }> {
    const tables = Object.fromEntries(names.map((name) => [name, {}]));
    const client = await connectLogged({ remote, database, tables }, log, signal);
    const reconciler = reconcileRows({
      database: client,
      desired,
      graph,
      tables: names,
      owns: topologyOwns(network),
      comment: 'ovnkube-node-agent',
      onProblem: (problem) => log.warn({ problem }, formatProblem(problem)),
      onRetry: ({ reason, delayMs }) => log.info({ database, delayMs }, `writing ${database} again: ${reason}`),
    });
    return { client, reconciler };
  }
}

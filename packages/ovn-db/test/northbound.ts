import { fileURLToPath } from 'node:url';
import { Graph, type InputTable } from '@ovnkube/incremental';
import { connect, type Operation, type OvsdbClient } from '@ovnkube/ovsdb';
import { startOvsdbServer } from '@ovnkube/testing';
import {
  type DesiredRow,
  desiredEntry,
  type OVN_Northbound,
  ownedBy,
  ownerExternalIds,
  type Problem,
  type ReconcilerOptions,
  type RowReconciler,
  reconcileRows,
  rowsOf,
} from '../src/index.ts';

export const nbSchema = fileURLToPath(new URL('../schema/ovn-nb.ovsschema', import.meta.url));
export const sbSchema = fileURLToPath(new URL('../schema/ovn-sb.ovsschema', import.meta.url));
export const controller = 'default-network-controller';
export const nb = rowsOf<OVN_Northbound>();

/** external_ids of ours for rows that are known by them. */
export const owned = (type: string, name: string): { readonly [key: string]: string } =>
  ownerExternalIds({ controller, type, ids: [['name', name]] });

/** The id that such a row is known by. */
export const idOf = (type: string, name: string): string => `${controller}:${type}:${name}`;

export const tables = [
  'Logical_Switch',
  'Logical_Switch_Port',
  'Port_Group',
  'ACL',
  'Address_Set',
  'Logical_Router',
  'Logical_Router_Port',
  'Logical_Router_Static_Route',
  'NAT',
  'Load_Balancer',
  'Load_Balancer_Group',
  'Sample',
  'Sample_Collector',
];

/** Rows of a test: ours are those that carry the controller, or belong to tables without external_ids. */
export const owns: ReconcilerOptions['owns'] = (table, row) => table === 'Sample' || ownedBy(controller)(table, row);

export interface World {
  readonly server: Awaited<ReturnType<typeof startOvsdbServer>>;
  readonly db: OvsdbClient<OVN_Northbound>;
  /** Somebody else, with a connection of their own. */
  readonly other: OvsdbClient<OVN_Northbound>;
  readonly graph: Graph;
  readonly desired: InputTable<DesiredRow>;
  readonly problems: Problem[];
  reconcile(options?: Partial<ReconcilerOptions>): RowReconciler;
  /** Desire exactly these rows. */
  desire(...rows: readonly DesiredRow[]): void;
  /** Somebody else writes; resolves when our replica has it too. */
  interfere(...operations: readonly Operation[]): Promise<void>;
  close(): Promise<void>;
}

/** A real northbound server, a client of ours, and one of somebody else's. */
export async function world(schema = nbSchema): Promise<World> {
  const server = await startOvsdbServer({ schemas: [schema] });
  const remote = { remotes: [`unix:${server.socket}`], database: 'OVN_Northbound' };
  const [db, other] = await Promise.all([connect<OVN_Northbound>(remote), connect<OVN_Northbound>(remote)]);
  const graph = new Graph();
  const desired = graph.input<DesiredRow>('desired');
  const problems: Problem[] = [];
  const reconcilers: RowReconciler[] = [];
  return {
    server,
    db,
    other,
    graph,
    desired,
    problems,
    reconcile(options = {}) {
      const reconciler = reconcileRows({
        database: db,
        desired,
        tables,
        owns,
        onProblem: (problem) => problems.push(problem),
        ...options,
      });
      reconcilers.push(reconciler);
      return reconciler;
    },
    desire: (...rows) => desired.replace(rows.map(desiredEntry)),
    async interfere(...operations) {
      const outcome = await other.transact(operations);
      if (outcome.status !== 'committed') throw new Error(`interference: ${JSON.stringify(outcome)}`);
      // The server tells its clients in the order of its commits: what comes after an answer to us has seen all before it.
      await db.transact([{ op: 'select', table: 'NB_Global', where: [] }]);
    },
    async close() {
      for (const reconciler of reconcilers) reconciler.stop();
      await Promise.all([db.close(), other.close()]);
      await server.stop();
    },
  };
}

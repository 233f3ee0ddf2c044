// A switch and its ports, kept in a northbound database: node examples/reconcile.ts unix:/var/run/ovn/ovnnb_db.sock
import { Graph } from '@ovnkube/incremental';
import {
  type DesiredRow,
  desiredEntry,
  formatProblem,
  type OVN_Northbound,
  ownedBy,
  ownerExternalIds,
  reconcileRows,
  rowsOf,
} from '@ovnkube/ovn-db';
import { connect } from '@ovnkube/ovsdb';

const controller = 'example-controller';
const nb = rowsOf<OVN_Northbound>();
const ids = (type: string, name: string) => ownerExternalIds({ controller, type, ids: [['name', name]] });

const graph = new Graph();
const pods = graph.input<{ readonly node: string; readonly address: string }>('pods');
const ports = graph.derive<{ readonly node: string; readonly address: string }, DesiredRow>(
  'ports',
  pods,
  (pod, _read, name) => [
    desiredEntry(
      nb(
        'Logical_Switch_Port',
        name,
        { addresses: [pod.address], external_ids: ids('Pod', name) },
        { parents: [{ table: 'Logical_Switch', name: pod.node, column: 'ports' }] },
      ),
    ),
  ],
);
const nodes = graph.input<object>('nodes');
const switches = graph.derive<object, DesiredRow>('switches', nodes, (_node, _read, name) => [
  desiredEntry(nb('Logical_Switch', name, { external_ids: ids('Node', name) })),
]);

const database = await connect<OVN_Northbound>({ remotes: process.argv.slice(2), database: 'OVN_Northbound' });
graph.commit(() => {
  nodes.set('node-1', {});
  pods.set('default_web-1', { node: 'node-1', address: '0a:58:0a:80:00:03 10.128.0.3' });
  pods.set('default_lost', { node: 'node-2', address: '0a:58:0a:80:00:04 10.128.0.4' });
});
const reconciler = reconcileRows({
  database,
  desired: graph.union('desired', [switches, ports]),
  graph,
  tables: ['Logical_Switch', 'Logical_Switch_Port'],
  owns: ownedBy(controller),
  onProblem: (problem) => console.log(formatProblem(problem)),
});
await reconciler.converged();
console.log(reconciler.statistics);
pods.delete('default_web-1');
await reconciler.converged();
console.log(reconciler.statistics);
reconciler.stop();
await database.close();

/** node -C @ovnkube/source packages/kube/examples/annotate.ts /tmp/kubeconfig */
import { Graph } from '@ovnkube/incremental';
import { KubeClient, loadAccess, type Node, patchAnnotations, resources, startInformer } from '@ovnkube/kube';

const [kubeconfig = ''] = process.argv.slice(2);
const client = new KubeClient(await loadAccess({ kubeconfig }), { fieldManager: 'example' });
const graph = new Graph();
const nodes = graph.input<Node>('nodes');
const stop = new AbortController();
const informer = startInformer(client, resources.nodes, { graph, table: nodes, signal: stop.signal, log: console });
await informer.synced;
for (const [name, node] of nodes.entries()) {
  await patchAnnotations(client, resources.nodes, { name, uid: node.metadata.uid }, { 'example.com/seen': 'yes' });
  console.log(`${name} is annotated`);
}
stop.abort();

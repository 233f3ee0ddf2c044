import { formatWhy, Graph } from '@ovnkube/incremental';

interface Pod {
  readonly node: string;
}

interface Port {
  readonly pod: string;
  readonly zone: string;
}

const graph = new Graph({
  onUnitError: ({ table, unit, cause }) => console.error(`${table} ${unit}: ${cause}`),
});
const nodes = graph.input<{ readonly zone: string }>('nodes');
const pods = graph.input<Pod>('pods');
const podsByNode = pods.index('node', (pod) => [pod.node]);

// One unit a pod. It reads its node: when that changes, or comes into being, the unit runs again.
const ports = graph.derive<Pod, Port>('ports', pods, (pod, read, key) => {
  const node = read.row(nodes, pod.node);
  return node ? [[key, { pod: key, zone: node.zone }]] : [];
});

// One unit a node, over an index.
const counts = graph.derive<{ readonly zone: string }, number>('counts', nodes, (_node, read, key) => [
  [key, read.lookup(podsByNode, key).length],
]);

ports.subscribe(({ changes }) => console.log('ports', Object.fromEntries(changes)));
counts.subscribe(({ changes }) => console.log('counts', Object.fromEntries(changes)));

graph.commit(() => {
  pods.set('web-1', { node: 'a' });
  pods.set('web-2', { node: 'a' });
});
nodes.set('a', { zone: 'east' });
pods.delete('web-2');
console.log(formatWhy(graph.why(ports, 'web-1')));

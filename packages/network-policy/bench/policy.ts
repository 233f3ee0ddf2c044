// The cost of one change in a small and in a large world: `node -C @ovnkube/source --expose-gc bench/policy.ts`.
import { Graph, type InputTable } from '@ovnkube/incremental';
import { defaultNetwork } from '@ovnkube/ipam';
import {
  type NamespaceObject,
  type NodeObject,
  networkPolicies,
  type PodObject,
  type PolicyObject,
} from '@ovnkube/network-policy';

interface World {
  readonly graph: Graph;
  readonly pods: InputTable<PodObject>;
  readonly policies: InputTable<PolicyObject>;
  readonly rows: () => number;
}

const pod = (namespace: number, index: number, labels: Readonly<Record<string, string>> = {}): PodObject => ({
  metadata: { namespace: `ns-${namespace}`, name: `pod-${index}`, labels: { app: `app-${index % 10}`, ...labels } },
  spec: { nodeName: `node-${namespace % 100}`, containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] },
  status: {
    phase: 'Running',
    podIPs: [{ ip: `10.${128 + (namespace >> 8)}.${namespace & 255}.${3 + index}` }],
  },
});

/** Three kinds of rules: from the same namespace, from a namespace by name, and from some pods wherever they are. */
const policy = (namespace: number, index: number): PolicyObject => ({
  metadata: { namespace: `ns-${namespace}`, name: `policy-${index}` },
  spec: {
    podSelector: { matchLabels: { app: `app-${index % 10}` } },
    policyTypes: ['Ingress'],
    ingress: [
      { from: [{ podSelector: {} }], ports: [{ port: 8080 }] },
      {
        from: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': `ns-${(namespace + 7) % 1000}` } } },
        ],
      },
      {
        from: [{ namespaceSelector: {}, podSelector: { matchLabels: { role: 'monitoring' } } }],
        ports: [{ port: 'http' }],
      },
    ],
  },
});

function world(policies: number): World {
  const graph = new Graph();
  const nodes = graph.input<NodeObject>('nodes');
  const namespaces = graph.input<NamespaceObject>('namespaces');
  const pods = graph.input<PodObject>('pods');
  const inputs = { nodes, namespaces, pods, networkPolicies: graph.input<PolicyObject>('networkpolicies') };
  const network = defaultNetwork({ clusterSubnets: '10.128.0.0/9/23' });
  const compiled = networkPolicies(graph, inputs, { network });
  graph.commit(() => {
    for (let ns = 0; ns < 1000; ns++) {
      const name = `ns-${ns}`;
      namespaces.set(name, { metadata: { name, labels: { 'kubernetes.io/metadata.name': name } } });
      for (let i = 0; i < 10; i++) pods.set(`${name}/pod-${i}`, pod(ns, i));
    }
  });
  // Ten policies a namespace in either world, so that the changes measured have the same neighbours.
  graph.commit(() => {
    for (let i = 0; i < policies; i++) {
      const ns = Math.floor(i / 10);
      inputs.networkPolicies.set(`ns-${ns}/policy-${i % 10}`, policy(ns, i % 10));
    }
  });
  return { graph, pods, policies: inputs.networkPolicies, rows: () => compiled.northbound.size };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Microseconds of a change and of what undoes it, each the median of many. */
function cost(times: number, change: (i: number) => void, undo: (i: number) => void): number {
  const spent: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = process.hrtime.bigint();
    change(i);
    spent.push(Number(process.hrtime.bigint() - began) / 1000);
    undo(i);
  }
  return median(spent);
}

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

function measure(policies: number): Readonly<Record<string, number>> {
  const { graph: _, pods, policies: table, rows } = world(policies);
  const ns = (i: number) => i % 10;
  const before = heap();
  const results = {
    'pod add, µs': cost(
      400,
      (i) => pods.set(`ns-${ns(i)}/new`, pod(ns(i), 99)),
      (i) => pods.delete(`ns-${ns(i)}/new`),
    ),
    'label change, µs': cost(
      400,
      (i) => pods.set(`ns-${ns(i)}/pod-1`, pod(ns(i), 1, { app: 'app-2' })),
      (i) => pods.set(`ns-${ns(i)}/pod-1`, pod(ns(i), 1)),
    ),
    'monitoring label change, µs': cost(
      400,
      (i) => pods.set(`ns-${ns(i)}/pod-1`, pod(ns(i), 1, { role: 'monitoring' })),
      (i) => pods.set(`ns-${ns(i)}/pod-1`, pod(ns(i), 1)),
    ),
    'policy add, µs': cost(
      400,
      (i) => table.set(`ns-${ns(i)}/new`, policy(ns(i), 3)),
      (i) => table.delete(`ns-${ns(i)}/new`),
    ),
    'policy change, µs': cost(
      400,
      (i) => table.set(`ns-${ns(i)}/policy-0`, policy(ns(i), 4)),
      (i) => table.set(`ns-${ns(i)}/policy-0`, policy(ns(i), 0)),
    ),
    rows: rows(),
    'heap, MB': before / 1e6,
  };
  return results;
}

console.table({ '100 policies': measure(100), '10000 policies': measure(10_000) });

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
  readonly pods: InputTable<PodObject>;
  readonly policies: InputTable<PolicyObject>;
  acls(): number;
}

const pod = (namespace: number, index: number, labels: Readonly<Record<string, string>> = {}): PodObject => ({
  metadata: { namespace: `ns-${namespace}`, name: `pod-${index}`, labels: { app: `app-${index % 10}`, ...labels } },
  spec: { nodeName: `node-${namespace % 100}`, containers: [{ ports: [{ name: 'http', containerPort: 8080 }] }] },
  status: {
    phase: 'Running',
    podIPs: [{ ip: `10.${128 + (namespace >> 8)}.${namespace & 255}.${3 + index}` }],
  },
});

/** A namespace among the same ten, so that all of them are like each other in a world of whatever size. */
const neighbour = (namespace: number): number => namespace - (namespace % 10) + ((namespace + 7) % 10);

/** Three kinds of rules: from the same namespace, from a namespace by name, and from some pods wherever they are. */
const policy = (namespace: number, index: number): PolicyObject => ({
  metadata: { namespace: `ns-${namespace}`, name: `policy-${index}` },
  spec: {
    podSelector: { matchLabels: { app: `app-${index % 10}` } },
    policyTypes: ['Ingress'],
    ingress: [
      { from: [{ podSelector: {} }], ports: [{ port: 8080 }] },
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': `ns-${neighbour(namespace)}` } } }],
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
  const acls = () => [...compiled.northbound.keys()].filter((key) => key.startsWith('ACL/')).length;
  return { pods, policies: inputs.networkPolicies, acls };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** One change by itself, and what takes it back. */
interface Step {
  change(at: number): void;
  undo(at: number): void;
}

/** Namespaces that have policies in either world. */
const namespacesChanged = 10;

function stepsOf({ pods, policies }: World): Readonly<Record<string, Step>> {
  const set = (namespace: number, index: number, labels = {}): void =>
    pods.set(`ns-${namespace}/pod-${index}`, pod(namespace, index, labels));
  return {
    'pod add': {
      change: (at) => set(at, 99),
      undo: (at) => pods.delete(`ns-${at}/pod-99`),
    },
    'pod label change': {
      change: (at) => set(at, 1, { app: 'app-2' }),
      undo: (at) => set(at, 1),
    },
    'pod into a set that all policies share': {
      change: (at) => set(at, 1, { role: 'monitoring' }),
      undo: (at) => set(at, 1),
    },
    'policy add': {
      change: (at) => policies.set(`ns-${at}/new`, policy(at, 3)),
      undo: (at) => policies.delete(`ns-${at}/new`),
    },
    'policy change': {
      change: (at) => policies.set(`ns-${at}/policy-0`, policy(at, 4)),
      undo: (at) => policies.set(`ns-${at}/policy-0`, policy(at, 0)),
    },
  };
}

/** CPU microseconds of a step and its undoing. */
function cost({ change, undo }: Step): number {
  const each = 500;
  const began = process.cpuUsage();
  for (let i = 0; i < each; i++) {
    change(i % namespacesChanged);
    undo(i % namespacesChanged);
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / each;
}

/** Changes in a world of 10,000 pods in 1,000 namespaces: with 10,000 policies they should cost what they do with 100. */
export async function policyBench({
  repeat,
  json,
}: {
  readonly repeat: number;
  readonly json: boolean;
}): Promise<void> {
  const heap = [heapBytes()];
  const small = world(100);
  heap.push(heapBytes());
  const large = world(10_000);
  heap.push(heapBytes());
  const acls = large.acls();
  const rows: Record<
    string,
    { readonly 'µs, 100 policies': number; readonly 'µs, 10000 policies': number; readonly ratio: number }
  > = {};
  const [before, after] = [stepsOf(small), stepsOf(large)];
  for (const [name, step] of Object.entries(before)) {
    const other = after[name];
    if (other === undefined) continue;
    // In turns, and the best of each counts: whatever else runs only ever adds.
    let [few, many] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let round = 0; round < 4 * repeat; round++) {
      few = Math.min(few, cost(step));
      many = Math.min(many, cost(other));
    }
    rows[name] = {
      'µs, 100 policies': Math.round(few),
      'µs, 10000 policies': Math.round(many),
      ratio: Math.round((100 * many) / few) / 100,
    };
  }
  const [bare = 0, few = 0, many = 0] = heap;
  const bytesPerPolicy = Math.round((many - few - (few - bare)) / 9_900);
  if (json) console.log(JSON.stringify({ changes: rows, acls, bytesPerPolicy }));
  else {
    console.table(rows);
    console.log(`10000 policies with three rules each: ${acls} ACLs, ${bytesPerPolicy} bytes of heap a policy`);
  }
}

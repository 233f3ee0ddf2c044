import { Graph } from '@ovnkube/incremental';
import { defaultNetwork } from '@ovnkube/ipam';
import {
  type NamespaceObject,
  type NodeObject,
  networkPolicies,
  type PodObject,
  type PolicyObject,
} from '@ovnkube/network-policy';

const graph = new Graph();
const nodes = graph.input<NodeObject>('nodes'); // by name
const namespaces = graph.input<NamespaceObject>('namespaces'); // by name
const pods = graph.input<PodObject>('pods'); // by namespace/name
const policies = graph.input<PolicyObject>('networkpolicies'); // by namespace/name

const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23' });
const compiled = networkPolicies(graph, { nodes, namespaces, pods, networkPolicies: policies }, { network });

compiled.problems.subscribe(({ changes }) => {
  for (const [policy, { new: now }] of changes)
    for (const { field, message } of now?.problems ?? []) console.log(`${policy}: ${field}: ${message}`);
});
compiled.northbound.subscribe(({ changes }) => {
  for (const [key, { new: now }] of changes) {
    const { match, action, addresses } = now?.columns ?? {};
    console.log(now ? '+' : '-', key, action ?? '', match ?? addresses ?? '');
  }
});

graph.commit(() => {
  namespaces.set('shop', { metadata: { name: 'shop' } });
  for (const [app, ip] of [
    ['web', '10.128.0.3'],
    ['db', '10.128.0.4'],
  ] as const)
    pods.set(`shop/${app}`, {
      metadata: { namespace: 'shop', name: app, labels: { app } },
      spec: { nodeName: 'worker-1', containers: [{ ports: [{ name: 'sql', containerPort: 5432 }] }] },
      status: { podIPs: [{ ip }] },
    });
});

// Only web reaches db, at whatever number its port sql has.
policies.set('shop/db', {
  metadata: { namespace: 'shop', name: 'db' },
  spec: {
    podSelector: { matchLabels: { app: 'db' } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 'sql' }] }],
  },
});

// NetworkPolicy/shop/db: spec.ingress[0].ports[0].endPort: 1 is below port 5432: the range would be empty
policies.set('shop/db', {
  metadata: { namespace: 'shop', name: 'db' },
  spec: { podSelector: { matchLabels: { app: 'db' } }, ingress: [{ ports: [{ port: 5432, endPort: 1 }] }] },
});

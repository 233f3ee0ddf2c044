import { Graph } from '@ovnkube/incremental';
import { defaultNetwork } from '@ovnkube/ipam';
import { type NodeObject, type PodObject, topology } from '@ovnkube/topology';

const graph = new Graph();
const nodes = graph.input<NodeObject>('nodes');
const pods = graph.input<PodObject>('pods');
const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23' });
const zone = topology(graph, { nodes, pods }, { network, zone: 'worker-1', gatewayMode: 'shared', mtu: 1400 });

zone.northbound.subscribe(({ changes }) => console.log(`${changes.size} northbound rows change`), { initial: true });

// A node of this zone, its annotations as the controllers write them.
nodes.set('worker-1', {
  metadata: {
    annotations: {
      'k8s.ovn.org/node-id': '2',
      'k8s.ovn.org/node-subnets': '{"default":["10.128.0.0/23"]}',
      'k8s.ovn.org/node-chassis-id': 'b3a0d7c2-6a0c-4d2e-9b53-3b1a3a0c5a11',
      'k8s.ovn.org/node-transit-switch-port-ifaddr': '{"ipv4":"100.88.0.2/16"}',
    },
  },
});
for (const [, { object, part, reason }] of zone.pending.entries()) console.log(`${object}, ${part}: ${reason}`);

// A pod on it.
const place = '{"default":{"ip_addresses":["10.128.0.3/23"],"mac_address":"0a:58:0a:80:00:03"}}';
pods.set('default/web-0', {
  metadata: { namespace: 'default', name: 'web-0', uid: 'uid-1', annotations: { 'k8s.ovn.org/pod-networks': place } },
  spec: { nodeName: 'worker-1' },
});
console.log(zone.northbound.get('Logical_Switch_Port/default_web-0')?.columns);

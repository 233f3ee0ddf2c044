import type { Batch } from '@ovnkube/incremental';
import { readNodeAnnotations, userDefinedNetwork, writeNodeAnnotations } from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import { type NodeObject, topology } from '@ovnkube/topology';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cluster, twoNodes, type ZoneUnderTest, zoneOf } from './cluster.ts';

/** The rows that one change touches, as `<table>/<name>`. */
function touched(zone: ZoneUnderTest, change: () => void): readonly string[] {
  const keys: string[] = [];
  const listener = (batch: Batch<DesiredRow>) => void keys.push(...batch.changes.keys());
  const ends = [zone.northbound.subscribe(listener), zone.southbound.subscribe(listener)];
  zone.graph.commit(change);
  for (const end of ends) end();
  return keys.sort();
}

function withAnnotation(node: NodeObject | undefined, name: string, text: string | undefined): NodeObject {
  const { [name]: _, ...others } = node?.metadata?.annotations ?? {};
  return { metadata: { annotations: text === undefined ? others : { ...others, [name]: text } } };
}

describe('a change', () => {
  it('of a pod touches its port', () => {
    const zone = twoNodes('ipv4,ipv6');
    expect(touched(zone, () => zone.pods.delete('ns/n1-a'))).toEqual(['Logical_Switch_Port/ns_n1-a']);
    expect(touched(zone, () => zone.pods.delete('ns/n2-a'))).toEqual([]);
  });

  it('of a pod touches its port and its NAT rows where pods are translated one by one', () => {
    const zone = twoNodes('ipv4,ipv6', { disableSnatMultipleGws: true });
    expect(touched(zone, () => zone.pods.delete('ns/n1-a'))).toEqual([
      'Logical_Switch_Port/ns_n1-a',
      'NAT/default-network-controller:PodNAT:n1:10.128.0.3',
      'NAT/default-network-controller:PodNAT:n1:fd01:0:0:1::3',
    ]);
  });

  it('of a pod that has ended frees its port, and status alone touches nothing', () => {
    const zone = twoNodes('ipv4');
    const pod = zone.pods.get('ns/n1-a');
    expect(touched(zone, () => zone.pods.set('ns/n1-a', { ...pod, status: { phase: 'Running' } }))).toEqual([]);
    expect(touched(zone, () => zone.pods.set('ns/n1-a', { ...pod, status: { phase: 'Succeeded' } }))).toEqual([
      'Logical_Switch_Port/ns_n1-a',
    ]);
  });

  it('of a remote node touches its rows only', () => {
    const zone = twoNodes('ipv4');
    const rows = [
      'Chassis/chassis-n2',
      'Encap/geneve 172.18.0.3',
      'Logical_Router_Static_Route/default-network-controller:RemoteNodeRoute:n2:10.129.0.0/23',
      'Logical_Router_Static_Route/default-network-controller:RemoteNodeRoute:n2:100.64.0.3/32',
      'Logical_Switch_Port/tstor-n2',
    ];
    const node = zone.nodes.get('n2');
    expect(touched(zone, () => zone.nodes.delete('n2'))).toEqual(rows);
    expect(touched(zone, () => node && zone.nodes.set('n2', node))).toEqual(rows);
    expect(
      touched(zone, () =>
        zone.nodes.set('n2', withAnnotation(node, 'k8s.ovn.org/host-cidrs', '["172.18.0.3/16","10.9.9.9/24"]')),
      ),
    ).toEqual([]);
    expect(
      touched(zone, () => zone.nodes.set('n2', withAnnotation(node, 'k8s.ovn.org/node-encap-ips', '["172.18.0.99"]'))),
    ).toEqual(['Chassis/chassis-n2', 'Encap/geneve 172.18.0.3', 'Encap/geneve 172.18.0.99']);
  });

  it("of a local node's other addresses touches only the policy for them", () => {
    const zone = twoNodes('ipv4');
    const text = '["172.18.0.2/16","192.168.7.2/24"]';
    expect(
      touched(zone, () => zone.nodes.set('n1', withAnnotation(zone.nodes.get('n1'), 'k8s.ovn.org/host-cidrs', text))),
    ).toEqual(['Logical_Router_Policy/default-network-controller:SameNodePolicy:n1:192.168.7.2']);
  });

  it('of annotations that say nothing of the topology touches nothing', () => {
    const zone = twoNodes('ipv4');
    expect(
      touched(zone, () => zone.nodes.set('n1', withAnnotation(zone.nodes.get('n1'), 'example.com/note', 'hello'))),
    ).toEqual([]);
  });

  it('moves a node between zones', () => {
    const zone = twoNodes('ipv4');
    zone.nodes.set('n2', withAnnotation(zone.nodes.get('n2'), 'k8s.ovn.org/zone-name', 'n1'));
    const keys = new Set(zone.northbound.keys());
    expect(zone.northbound.get('Logical_Switch_Port/tstor-n2')?.columns['type']).toBe('router');
    for (const key of ['Logical_Switch/n2', 'Logical_Router/GR_n2', 'Logical_Switch_Port/ns_n2-a'])
      expect(keys).toContain(key);
    expect([...keys].filter((key) => key.includes('RemoteNodeRoute'))).toEqual([]);
    expect(zone.southbound.size).toBe(0);
  });
});

describe('cost', () => {
  it('of a change does not grow with the cluster', () => {
    const cluster = new Cluster('ipv4');
    const zone = zoneOf(cluster, 'n0');
    zone.graph.commit(() => {
      for (let node = 0; node < 60; node += 1) {
        zone.nodes.set(`n${node}`, cluster.node(`n${node}`));
        for (let pod = 0; pod < 10; pod += 1)
          zone.pods.set(`ns/${node}-${pod}`, cluster.pod('ns', `${node}-${pod}`, `n${node}`));
      }
    });
    const runs = () => zone.graph.statistics().reduce((sum, table) => sum + table.runs, 0);
    const runsOf = (change: () => void) => {
      const before = runs();
      zone.graph.commit(change);
      return runs() - before;
    };
    const added = cluster.pod('ns', 'new', 'n0');
    // The pod's rows, and its pending reason.
    expect(runsOf(() => zone.pods.set('ns/new', added))).toBe(2);
    // The node itself, what pods read of it, its rows in both databases, its pending reasons; no pod.
    const changed = withAnnotation(zone.nodes.get('n7'), 'k8s.ovn.org/node-encap-ips', '["172.18.9.9"]');
    expect(runsOf(() => zone.nodes.set('n7', changed))).toBe(5);
  });
});

describe('two networks', () => {
  it('share a graph and a zone without sharing a row', () => {
    const cluster = new Cluster('ipv4');
    const zone = zoneOf(cluster, 'n1');
    const network = userDefinedNetwork('blue', 1, { clusterSubnets: '10.20.0.0/16' });
    const blue = topology(zone.graph, zone, { network, zone: 'n1', gatewayMode: 'shared' });
    for (const name of ['n1', 'n2']) {
      const { metadata } = cluster.node(name);
      const existing = metadata?.annotations ?? {};
      const gateway = readNodeAnnotations(existing).values.gateway;
      const subnets = network.clusterSubnets.map(({ cidr }) => cidr);
      const own = writeNodeAnnotations({ subnets, ...(gateway ? { gateway } : {}) }, { network: 'blue', existing });
      zone.nodes.set(name, { metadata: { annotations: { ...existing, ...own } } });
    }
    expect([...blue.pending.entries()]).toEqual([]);
    expect(blue.northbound.size).toBeGreaterThan(20);
    expect([...blue.northbound.keys()].filter((key) => zone.northbound.has(key))).toEqual([]);
    expect(blue.southbound.size).toBe(0);
    expect(blue.northbound.get('Logical_Switch/blue_transit_switch')?.columns['other_config']).toMatchObject({
      'requested-tnl-key': '16711684',
    });
    expect(blue.northbound.get('Logical_Switch_Port/etor-blue_GR_n1')?.columns['options']).toEqual({
      'router-port': 'rtoe-blue_GR_n1',
    });
  });
});

describe('what is missing', () => {
  it.each([
    [
      'n1',
      'k8s.ovn.org/node-subnets',
      ['node n1/gateway router', 'node n1/switch', 'pod ns/n1-a', 'pod ns/n1-b'],
      ['Logical_Switch/n1', 'Logical_Router/GR_n1', 'Logical_Switch_Port/ns_n1-a'],
    ],
    [
      'n1',
      'k8s.ovn.org/l3-gateway-config',
      ['node n1/gateway router'],
      ['Logical_Router/GR_n1', 'Logical_Switch/ext_n1'],
    ],
    [
      'n1',
      'k8s.ovn.org/node-transit-switch-port-ifaddr',
      ['node n1/transit port'],
      ['Logical_Switch_Port/tstor-n1', 'Logical_Router_Port/rtots-n1'],
    ],
    ['n2', 'k8s.ovn.org/node-id', ['node n2/remote node'], ['Logical_Switch_Port/tstor-n2']],
    [
      'n2',
      'k8s.ovn.org/node-chassis-id',
      ['node n2/remote chassis', 'node n2/remote node'],
      ['Logical_Switch_Port/tstor-n2', 'Chassis/chassis-n2'],
    ],
    ['n2', 'k8s.ovn.org/node-encap-ips', ['node n2/remote chassis'], ['Chassis/chassis-n2', 'Encap/geneve 172.18.0.3']],
  ])('on %s, %s, is named, and only its part waits', (name, annotation, pending, absent) => {
    const zone = twoNodes('ipv4');
    const before = [...zone.northbound.keys(), ...zone.southbound.keys()];
    const whole = zone.nodes.get(name);
    zone.nodes.set(name, withAnnotation(whole, annotation, undefined));
    expect([...zone.pending.keys()].sort()).toEqual(pending);
    expect(zone.pending.get(pending[0] ?? '')?.reason).toBe(`${annotation} is missing`);
    for (const key of absent) expect(zone.northbound.has(key) || zone.southbound.has(key)).toBe(false);
    if (whole) zone.nodes.set(name, whole);
    expect([...zone.northbound.keys(), ...zone.southbound.keys()].sort()).toEqual(before.sort());
    expect(zone.pending.size).toBe(0);
  });

  it('or cannot be read, is explained', () => {
    const zone = twoNodes('ipv4');
    zone.nodes.set(
      'n2',
      withAnnotation(zone.nodes.get('n2'), 'k8s.ovn.org/node-subnets', '{"default":["10.129.0.1/23"]}'),
    );
    expect(zone.pending.get('node n2/remote node')).toEqual({
      object: 'node n2',
      part: 'remote node',
      reason: 'k8s.ovn.org/node-subnets "default"[0] "10.129.0.1/23" has host bits set; right would be 10.129.0.0/23',
    });
  });

  it('a node id that does not fit the join subnet is explained', () => {
    const cluster = new Cluster('ipv4', { joinSubnets: '100.64.0.0/30' });
    const zone = zoneOf(cluster, 'n1');
    cluster.node('x');
    zone.nodes.set('n1', cluster.node('n1'));
    expect(zone.pending.get('node n1/gateway router')?.reason).toContain(
      'node id 3 has no address in join subnet 100.64.0.0/30',
    );
  });

  it('for a pod: its annotation, or its node', () => {
    const zone = twoNodes('ipv4');
    zone.pods.set('ns/new', { metadata: { namespace: 'ns', name: 'new' }, spec: { nodeName: 'n1' } });
    zone.pods.set('ns/lost', { metadata: { namespace: 'ns', name: 'lost' }, spec: { nodeName: 'n9' } });
    zone.pods.set('ns/host', {
      metadata: { namespace: 'ns', name: 'host' },
      spec: { nodeName: 'n1', hostNetwork: true },
    });
    zone.pods.set('ns/unscheduled', { metadata: { namespace: 'ns', name: 'unscheduled' } });
    expect([...zone.pending.entries()].map(([key, { reason }]) => [key, reason]).sort()).toEqual([
      ['pod ns/lost', 'its node n9 is not known'],
      ['pod ns/new', 'annotation k8s.ovn.org/pod-networks has nothing of network default yet'],
    ]);
  });
});

describe('after any changes', () => {
  const names = ['n1', 'n2', 'n3'] as const;
  const command = fc.oneof(
    fc.record({ op: fc.constant('node' as const), node: fc.constantFrom(...names) }),
    fc.record({ op: fc.constant('node-gone' as const), node: fc.constantFrom(...names) }),
    fc.record({ op: fc.constant('zone' as const), node: fc.constantFrom(...names), zone: fc.constantFrom(...names) }),
    fc.record({
      op: fc.constant('annotation' as const),
      node: fc.constantFrom(...names),
      name: fc.constantFrom(
        'node-id',
        'node-subnets',
        'node-chassis-id',
        'l3-gateway-config',
        'node-encap-ips',
        'host-cidrs',
        'node-transit-switch-port-ifaddr',
      ),
    }),
    fc.record({ op: fc.constant('pod' as const), node: fc.constantFrom(...names), pod: fc.nat(3) }),
    fc.record({ op: fc.constant('pod-gone' as const), node: fc.constantFrom(...names), pod: fc.nat(3) }),
  );
  const options = { disableSnatMultipleGws: true };

  it('all tables are what a derivation from nothing gives', () => {
    fc.assert(
      fc.property(fc.array(fc.array(command, { maxLength: 4 }), { maxLength: 12 }), (commits) => {
        const cluster = new Cluster('ipv6,ipv4');
        const zone = zoneOf(cluster, 'n1', options);
        for (const commit of commits) {
          zone.graph.commit(() => {
            for (const one of commit) {
              const node = zone.nodes.get(one.node);
              if (one.op === 'node') zone.nodes.set(one.node, cluster.node(one.node));
              else if (one.op === 'node-gone') zone.nodes.delete(one.node);
              else if (one.op === 'zone')
                zone.nodes.set(one.node, withAnnotation(node, 'k8s.ovn.org/zone-name', one.zone));
              else if (one.op === 'annotation')
                zone.nodes.set(one.node, withAnnotation(node, `k8s.ovn.org/${one.name}`, undefined));
              else if (one.op === 'pod-gone') zone.pods.delete(`ns/${one.node}-${one.pod}`);
              else if (node) {
                cluster.node(one.node);
                zone.pods.set(`ns/${one.node}-${one.pod}`, cluster.pod('ns', `${one.node}-${one.pod}`, one.node));
              }
            }
          });
        }
        const fresh = zoneOf(cluster, 'n1', options);
        fresh.graph.commit(() => {
          for (const [name, node] of zone.nodes.entries()) fresh.nodes.set(name, node);
          for (const [name, pod] of zone.pods.entries()) fresh.pods.set(name, pod);
        });
        for (const table of ['northbound', 'southbound', 'pending'] as const) {
          expect(Object.fromEntries<unknown>(zone[table].entries())).toEqual(
            Object.fromEntries<unknown>(fresh[table].entries()),
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a unit says which objects its row follows from', () => {
    const zone = twoNodes('ipv4');
    const why = zone.graph.why(zone.northbound, 'Logical_Switch_Port/ns_n1-a');
    const text = JSON.stringify(why);
    expect(text).toContain('"table":"pods","key":"ns/n1-a"');
    expect(text).toContain('"table":"nodes","key":"n1"');
  });
});

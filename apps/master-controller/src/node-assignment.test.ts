import { Graph } from '@ovnkube/incremental';
import { defaultNetwork, readNodeAnnotations } from '@ovnkube/ipam';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AssignedNode, NodeAssignment } from './node-assignment.ts';

const network = (clusterSubnets: string, transitSubnets = '100.88.0.0/16,fd97::/64') =>
  defaultNetwork({ clusterSubnets, transitSubnets });

/** A cluster whose API server applies what is to be annotated; `crash` loses writes that were on their way. */
function cluster(clusterSubnets: string, transitSubnets?: string) {
  const graph = new Graph();
  const nodes = graph.input<AssignedNode>('nodes');
  const refused: string[] = [];
  let assignment = new NodeAssignment(network(clusterSubnets, transitSubnets));
  let lossy = false;
  const listen = (initial: boolean) =>
    nodes.subscribe(
      (batch) => {
        for (const event of assignment.apply(batch)) {
          if (event.kind === 'refused') refused.push(event.message);
          else if (!lossy) {
            const { name } = event.node.metadata;
            const before = nodes.get(name)?.metadata.annotations;
            if (nodes.has(name))
              nodes.set(name, { metadata: { name, annotations: { ...before, ...event.annotations } } });
          }
        }
      },
      { initial },
    );
  let stop = listen(false);
  const restart = (): void => {
    stop();
    assignment = new NodeAssignment(network(clusterSubnets, transitSubnets));
    stop = listen(true);
  };
  const add = (name: string): void => nodes.set(name, { metadata: { name } });
  const read = (name: string) => readNodeAnnotations(nodes.get(name)?.metadata.annotations ?? {}).values;
  const crash = (during: () => void): void => {
    lossy = true;
    during();
    lossy = false;
    restart();
  };
  return { nodes, refused, add, read, restart, crash };
}

it('gives ids from 2, subnets of every family, and the transit addresses of the id', () => {
  const { add, read } = cluster('10.244.0.0/16/24,fd00:10:244::/48');
  add('a');
  add('b');
  expect(read('a').nodeId).toBe(2);
  expect(read('b').nodeId).toBe(3);
  expect(read('a').subnets?.map((subnet) => subnet.family)).toEqual(['ipv4', 'ipv6']);
  expect(read('b').transitAddresses?.map(String)).toEqual(['100.88.0.3/16', 'fd97::3/64']);
});

it("gives a deleted node's share to the next, and to one that waits", () => {
  const { add, read, nodes, refused } = cluster('10.244.0.0/23/24');
  for (const name of ['a', 'b', 'c']) add(name);
  expect(refused.at(-1)).toContain('no free ipv4 node subnet in 10.244.0.0/23/24');
  expect(read('c').subnets).toBeUndefined();
  const freed = read('a').subnets?.map(String);
  nodes.delete('a');
  expect(read('c').subnets?.map(String)).toEqual(freed);
});

it('gives one of two nodes that show the same subnet a new one, and says whose it is', () => {
  const { nodes, add, read, refused } = cluster('10.244.0.0/16/24');
  add('a');
  nodes.set('b', { metadata: { name: 'b', annotations: nodes.get('a')?.metadata.annotations ?? {} } });
  expect(refused.join()).toMatch(/node b: node subnet .* belongs to node a/);
  expect(read('b').subnets?.map(String)).not.toEqual(read('a').subnets?.map(String));
  expect(read('b').nodeId).toBe(3);
});

it('says so when an id has no address in a small transit subnet, and goes on when one that has is free', () => {
  const { add, read, nodes, refused } = cluster('10.244.0.0/16/24', '100.88.0.0/29');
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) add(name);
  expect(refused.join()).toMatch(/node f: node id 7 has no address in transit subnet 100.88.0.0\/29/);
  expect(read('e').nodeId).toBe(6);
  nodes.delete('a');
  nodes.delete('f');
  add('g');
  expect(read('g').nodeId).toBe(2);
});

it('writes what older readers ask for too, and keeps what these annotations say of other networks', () => {
  const { nodes } = cluster('10.244.0.0/16/24,fd00:10:244::/48');
  nodes.set('a', { metadata: { name: 'a', annotations: { 'k8s.ovn.org/network-ids': '{"blue":"1"}' } } });
  expect(nodes.get('a')?.metadata.annotations).toEqual({
    'k8s.ovn.org/node-id': '2',
    'k8s.ovn.org/node-subnets': expect.stringMatching(
      /^\{"default":\["10\.244\.\d+\.0\/24","fd00:10:244:\w+::\/64"\]\}$/,
    ),
    'k8s.ovn.org/node-transit-switch-port-ifaddr': '{"ipv4":"100.88.0.2/16","ipv6":"fd97::2/64"}',
    'k8s.ovn.org/network-ids': '{"blue":"1","default":"0"}',
    'k8s.ovn.org/node-gateway-router-lrp-ifaddrs': '{"default":{"ipv4":"100.64.0.2/16","ipv6":"fd98::2/64"}}',
  });
});

it('keeps every assignment over restarts and crashes, and never gives one share to two nodes', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step = fc.oneof(
    fc.record({ kind: fc.constantFrom('add', 'delete', 'crash'), name }),
    fc.record({ kind: fc.constant('restart'), name }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { nodes, add, read, restart, crash } = cluster('10.244.0.0/21/24,fd00:10:244::/61');
      for (const { kind, name } of steps) {
        const before = new Map([...nodes.keys()].map((key) => [key, JSON.stringify(read(key))]));
        if (kind === 'add' && !nodes.has(name)) add(name);
        if (kind === 'crash' && !nodes.has(name)) crash(() => add(name));
        if (kind === 'delete') nodes.delete(name);
        if (kind === 'restart') restart();
        const shares = [...nodes.keys()].flatMap((key) => read(key).subnets?.map(String) ?? []);
        expect(new Set(shares).size).toBe(shares.length);
        const ids = [...nodes.keys()].map((key) => read(key).nodeId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [key, was] of before)
          if (key !== name && nodes.has(key)) expect(JSON.stringify(read(key))).toBe(was);
      }
    }),
  );
});

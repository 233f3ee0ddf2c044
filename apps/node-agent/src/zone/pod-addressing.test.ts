import { type Batch, Graph } from '@ovnkube/incremental';
import { defaultNetwork, parseSubnets, podNetworksAnnotation, readPodNetwork } from '@ovnkube/ipam';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AddressedPod, type AddressingEvent, PodAddressing } from './pod-addressing.ts';

const network = defaultNetwork({ clusterSubnets: '10.244.0.0/16/24,fd00:10:244::/48' });
const serviceSubnets = parseSubnets('10.96.0.0/16,fd00:10:96::/112', 'service CIDRs');

const addressing = (subnet: string): PodAddressing =>
  new PodAddressing({ network, serviceSubnets, node: 'a', nodeSubnets: parseSubnets(subnet, 'node subnets') });

const pod = (name: string, uid: string, rest: Partial<AddressedPod> & { annotation?: string } = {}): AddressedPod => ({
  metadata: {
    name,
    namespace: 'default',
    uid,
    ...(rest.annotation === undefined ? {} : { annotations: { [podNetworksAnnotation]: rest.annotation } }),
  },
  spec: rest.spec ?? { nodeName: 'a' },
  ...(rest.status ? { status: rest.status } : {}),
});

/** A node's pods as the API server would have them: annotations that are written come back as changes. */
function cluster(subnet: string) {
  const graph = new Graph();
  const pods = graph.input<AddressedPod>('pods');
  let agent = addressing(subnet);
  const refused: string[] = [];
  const act = (events: readonly AddressingEvent[]): void => {
    for (const event of events) {
      if (event.kind === 'refused') refused.push(event.message);
      else {
        const { name, uid } = event.pod.metadata;
        if (pods.get(name)?.metadata.uid === uid) pods.set(name, pod(name, uid, { annotation: event.text }));
      }
    }
  };
  let stop = pods.subscribe((batch) => act(agent.apply(batch)));
  const addresses = (name: string): string | undefined => {
    const reading = readPodNetwork(pods.get(name)?.metadata.annotations?.[podNetworksAnnotation]);
    return reading.status === 'found' ? reading.network.addresses.join(',') : undefined;
  };
  const restart = (): void => {
    stop();
    agent = addressing(subnet);
    stop = pods.subscribe((batch: Batch<AddressedPod>) => act(agent.apply(batch)), { initial: true });
  };
  return { pods, refused, addresses, restart };
}

it('gives the first free addresses of each family and frees them on deletion', () => {
  const { pods, addresses } = cluster('10.244.1.0/24,fd00:10:244:1::/64');
  pods.set('p', pod('p', '1'));
  pods.set('q', pod('q', '2'));
  expect(addresses('p')).toBe('10.244.1.3/24,fd00:10:244:1::3/64');
  expect(addresses('q')).toBe('10.244.1.4/24,fd00:10:244:1::4/64');
  pods.delete('p');
  pods.set('r', pod('r', '3'));
  expect(addresses('r')).toBe('10.244.1.3/24,fd00:10:244:1::3/64');
});

it('leaves pods of other nodes, host-network pods and completed pods alone', () => {
  const { pods, addresses } = cluster('10.244.1.0/24');
  pods.set('p', pod('p', '1', { spec: { nodeName: 'b' } }));
  pods.set('q', pod('q', '2', { spec: { nodeName: 'a', hostNetwork: true } }));
  pods.set('r', pod('r', '3', { status: { phase: 'Succeeded' } }));
  expect([addresses('p'), addresses('q'), addresses('r')]).toEqual([undefined, undefined, undefined]);
});

it('refuses when the subnet is full, naming it, and serves the waiting pod once another goes', () => {
  const { pods, addresses, refused } = cluster('10.244.1.0/29');
  for (const name of ['p', 'q', 'r', 's', 't']) pods.set(name, pod(name, name));
  expect(addresses('t')).toBeUndefined();
  expect(refused.join()).toContain('10.244.1.0/29');
  pods.delete('q');
  expect(addresses('t')).toBe('10.244.1.4/29');
});

it('never has two live pods with one address, and a restart changes none', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), name: fc.constantFrom('p', 'q', 'r', 's', 't', 'u') }),
    fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom('p', 'q', 'r', 's', 't', 'u') }),
    fc.record({ kind: fc.constant('restart' as const), name: fc.constant('') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { pods, addresses, restart } = cluster('10.244.1.0/29');
      for (const [uid, { kind, name }] of steps.entries()) {
        const before = new Map([...pods.keys()].map((key) => [key, addresses(key)]));
        if (kind === 'add' && !pods.has(name)) pods.set(name, pod(name, String(uid)));
        if (kind === 'delete') pods.delete(name);
        if (kind === 'restart') restart();
        const live = [...pods.keys()].map(addresses).filter((address) => address !== undefined);
        expect(new Set(live).size).toBe(live.length);
        for (const [key, address] of before) {
          if (address !== undefined && pods.has(key) && key !== name) expect(addresses(key)).toBe(address);
        }
      }
    }),
  );
});

import { networkPoliciesAllow, type OraclePolicy } from '@ovnkube/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networks, node, podObject, probe, TestCluster, type TestPod, tables } from './cluster.ts';
import { change, namespaceNames, nodeNames, probedPorts, type WorldChange } from './world.ts';

const outside = ['203.0.113.7', '203.0.113.9', '2001:db8::7'];
const isV6 = (address: string): boolean => address.includes(':');

/** The same world twice: as plain objects for the oracle, and as the inputs of a zone for each node. */
class Twin {
  readonly namespaces = new Map<string, Readonly<Record<string, string>>>(namespaceNames.map((name) => [name, {}]));
  readonly pods = new Map<string, TestPod>();
  readonly policies = new Map<string, OraclePolicy>();
  readonly zones = new Map(nodeNames.map((zone) => [zone, new TestCluster(networks.dual, { zone })]));

  constructor() {
    for (const zone of this.zones.values())
      zone.graph.commit(() => {
        for (const name of nodeNames) zone.nodes.set(name, node());
        for (const [name, labels] of this.namespaces) zone.namespace(name, labels);
      });
  }

  apply(changes: readonly WorldChange[]): void {
    for (const one of changes) this.#note(one);
    for (const zone of this.zones.values()) zone.graph.commit(() => this.#write(zone));
  }

  /** A zone of this world that has seen nothing but its last state. */
  fresh(zone: string): TestCluster {
    const made = new TestCluster(networks.dual, { zone });
    made.graph.commit(() => {
      for (const name of nodeNames) made.nodes.set(name, node());
      this.#write(made);
    });
    return made;
  }

  #note(one: WorldChange): void {
    if (one.what === 'pod') {
      const key = `${one.pod.namespace}/${one.pod.name}`;
      // An address is given on when its pod has ended, but two pods never run with it.
      const taken = [...this.pods].some(
        ([other, { addresses, phase }]) =>
          other !== key && phase !== 'Succeeded' && addresses[0] === one.pod.addresses[0],
      );
      if (!taken) this.pods.set(key, one.pod);
    } else if (one.what === 'pod-gone') this.pods.delete(`${one.namespace}/${one.name}`);
    else if (one.what === 'relabel') {
      const pod = this.pods.get(`${one.namespace}/${one.name}`);
      if (pod) this.pods.set(`${one.namespace}/${one.name}`, { ...pod, labels: one.labels });
    } else if (one.what === 'namespace') this.namespaces.set(one.name, one.labels);
    else if (one.what === 'policy')
      this.policies.set(`${one.policy.metadata.namespace}/${one.policy.metadata.name}`, one.policy);
    else this.policies.delete(`${one.namespace}/${one.name}`);
  }

  #write(zone: TestCluster): void {
    zone.namespaces.replace([...this.namespaces].map(([name, labels]) => [name, { metadata: { name, labels } }]));
    zone.pods.replace([...this.pods].map(([key, pod]) => [key, podObject(pod)]));
    zone.networkPolicies.replace(this.policies);
  }
}

/** Asks the rows of both zones and the oracle of every connection; returns those on which they differ. */
function disagreements(twin: Twin): readonly string[] {
  const judges = new Map([...twin.zones].map(([name, zone]) => [name, zone.judge()]));
  const world = { namespaces: twin.namespaces, policies: [...twin.policies.values()] };
  const running = [...twin.pods.values()].filter(({ phase }) => phase !== 'Succeeded');
  const ends = [
    ...running.flatMap((pod) => pod.addresses.map((address) => ({ address, pod }))),
    ...outside.map((address) => ({ address, pod: undefined })),
  ];
  const wrong: string[] = [];
  for (const from of ends)
    for (const to of ends) {
      if (isV6(from.address) !== isV6(to.address) || from.pod === to.pod) continue;
      const source = from.pod ? { ...from.pod, addresses: [from.address] } : from.address;
      const target = to.pod ? { ...to.pod, addresses: [to.address] } : to.address;
      for (const protocol of ['TCP', 'UDP', 'SCTP'] as const)
        for (const port of probedPorts) {
          const asked = probe(source, target, protocol, port);
          const leaves = from.pod === undefined || judges.get(from.pod.node)?.egress(asked).allowed;
          const enters = to.pod === undefined || judges.get(to.pod.node)?.ingress(asked).allowed;
          const right = networkPoliciesAllow(
            world,
            { address: from.address, ...(from.pod && { pod: from.pod }) },
            { address: to.address, ...(to.pod && { pod: to.pod }) },
            protocol,
            port,
          );
          if ((leaves && enters) !== right)
            wrong.push(`${from.address} -> ${to.address} ${protocol}/${port}: ${right}`);
        }
    }
  return wrong;
}

const long = process.env['OVNKUBE_LONG'] === '1';

describe('in random worlds', () => {
  it('the rows say what the API says, and are those of a start from nothing', { timeout: 900_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 6 }),
        fc.array(change, { minLength: 12, maxLength: 24 }),
        (commits, start) => {
          const twin = new Twin();
          twin.apply(start);
          for (const changes of commits) {
            twin.apply(changes);
            expect(disagreements(twin)).toEqual([]);
          }
          for (const [name, zone] of twin.zones) {
            expect(tables(zone.compiled)).toEqual(tables(twin.fresh(name).compiled));
            expect([...zone.compiled.problems.keys()]).toEqual([]);
            expect([...zone.graph.errors()]).toEqual([]);
          }
        },
      ),
      { numRuns: long ? 2_000 : 60 },
    );
  });
});

// The same world twice: as plain objects for the oracle, and as the inputs of a zone for each node.
import { type OracleAdminPolicy, type OraclePolicy, policiesAllow } from '@ovnkube/testing';
import { type ApiDialect, inWordsOf } from './admin-world.ts';
import { networks, node, podObject, probe, TestCluster, type TestPod } from './cluster.ts';
import { namespaceNames, nodeNames, probedPorts, type WorldChange } from './world.ts';

const nodeAddresses: Readonly<Record<string, readonly string[]>> = {
  n1: ['192.0.2.1', '2001:db8:1::1'],
  n2: ['192.0.2.2', '2001:db8:1::2'],
};
const outside = ['203.0.113.7', '203.0.113.9', '2001:db8::7', ...Object.values(nodeAddresses).flat()];
const isV6 = (address: string): boolean => address.includes(':');

export class Twin {
  readonly dialect: ApiDialect;
  readonly namespaces = new Map<string, Readonly<Record<string, string>>>(namespaceNames.map((name) => [name, {}]));
  readonly nodes = new Map<string, Readonly<Record<string, string>>>(nodeNames.map((name) => [name, {}]));
  readonly pods = new Map<string, TestPod>();
  readonly policies = new Map<string, OraclePolicy>();
  readonly adminPolicies = new Map<string, OracleAdminPolicy>();
  readonly zones: ReadonlyMap<string, TestCluster>;

  constructor(dialect: ApiDialect = 'v1alpha1') {
    this.dialect = dialect;
    this.zones = new Map(nodeNames.map((zone) => [zone, new TestCluster(networks.dual, { zone })]));
    this.apply([]);
  }

  apply(changes: readonly WorldChange[]): void {
    for (const one of changes) this.#note(one);
    for (const zone of this.zones.values()) zone.graph.commit(() => this.#write(zone));
  }

  setAdminPolicies(policies: readonly OracleAdminPolicy[]): void {
    this.adminPolicies.clear();
    for (const policy of policies) {
      const object = inWordsOf(this.dialect, policy);
      const passing = policy.tier === 'admin' || this.dialect === 'v1alpha2';
      if (passing || policy.rules.every(({ action }) => action !== 'pass'))
        this.adminPolicies.set(`${policy.tier}/${object.metadata?.name}`, policy);
    }
    this.apply([]);
  }

  /** A zone of this world that has seen nothing but its last state. */
  fresh(zone: string): TestCluster {
    const made = new TestCluster(networks.dual, { zone });
    made.graph.commit(() => this.#write(made));
    return made;
  }

  /** Asks the rows of both zones and the oracle of every connection; returns those on which they differ. */
  disagreements(): readonly string[] {
    const judges = new Map([...this.zones].map(([name, zone]) => [name, zone.judge()]));
    const world = {
      namespaces: this.namespaces,
      policies: [...this.policies.values()],
      adminPolicies: [...this.adminPolicies.values()],
      nodes: [...this.nodes].map(([name, labels]) => ({ labels, addresses: nodeAddresses[name] ?? [] })),
    };
    const running = [...this.pods.values()].filter(({ phase }) => phase !== 'Succeeded');
    const ends: readonly { readonly address: string; readonly pod?: TestPod }[] = [
      ...running.flatMap((pod) => pod.addresses.map((address) => ({ address, pod }))),
      ...outside.map((address) => ({ address })),
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
            const right = policiesAllow(world, { from, to, protocol, port });
            if ((leaves && enters) !== right)
              wrong.push(`${from.address} -> ${to.address} ${protocol}/${port}: ${right}`);
          }
      }
    return wrong;
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
    else if (one.what === 'node') this.nodes.set(one.name, one.labels);
    else if (one.what === 'policy')
      this.policies.set(`${one.policy.metadata.namespace}/${one.policy.metadata.name}`, one.policy);
    else this.policies.delete(`${one.namespace}/${one.name}`);
  }

  #write(zone: TestCluster): void {
    zone.nodes.replace(
      [...this.nodes].map(([name, labels]) => {
        const addresses = (nodeAddresses[name] ?? []).map((address) => ({ type: 'InternalIP', address }));
        return [name, { metadata: { ...node().metadata, labels }, status: { addresses } }];
      }),
    );
    zone.namespaces.replace([...this.namespaces].map(([name, labels]) => [name, { metadata: { name, labels } }]));
    zone.pods.replace([...this.pods].map(([key, pod]) => [key, podObject(pod)]));
    zone.networkPolicies.replace(this.policies);
    const admin = [...this.adminPolicies.values()];
    const objects = (tier: OracleAdminPolicy['tier']) =>
      admin
        .filter((policy) => policy.tier === tier)
        .map((policy) => inWordsOf(this.dialect, policy))
        .map((object) => [object.metadata?.name ?? '', object] as const);
    if (this.dialect === 'v1alpha2') zone.clusterNetworkPolicies.replace([...objects('admin'), ...objects('baseline')]);
    else {
      zone.adminNetworkPolicies.replace(objects('admin'));
      zone.baselineAdminNetworkPolicies.replace(objects('baseline'));
    }
  }
}

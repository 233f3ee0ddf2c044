// A cluster for tests: objects in, and what every zone's rows make of a connection.
import { Graph, type InputTable, type Table } from '@ovnkube/incremental';
import { defaultNetwork, type Network } from '@ovnkube/ipam';
import {
  type NamespaceObject,
  type NetworkPolicies,
  type NetworkPolicyOptions,
  type NodeObject,
  networkPolicies,
  type PodObject,
  type PolicyObject,
} from '@ovnkube/network-policy';
import { hashName } from '@ovnkube/ovn-db';
import { AclJudge, type NorthboundMember, type NorthboundRow, type OraclePod, type Probe } from '@ovnkube/testing';

export const networks = {
  ipv4: defaultNetwork({ clusterSubnets: '10.128.0.0/14/23' }),
  ipv6: defaultNetwork({ clusterSubnets: 'fd01::/48' }),
  dual: defaultNetwork({ clusterSubnets: '10.128.0.0/14/23,fd01::/48' }),
} as const;

export interface TestPod extends OraclePod {
  readonly node: string;
  readonly phase?: string;
  readonly hostNetwork?: boolean;
}

export const podObject = (pod: TestPod): PodObject => ({
  metadata: { namespace: pod.namespace, name: pod.name, labels: pod.labels },
  spec: {
    nodeName: pod.node,
    ...(pod.hostNetwork !== undefined && { hostNetwork: pod.hostNetwork }),
    containers: [{ ports: pod.ports.map(({ name, port, protocol }) => ({ name, containerPort: port, protocol })) }],
  },
  status: { phase: pod.phase ?? 'Running', podIPs: pod.addresses.map((ip) => ({ ip })) },
});

export const node = (zone?: string, subnets?: readonly string[]): NodeObject => ({
  metadata: {
    annotations: {
      ...(zone !== undefined && { 'k8s.ovn.org/zone-name': zone }),
      ...(subnets !== undefined && { 'k8s.ovn.org/node-subnets': JSON.stringify({ default: subnets }) }),
    },
  },
});

/** Inputs, and the compiled policies of some zones. */
export class TestCluster {
  readonly graph = new Graph();
  readonly nodes: InputTable<NodeObject> = this.graph.input('nodes');
  readonly namespaces: InputTable<NamespaceObject> = this.graph.input('namespaces');
  readonly pods: InputTable<PodObject> = this.graph.input('pods');
  readonly networkPolicies: InputTable<PolicyObject> = this.graph.input('networkpolicies');
  readonly adminNetworkPolicies: InputTable<PolicyObject> = this.graph.input('adminnetworkpolicies');
  readonly baselineAdminNetworkPolicies: InputTable<PolicyObject> = this.graph.input('baselineadminnetworkpolicies');
  readonly clusterNetworkPolicies: InputTable<PolicyObject> = this.graph.input('clusternetworkpolicies');
  readonly network: Network;
  readonly compiled: NetworkPolicies;

  constructor(network: Network = networks.ipv4, options: Partial<NetworkPolicyOptions> = {}) {
    this.network = network;
    this.compiled = networkPolicies(this.graph, this, { network, ...options });
  }

  namespace(
    name: string,
    labels: Readonly<Record<string, string>> = {},
    annotations: Readonly<Record<string, string>> = {},
  ): void {
    this.namespaces.set(name, { metadata: { name, labels, annotations } });
  }

  pod(pod: Partial<TestPod> & { readonly namespace: string; readonly name: string }): void {
    const whole = { labels: {}, addresses: [], ports: [], node: 'n1', ...pod };
    this.pods.set(`${pod.namespace}/${pod.name}`, podObject(whole));
  }

  policy(namespace: string, name: string, spec: unknown, annotations: Readonly<Record<string, string>> = {}): void {
    this.networkPolicies.set(`${namespace}/${name}`, { metadata: { namespace, name, annotations }, spec });
  }

  rows(): NorthboundRow[] {
    return [...this.compiled.northbound.entries()].map(([, row]) => row);
  }

  /** ACLs as text, one a line, sorted: `<priority> <direction> <action> <match>`, hash names replaced by what they stand for. */
  acls(): readonly string[] {
    const rows = this.rows();
    const names = new Map(
      rows.flatMap(({ table, name, columns }) => {
        const ids = columns['external_ids'];
        const id = typeof ids === 'object' && ids !== null ? String(Reflect.get(ids, 'k8s.ovn.org/id')) : '';
        return table === 'ACL' ? [] : [[name, id.replace(`${this.network.controller}:`, '')] as const];
      }),
    );
    return rows
      .filter(({ table }) => table === 'ACL')
      .map(({ columns: { priority, direction, action, match } }) => {
        const text = String(match).replaceAll(/a\d{15,}/g, (name) => `<${names.get(name) ?? name}>`);
        return `${priority} ${direction} ${action} ${text}`;
      })
      .sort();
  }

  judge(): AclJudge {
    const name = hashName(`${this.network.controller}:Cluster:clusterPortGroup`);
    const group: NorthboundRow = { table: 'Port_Group', name, columns: {} };
    return new AclJudge([group, ...this.rows()], this.members(), (port) => this.#nodeOf(port));
  }

  members(): NorthboundMember[] {
    return [...this.compiled.members.entries()].map(([, member]) => member);
  }

  /** The addresses in a set, by what it was made for. */
  addresses(selected: string, family = 'v4'): readonly string[] | undefined {
    const row = this.compiled.northbound.get(
      `Address_Set/${hashName(`${this.network.controller}:PodSelector:${selected}:${family}`)}`,
    );
    const addresses = row?.columns['addresses'];
    return Array.isArray(addresses) ? addresses.map(String) : undefined;
  }

  #nodeOf(port: string): string {
    const pod = this.pods.get(port.replace('_', '/'));
    return pod?.spec?.nodeName ?? '';
  }
}

export const tables = (compiled: NetworkPolicies): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(compiled).map(([name, table]: [string, Table<unknown>]) => [
      name,
      Object.fromEntries(table.entries()),
    ]),
  );

/** A probe between two pods or addresses. */
export const probe = (
  from: TestPod | string,
  to: TestPod | string,
  protocol: Probe['protocol'],
  port: number,
): Probe => ({
  from: end(from),
  to: end(to),
  protocol,
  port,
});

const end = (pod: TestPod | string) =>
  typeof pod === 'string'
    ? { address: pod }
    : { address: pod.addresses[0] ?? '', port: `${pod.namespace}_${pod.name}` };

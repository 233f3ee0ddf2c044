import { Graph } from '@ovnkube/incremental';
import { defaultNetwork, type Network } from '@ovnkube/ipam';
import {
  type NamespaceObject,
  type NetworkPolicies,
  type NodeObject,
  networkPolicies,
  type PodObject,
  type PolicyObject,
} from '@ovnkube/network-policy';
import { hashName } from '@ovnkube/ovn-db';
import { AclJudge, type NorthboundMember, type NorthboundRow, type ProbeEnd } from '@ovnkube/testing';
import type { CasePod, CasePolicy, CaseProbe, CaseWorld } from './case-file.ts';

const node = 'node-1';
const keyOf = (object: { readonly namespace?: string; readonly name: string }): string =>
  object.namespace === undefined ? object.name : `${object.namespace}/${object.name}`;

const subnets: Readonly<Record<string, string>> = {
  4: '10.244.0.0/16',
  6: 'fd00:10:244::/48',
  46: '10.244.0.0/16,fd00:10:244::/48',
};

/** The network of a file of one family or both. */
export function networkOf(family: number | string = 4): Network {
  const clusterSubnets = subnets[String(family).replaceAll(/[^46]/g, '')];
  if (clusterSubnets === undefined) throw new Error(`family ${family} is none of 4, 6, 46`);
  return defaultNetwork({ clusterSubnets });
}

/** One cluster that goes through the states of a case, and its compiled policies. */
export class CaseCluster {
  readonly #graph = new Graph();
  readonly #nodes = this.#graph.input<NodeObject>('nodes');
  readonly #namespaces = this.#graph.input<NamespaceObject>('namespaces');
  readonly #pods = this.#graph.input<PodObject>('pods');
  readonly #policies = {
    NetworkPolicy: this.#graph.input<PolicyObject>('networkpolicies'),
    AdminNetworkPolicy: this.#graph.input<PolicyObject>('adminnetworkpolicies'),
    BaselineAdminNetworkPolicy: this.#graph.input<PolicyObject>('baselineadminnetworkpolicies'),
    ClusterNetworkPolicy: this.#graph.input<PolicyObject>('clusternetworkpolicies'),
  };
  readonly #compiled: NetworkPolicies;
  readonly #network: Network;
  #ends = new Map<string, readonly ProbeEnd[]>();
  #judge = new AclJudge([], [], () => node);

  constructor(network: Network) {
    this.#network = network;
    this.#nodes.set(node, {});
    const inputs = {
      nodes: this.#nodes,
      namespaces: this.#namespaces,
      pods: this.#pods,
      networkPolicies: this.#policies.NetworkPolicy,
      adminNetworkPolicies: this.#policies.AdminNetworkPolicy,
      baselineAdminNetworkPolicies: this.#policies.BaselineAdminNetworkPolicy,
      clusterNetworkPolicies: this.#policies.ClusterNetworkPolicy,
    };
    this.#compiled = networkPolicies(this.#graph, inputs, { network });
  }

  /** Change the cluster to this state. Throws Error for policies of a kind that is not compiled. */
  become({ namespaces, pods }: CaseWorld, policies: readonly CasePolicy[]): void {
    const strange = policies.find(({ kind }) => !Object.hasOwn(this.#policies, kind));
    if (strange) throw new Error(`policies of kind ${strange.kind} are not evaluated`);
    this.#graph.commit(() => {
      this.#namespaces.replace(
        namespaces.map(({ name, labels = {} }) => [name, { metadata: { name, labels } }] as const),
      );
      this.#pods.replace(pods.map((pod) => [keyOf(pod), podObject(pod)] as const));
      for (const [kind, table] of Object.entries(this.#policies)) {
        const ofKind = policies.filter((policy) => policy.kind === kind);
        table.replace(ofKind.map((policy) => [keyOf(policy.metadata), policy] as const));
      }
    });
    this.#ends = new Map(pods.map((pod) => [keyOf(pod), endsOf(pod)]));
    this.#judge = this.#newJudge();
  }

  /** Whether our rows let a connection come about, in every family that both ends have. */
  allows({ from, to, port, proto }: CaseProbe): boolean {
    const protocol = proto.toUpperCase();
    if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP') throw new Error(`no protocol ${proto}`);
    const pairs = this.#endsOf(from).flatMap((source) =>
      this.#endsOf(to)
        .filter((target) => isV6(target) === isV6(source))
        .map((target) => ({ from: source, to: target, protocol, port }) as const),
    );
    if (pairs.length === 0) throw new Error(`${from} and ${to} have no family in common`);
    return pairs.every((probe) => this.#judge.allows(probe));
  }

  #endsOf(end: string): readonly ProbeEnd[] {
    return this.#ends.get(end) ?? [{ address: end }];
  }

  #newJudge(): AclJudge {
    // Of the topology: the group of all ports, which the hairpin rule is on.
    const name = hashName(`${this.#network.controller}:Cluster:clusterPortGroup`);
    const group: NorthboundRow = { table: 'Port_Group', name, columns: {} };
    const everyPort = [...this.#ends.values()].flatMap((ends) =>
      ends.flatMap(({ port }): NorthboundMember[] =>
        port === undefined
          ? []
          : [
              {
                parent: { table: 'Port_Group', name, column: 'ports' },
                child: { table: 'Logical_Switch_Port', name: port },
              },
            ],
      ),
    );
    const { northbound, members } = this.#compiled;
    const rows = [...northbound.entries()].map(([, row]) => row);
    return new AclJudge([group, ...rows], [...everyPort, ...[...members.entries()].map(([, row]) => row)], () => node);
  }
}

const isV6 = ({ address }: ProbeEnd): boolean => address.includes(':');
const addressesOf = ({ ip, ips }: CasePod): readonly string[] => ips ?? (ip === undefined ? [] : [ip]);

const endsOf = (pod: CasePod): readonly ProbeEnd[] =>
  addressesOf(pod).map((address) => ({
    address,
    ...(pod.hostNetwork !== true && { port: `${pod.namespace}_${pod.name}` }),
  }));

function podObject(pod: CasePod): PodObject {
  const { namespace, name, labels = {}, ports = [], hostNetwork, phase = 'Running' } = pod;
  return {
    metadata: { namespace, name, labels },
    spec: {
      nodeName: node,
      ...(hostNetwork !== undefined && { hostNetwork }),
      containers: [
        {
          ports: ports.map((each) => ({
            ...(each.name !== undefined && { name: each.name }),
            containerPort: each.port,
            ...(each.protocol !== undefined && { protocol: each.protocol }),
          })),
        },
      ],
    },
    status: { phase, podIPs: addressesOf(pod).map((ip) => ({ ip })) },
  };
}

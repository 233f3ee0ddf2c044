import type { Entry, Graph, Table } from '@ovnkube/incremental';
import type { Network } from '@ovnkube/ipam';
import { type DesiredMember, type DesiredRow, desiredEntry } from '@ovnkube/ovn-db';
import { type AclLogging, aclLoggingAnnotation, readAclLogging } from './acl-logging.ts';
import type { AddressSetMember } from './address-set.ts';
import { hairpinRows, nodeRows, type PolicyNode, policyNode } from './default-rows.ts';
import { anyOf, deriveDistinct } from './distinct-rows.ts';
import type { FieldProblem } from './field.ts';
import type { Labels } from './label-selector.ts';
import type { NamespaceObject, NodeObject, PodObject, PolicyObject } from './objects.ts';
import { Ownership } from './owner.ts';
import { includes, type PodSelection, podAnchors, selectionAnchors } from './pod-selection.ts';
import { type Policy, readPolicy } from './policy.ts';
import { type PolicyPod, policyPod } from './policy-pod.ts';
import { isolationGroup, policyGroup, policyRows } from './policy-rows.ts';
import { selectedPods } from './selected-pods.ts';
import { usedSelections } from './used-selection.ts';

/** What policies are compiled from: Kubernetes objects, by name or by `<namespace>/<name>`. */
export interface NetworkPolicyInputs {
  readonly nodes: Table<NodeObject>;
  readonly namespaces: Table<NamespaceObject>;
  readonly pods: Table<PodObject>;
  readonly networkPolicies: Table<PolicyObject>;
}

export interface NetworkPolicyOptions {
  readonly network: Network;
  /**
   * Ports of pods on nodes of this zone are put into port groups. A node's zone is its annotation `k8s.ovn.org/zone-name`,
   * else its name. Without it all nodes are of this zone.
   */
  readonly zone?: string;
  /** Whether the annotation `k8s.ovn.org/acl-stateless` counts, as upstream's `--enable-stateless-netpol`. */
  readonly stateless?: boolean;
  /** Let ICMP through whatever policies say, as upstream's `--allow-icmp-network-policy`. */
  readonly allowIcmp?: boolean;
}

/** A policy that was not understood in every field. What it does not say clearly it does not allow. */
export interface PolicyProblem {
  /** For example `NetworkPolicy`. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly problems: readonly FieldProblem[];
}

/** The derived tables of the policies of one network in one zone. */
export interface NetworkPolicies {
  /** Rows for OVN_Northbound, by `<table>/<name>`. */
  readonly northbound: Table<DesiredRow>;
  /** Which ports are in which port groups, by `<port group>/<port>`. */
  readonly members: Table<DesiredMember>;
  /** Which addresses are in which address sets, by `<set>/<address>`: what the rows of address sets hold, one by one. */
  readonly addresses: Table<AddressSetMember>;
  /** Policies that are not enforced as they stand, by `<kind>/<key>`. */
  readonly problems: Table<PolicyProblem>;
}

/** Derives what enforces the policies of one network in one zone. Table names in the graph begin with `network-policy/<network>/`. */
export function networkPolicies(
  graph: Graph,
  inputs: NetworkPolicyInputs,
  options: NetworkPolicyOptions,
): NetworkPolicies {
  const owner = new Ownership(options.network);
  const table = (name: string) => `network-policy/${options.network.name}/${name}`;
  const nodes = graph.derive<NodeObject, PolicyNode>(table('nodes'), inputs.nodes, (node, _, name) => [
    [name, policyNode(owner, name, node, options.zone)],
  ]);
  const pods = policyPods(graph, table, inputs.pods, nodes, options);
  const namespaces = graph.derive<NamespaceObject, Labels>(
    table('namespaces'),
    inputs.namespaces,
    ({ metadata }, _, name) => [[name, metadata?.labels ?? {}]],
  );
  const policies = graph.derive<PolicyObject, Policy>(table('policies'), inputs.networkPolicies, (object, _, key) => [
    [key, readPolicy(object)],
  ]);
  const selections = deriveDistinct<Policy, PodSelection>(graph, table('selections'), policies, (policy) =>
    usedSelections(policy).map((selection): Entry<PodSelection> => [selection.key, selection]),
  );
  const selected = selectedPods(graph, table, owner, { selections, pods, namespaces });
  const logging = graph.derive<NamespaceObject, AclLogging>(
    table('acl-logging'),
    inputs.namespaces,
    ({ metadata }, _, name) => {
      const read = readAclLogging(metadata?.annotations?.[aclLoggingAnnotation]);
      return Object.keys(read).length === 0 ? [] : [[name, read]];
    },
  );
  const northbound = graph.union<DesiredRow>(table('northbound'), [
    selected.rows,
    graph.derive<Policy, DesiredRow>(
      table('policy-rows'),
      policies,
      (policy, read) => {
        const numbersOf = ({ key }: PodSelection) => read.lookup(selected.numbers, key).map(([, { number }]) => number);
        const rows = policyRows({ owner, subject: policy.subject, numbersOf: sorted(numbersOf) }, policy, {
          logging: read.row(logging, policy.namespace) ?? {},
          stateless: options.stateless ?? false,
          allowIcmp: options.allowIcmp ?? false,
        });
        return [...rows].map(desiredEntry);
      },
      anyOf, // What closes the pods of a namespace is the same for all its policies.
    ),
    defaultRows(graph, table, owner, nodes),
  ]);
  const problems = graph.derive<Policy, PolicyProblem>(
    table('problems'),
    policies,
    ({ namespace, name, problems }, _, key) =>
      problems.length === 0 ? [] : [[`NetworkPolicy/${key}`, { kind: 'NetworkPolicy', namespace, name, problems }]],
  );
  return {
    northbound,
    members: groupMembers(graph, table, owner, pods, policies),
    addresses: selected.members,
    problems,
  };
}

type TableName = (name: string) => string;

const sorted =
  <T>(numbersOf: (of: T) => readonly number[]) =>
  (of: T): readonly number[] =>
    [...numbersOf(of)].sort((a, b) => a - b);

function policyPods(
  graph: Graph,
  table: TableName,
  pods: Table<PodObject>,
  nodes: Table<PolicyNode>,
  { network, zone }: NetworkPolicyOptions,
): Table<PolicyPod> {
  const local = graph.derive<PolicyNode, true>(table('local-nodes'), nodes, (node, _, name) =>
    node.local ? [[name, true]] : [],
  );
  return graph.derive<PodObject, PolicyPod>(table('pods'), pods, (pod, read, key) => {
    const seen = policyPod(network, pod, (node) => zone === undefined || read.has(local, node));
    return seen === undefined ? [] : [[key, seen]];
  });
}

/** The pods that a policy is for, and the port groups that their ports go into. */
interface Subject {
  readonly subject: PodSelection;
  readonly groups: readonly string[];
}

/** Ports of the pods that policies are for, in the groups of these policies and in those that close them. */
function groupMembers(
  graph: Graph,
  table: TableName,
  owner: Ownership,
  pods: Table<PolicyPod>,
  policies: Table<Policy>,
): Table<DesiredMember> {
  // By itself, so that what policies allow is nothing to the pods that they are for.
  const subjects = graph.derive<Policy, Subject>(table('subjects'), policies, (policy, _, key) => {
    const { subject, namespace, directions } = policy;
    const closed = directions.map((direction) => isolationGroup(owner, namespace, direction));
    return [[key, { subject, groups: [policyGroup(owner, policy), ...closed] }]];
  });
  const byAnchor = subjects.index('anchor', ({ subject }) => selectionAnchors(subject));
  return graph.derive<PolicyPod, DesiredMember>(table('port-group-members'), pods, (pod, read) => {
    const { port } = pod;
    if (port === undefined) return [];
    const groups = new Set<string>();
    for (const anchor of podAnchors(pod, undefined))
      for (const [, { subject, groups: own }] of read.lookup(byAnchor, anchor))
        if (includes(subject, pod, undefined)) for (const group of own) groups.add(group);
    return [...groups].map(
      (name): Entry<DesiredMember> => [
        `${name}/${port}`,
        { parent: { table: 'Port_Group', name, column: 'ports' }, child: { table: 'Logical_Switch_Port', name: port } },
      ],
    );
  });
}

/** What is there whether there are policies or not. */
function defaultRows(graph: Graph, table: TableName, owner: Ownership, nodes: Table<PolicyNode>): Table<DesiredRow> {
  const networks = graph.input<Network>(table('networks'));
  networks.set(owner.network.name, owner.network);
  return graph.union<DesiredRow>(table('default-rows'), [
    graph.derive(table('hairpin-rows'), networks, () => hairpinRows(owner).map(desiredEntry)),
    graph.derive(table('node-rows'), nodes, (node, _, name) => nodeRows(owner, name, node).map(desiredEntry)),
  ]);
}

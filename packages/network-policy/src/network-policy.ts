import type { Entry, Graph, Reader, Table } from '@ovnkube/incremental';
import type { Network } from '@ovnkube/ipam';
import { type DesiredMember, type DesiredRow, desiredEntry } from '@ovnkube/ovn-db';
import { type AclLogging, aclLoggingAnnotation, readAclLogging } from './acl-logging.ts';
import type { AddressSetMember } from './address-set.ts';
import { type AdminPolicies, type AdminPolicyInputs, adminPolicies } from './admin-policies.ts';
import { adminGroup, adminRows } from './admin-rows.ts';
import { hairpinRows, nodeRows } from './default-rows.ts';
import { anyOf, deriveDistinct } from './distinct-rows.ts';
import { groupMembers, type Subject } from './group-members.ts';
import type { Labels } from './label-selector.ts';
import type { NamespaceObject, NodeObject, PodObject, PolicyObject } from './objects.ts';
import { Ownership } from './owner.ts';
import { type Policy, readPolicy } from './policy.ts';
import { type PolicyNode, policyNode } from './policy-node.ts';
import { type Addressed, type PolicyPod, policyPod } from './policy-pod.ts';
import type { PolicyProblem } from './policy-problem.ts';
import { isolationGroup, policyGroup, policyRows } from './policy-rows.ts';
import type { MatchContext } from './rule-match.ts';
import { selectedPods } from './selected-pods.ts';
import type { Selection } from './selection.ts';
import { usedSelections } from './used-selection.ts';

/** What policies are compiled from: Kubernetes objects, by name or by `<namespace>/<name>`. */
export interface NetworkPolicyInputs extends AdminPolicyInputs {
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
  return new Compilation(graph, inputs, options).compiled;
}

/** The tables of one derivation, in the order in which they follow from each other. */
class Compilation {
  readonly compiled: NetworkPolicies;
  readonly #graph: Graph;
  readonly #inputs: NetworkPolicyInputs;
  readonly #options: NetworkPolicyOptions;
  readonly #owner: Ownership;

  constructor(graph: Graph, inputs: NetworkPolicyInputs, options: NetworkPolicyOptions) {
    this.#graph = graph;
    this.#inputs = inputs;
    this.#options = options;
    this.#owner = new Ownership(options.network);
    const nodes = this.#nodes();
    const pods = this.#pods(nodes);
    const namespaces = this.#namespaces();
    const policies = graph.derive<PolicyObject, Policy>(
      this.#table('policies'),
      inputs.networkPolicies,
      (object, _, key) => [[key, readPolicy(object)]],
    );
    const admin = adminPolicies(graph, this.#table, inputs);
    const selected = selectedPods(graph, this.#table, this.#owner, {
      selections: this.#selections(policies, admin),
      selectable: graph.union<Addressed>(this.#table('selectable'), [pods, nodes]),
      namespaces,
    });
    /** The context of the rows of a policy; what it reads of numbers is read by `read`. */
    const numbers: NumbersOf = (read, { key }) =>
      read
        .lookup(selected.numbers, key)
        .map(([, { number }]) => number)
        .sort((a, b) => a - b);
    this.compiled = {
      northbound: graph.union<DesiredRow>(this.#table('northbound'), [
        selected.rows,
        this.#policyRows(policies, numbers),
        this.#adminRows(admin, numbers),
        this.#defaultRows(nodes),
      ]),
      members: groupMembers(graph, this.#table, { pods, namespaces, subjects: this.#subjects(policies, admin) }),
      addresses: selected.members,
      problems: graph.union<PolicyProblem>(this.#table('problems'), [this.#problems(policies), admin.problems]),
    };
  }

  readonly #table = (name: string): string => `network-policy/${this.#options.network.name}/${name}`;

  #nodes(): Table<PolicyNode> {
    return this.#graph.derive<NodeObject, PolicyNode>(this.#table('nodes'), this.#inputs.nodes, (node, _, name) => [
      [name, policyNode(this.#owner, name, node, this.#options.zone)],
    ]);
  }

  #pods(nodes: Table<PolicyNode>): Table<PolicyPod> {
    const { network, zone } = this.#options;
    const local = this.#graph.derive<PolicyNode, true>(this.#table('local-nodes'), nodes, (node, _, name) =>
      node.local ? [[name, true]] : [],
    );
    return this.#graph.derive<PodObject, PolicyPod>(this.#table('pods'), this.#inputs.pods, (pod, read, key) => {
      const seen = policyPod(network, pod, (node) => zone === undefined || read.has(local, node));
      return seen === undefined ? [] : [[key, seen]];
    });
  }

  #namespaces(): Table<Labels> {
    const { namespaces } = this.#inputs;
    return this.#graph.derive<NamespaceObject, Labels>(
      this.#table('namespaces'),
      namespaces,
      ({ metadata }, _, name) => [[name, metadata?.labels ?? {}]],
    );
  }

  #selections(policies: Table<Policy>, { policies: admin }: AdminPolicies): Table<Selection> {
    const all = this.#graph.union<Pick<Policy, 'rules' | 'subject'>>(this.#table('all-policies'), [policies, admin]);
    return deriveDistinct<Pick<Policy, 'rules' | 'subject'>, Selection>(
      this.#graph,
      this.#table('selections'),
      all,
      (policy) => usedSelections(policy).map((selection): Entry<Selection> => [selection.key, selection]),
    );
  }

  #policyRows(policies: Table<Policy>, numbers: NumbersOf): Table<DesiredRow> {
    const { stateless = false, allowIcmp = false } = this.#options;
    const logging = this.#graph.derive<NamespaceObject, AclLogging>(
      this.#table('acl-logging'),
      this.#inputs.namespaces,
      ({ metadata }, _, name) => {
        const read = readAclLogging(metadata?.annotations?.[aclLoggingAnnotation]);
        return Object.keys(read).length === 0 ? [] : [[name, read]];
      },
    );
    return this.#graph.derive<Policy, DesiredRow>(
      this.#table('policy-rows'),
      policies,
      (policy, read) => {
        const options = { logging: read.row(logging, policy.namespace) ?? {}, stateless, allowIcmp };
        return [...policyRows(this.#context(policy, read, numbers), policy, options)].map(desiredEntry);
      },
      anyOf, // What closes the pods of a namespace is the same for all its policies.
    );
  }

  #adminRows({ policies }: AdminPolicies, numbers: NumbersOf): Table<DesiredRow> {
    return this.#graph.derive(this.#table('admin-rows'), policies, (policy, read) =>
      [...adminRows(this.#context(policy, read, numbers), policy)].map(desiredEntry),
    );
  }

  #context({ subject }: { readonly subject: Selection }, read: Reader, numbers: NumbersOf): MatchContext {
    return { owner: this.#owner, subject, numbersOf: (selection) => numbers(read, selection) };
  }

  /** By themselves, so that what policies allow is nothing to the pods that they are for. */
  #subjects(policies: Table<Policy>, { policies: admin }: AdminPolicies): Table<Subject> {
    const owner = this.#owner;
    return this.#graph.union<Subject>(this.#table('subjects'), [
      this.#graph.derive<Policy, Subject>(this.#table('policy-subjects'), policies, (policy, _, key) => {
        const { subject, namespace } = policy;
        const closed = policy.directions.map((direction) => isolationGroup(owner, namespace, direction));
        return [[key, { subject, groups: [policyGroup(owner, policy), ...closed] }]];
      }),
      this.#graph.derive(this.#table('admin-subjects'), admin, (policy, _, key) => [
        [key, { subject: policy.subject, groups: [adminGroup(owner, policy)] }] as const,
      ]),
    ]);
  }

  /** What is there whether there are policies or not. */
  #defaultRows(nodes: Table<PolicyNode>): Table<DesiredRow> {
    const owner = this.#owner;
    const networks = this.#graph.input<Network>(this.#table('networks'));
    networks.set(owner.network.name, owner.network);
    return this.#graph.union<DesiredRow>(this.#table('default-rows'), [
      this.#graph.derive(this.#table('hairpin-rows'), networks, () => hairpinRows(owner).map(desiredEntry)),
      this.#graph.derive(this.#table('node-rows'), nodes, (node, _, name) =>
        nodeRows(owner, name, node).map(desiredEntry),
      ),
    ]);
  }

  #problems(policies: Table<Policy>): Table<PolicyProblem> {
    const kind = 'NetworkPolicy';
    return this.#graph.derive(this.#table('policy-problems'), policies, ({ namespace, name, problems }, _, key) =>
      problems.length === 0 ? [] : [[`${kind}/${key}`, { kind, namespace, name, problems }] as const],
    );
  }
}

type NumbersOf = (read: Reader, selection: Selection) => readonly number[];

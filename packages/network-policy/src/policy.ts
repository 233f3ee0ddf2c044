import { attempt, BadField, eachOf, type FieldProblem, isAbsent, listAt, objectAt, shown } from './field.ts';
import { type IpBlock, ipBlockAt } from './ip-block.ts';
import { everything, type LabelSelector, labelSelectorAt } from './label-selector.ts';
import type { PolicyObject } from './objects.ts';
import { type PolicyPort, policyPortAt } from './policy-port.ts';
import { type Selection, selectionOf } from './selection.ts';

export const directions = ['Ingress', 'Egress'] as const;
/** Seen from the pods that a policy is for, as in the API. */
export type Direction = (typeof directions)[number];

/** Who may be at the other end. */
export interface Peers {
  readonly pods: readonly Selection[];
  readonly blocks: readonly IpBlock[];
}

/** What one rule allows. */
export interface Rule {
  readonly direction: Direction;
  /** Its place in the policy, which its ACLs are named by. */
  readonly index: number;
  /** Undefined where the rule names none, which means anyone. */
  readonly peers: Peers | undefined;
  /** Undefined where the rule names none, which means every port of every protocol, and what has no ports. */
  readonly ports: readonly PolicyPort[] | undefined;
}

/** A NetworkPolicy as it was understood. */
export interface Policy {
  readonly namespace: string;
  readonly name: string;
  /** The pods that it is for. */
  readonly subject: Selection;
  /** In which directions those pods are closed but for what rules allow. */
  readonly directions: readonly Direction[];
  readonly rules: readonly Rule[];
  /** Annotation `k8s.ovn.org/acl-stateless`. */
  readonly stateless: boolean;
  /** What was not understood. It allows nothing. */
  readonly problems: readonly FieldProblem[];
}

export const statelessAnnotation = 'k8s.ovn.org/acl-stateless';

/**
 * Reads a NetworkPolicy. Never throws: rules only ever allow, so a peer, a port or a rule that is not understood is left
 * out; a policy whose pods or directions are not understood is for all pods of its namespace, or for both directions.
 */
export function readPolicy({ metadata = {}, spec }: PolicyObject): Policy {
  const { namespace = 'default', name = '', annotations = {} } = metadata;
  const problems: FieldProblem[] = [];
  const read = attempt(problems, () => (isAbsent(spec) ? {} : objectAt(spec, 'spec')), undefined);
  const { podSelector, policyTypes, ingress, egress } = read ?? {};
  const selector = attempt<LabelSelector | undefined>(
    problems,
    () => (isAbsent(podSelector) ? everything : labelSelectorAt(podSelector, 'spec.podSelector')),
    undefined,
  );
  const scope = { kind: 'namespace', name: namespace } as const;
  const isolated = read ? directionsOf(policyTypes, egress, problems) : directions;
  // Rules of a policy whose pods are not known would allow what is meant for others.
  const rules =
    selector === undefined
      ? []
      : isolated.flatMap((direction) =>
          rulesOf(direction, direction === 'Ingress' ? ingress : egress, namespace, problems),
        );
  return {
    namespace,
    name,
    subject: selectionOf(scope, selector ?? everything),
    directions: isolated,
    rules,
    stateless: annotations[statelessAnnotation] === 'true',
    problems,
  };
}

/** The API's default: ingress always, egress where there are egress rules. */
function directionsOf(policyTypes: unknown, egress: unknown, problems: FieldProblem[]): readonly Direction[] {
  const field = 'spec.policyTypes';
  return attempt(
    problems,
    () => {
      const types = listAt(policyTypes, field);
      if (types.length === 0)
        return isAbsent(egress) || (Array.isArray(egress) && egress.length === 0) ? ['Ingress'] : directions;
      for (const [at, type] of types.entries())
        if (!directions.some((each) => each === type))
          throw new BadField(`${field}[${at}]`, `${shown(type)} is none of ${directions.join(', ')}`);
      return directions.filter((each) => types.includes(each));
    },
    directions,
  );
}

function rulesOf(direction: Direction, value: unknown, namespace: string, problems: FieldProblem[]): readonly Rule[] {
  const field = direction === 'Ingress' ? 'spec.ingress' : 'spec.egress';
  const list = attempt(problems, () => listAt(value, field), []);
  return list.flatMap((item, index) =>
    attempt<readonly Rule[]>(problems, () => {
      const at = `${field}[${index}]`;
      const rule = objectAt(item, at);
      const side = direction === 'Ingress' ? 'from' : 'to';
      const peers = peersOf(rule[side], `${at}.${side}`, namespace, problems);
      const given = listAt(rule['ports'], `${at}.ports`);
      const ports = given.length === 0 ? undefined : eachOf(problems, given, `${at}.ports`, policyPortAt);
      return [{ direction, index, peers, ports }];
    }, []),
  );
}

function peersOf(value: unknown, field: string, namespace: string, problems: FieldProblem[]): Peers | undefined {
  const list = listAt(value, field);
  if (list.length === 0) return undefined;
  const peers = eachOf(problems, list, field, (item, at) => peerAt(item, at, namespace));
  return {
    pods: distinct(peers.flatMap((peer) => ('key' in peer ? [peer] : []))),
    blocks: peers.flatMap((peer) => ('cidr' in peer ? [peer] : [])),
  };
}

function peerAt(value: unknown, field: string, namespace: string): Selection | IpBlock {
  const { podSelector, namespaceSelector, ipBlock } = objectAt(value, field);
  if (!isAbsent(ipBlock)) {
    if (!isAbsent(podSelector) || !isAbsent(namespaceSelector))
      throw new BadField(field, 'ipBlock stands beside a selector: a peer is one or the other');
    return ipBlockAt(ipBlock, `${field}.ipBlock`);
  }
  if (isAbsent(podSelector) && isAbsent(namespaceSelector))
    throw new BadField(field, `${shown(value)} names nobody: give podSelector, namespaceSelector or ipBlock`);
  const pods = isAbsent(podSelector) ? everything : labelSelectorAt(podSelector, `${field}.podSelector`);
  if (isAbsent(namespaceSelector)) return selectionOf({ kind: 'namespace', name: namespace }, pods);
  const selector = labelSelectorAt(namespaceSelector, `${field}.namespaceSelector`);
  return selectionOf({ kind: 'namespaces', selector }, pods);
}

/** Selections in the order of their keys, each once: the order in a policy makes no difference. */
export function distinct(selections: readonly Selection[]): readonly Selection[] {
  const byKey = new Map(selections.map((selection) => [selection.key, selection]));
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

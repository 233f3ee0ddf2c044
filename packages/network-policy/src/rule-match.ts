import type { Family } from '@ovnkube/ipam';
import { anyAddress, type End, inAddressSets, inBlocks } from './address-match.ts';
import { addressSetName, atNumber } from './address-set.ts';
import { all, any, constants, type Match } from './match.ts';
import type { Ownership } from './owner.ts';
import type { Rule } from './policy.ts';
import { type PolicyPort, type Protocol, protocols } from './policy-port.ts';
import type { Selection } from './selection.ts';
import { isNamed, namedPortSelections, namedPortsOfAnyPod } from './used-selection.ts';

/** What the match of a rule depends on beside the rule. */
export interface MatchContext {
  readonly owner: Ownership;
  readonly subject: Selection;
  /** The numbers that pods of a selection have its named port at, in order. */
  numbersOf(selection: Selection): readonly number[];
}

/** A part of a rule that is an ACL by itself. */
export interface RulePart {
  /** `None` where the rule is for all protocols. */
  readonly protocol: Lowercase<Protocol> | 'None';
  /** Upstream's `ip-block-index`: -2 for the blocks of a rule, which are one ACL, and -1 otherwise. */
  readonly blockIndex: -1 | -2;
  readonly match: Match;
}

const l4: Readonly<Record<Protocol, Lowercase<Protocol>>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };

/** Who a part is about: anyone, selected pods, or addresses. */
type Others =
  | { readonly kind: 'anyone'; readonly blockIndex: -1 }
  | { readonly kind: 'pods'; readonly blockIndex: -1; readonly pods: readonly Selection[] }
  | { readonly kind: 'blocks'; readonly blockIndex: -2; readonly match: Match };

/** The parts of a rule: one for selected pods, one for addresses, each for every protocol that its ports name. */
export function* ruleParts(context: MatchContext, rule: Rule): Generator<RulePart> {
  for (const others of othersOf(context, rule)) {
    const { blockIndex } = others;
    if (rule.ports === undefined) {
      yield { protocol: 'None', blockIndex, match: addressMatch(context, rule, others) };
      continue;
    }
    for (const protocol of protocols) {
      const ports = rule.ports.filter((port) => port.protocol === protocol);
      const clauses = [...portClauses(context, rule, others, protocol, ports)];
      if (clauses.length > 0) yield { protocol: l4[protocol], blockIndex, match: any(...clauses) };
    }
  }
}

const peerEnd = ({ direction }: Rule): End => (direction === 'Ingress' ? 'src' : 'dst');

function othersOf({ owner }: MatchContext, rule: Rule): readonly Others[] {
  if (rule.peers === undefined) return [{ kind: 'anyone', blockIndex: -1 }];
  const { pods, blocks } = rule.peers;
  const match = inBlocks(peerEnd(rule), owner.network.families, blocks);
  return [
    ...(pods.length > 0 ? [{ kind: 'pods', blockIndex: -1, pods } as const] : []),
    ...(match ? [{ kind: 'blocks', blockIndex: -2, match } as const] : []),
  ];
}

function addressMatch({ owner }: MatchContext, rule: Rule, others: Others): Match {
  switch (others.kind) {
    case 'anyone':
      return anyAddress(owner.network.families);
    case 'blocks':
      return others.match;
    case 'pods':
      return inSets(
        owner,
        peerEnd(rule),
        others.pods.map(({ key }) => key),
      );
  }
}

function inSets(owner: Ownership, end: End, selected: readonly string[]): Match {
  const names = (family: Family) => selected.map((each) => addressSetName(owner, each, family));
  return inAddressSets(end, owner.network.families, names);
}

/** What ports of one protocol add up to. */
function* portClauses(
  context: MatchContext,
  rule: Rule,
  others: Others,
  protocol: Protocol,
  ports: readonly PolicyPort[],
): Generator<Match> {
  const numbered = portNumbers(protocol, ports);
  if (numbered !== undefined) yield all(addressMatch(context, rule, others), numbered);
  if (ports.some(({ kind }) => kind === 'all')) return;
  for (const port of ports.filter(isNamed)) yield* namedClauses(context, rule, others, port);
}

/** The ports that are told by number; undefined where there are none. */
function portNumbers(protocol: Protocol, ports: readonly PolicyPort[]): Match | undefined {
  const field = `${l4[protocol]}.dst`;
  if (ports.some(({ kind }) => kind === 'all')) return l4[protocol];
  const ranges = ports.flatMap((port) => (port.kind === 'range' ? [port] : []));
  const single = [...new Set(ranges.flatMap(({ first, last }) => (first === last ? [first] : [])))];
  const matches = [
    ...(single.length > 0 ? [`${field} == ${constants(single.sort((a, b) => a - b))}`] : []),
    ...ranges.flatMap(({ first, last }) => (first < last ? [`${first} <= ${field} <= ${last}`] : [])),
  ];
  return matches.length === 0 ? undefined : all(l4[protocol], any(...new Set(matches)));
}

/** A named port: at each number that it has on some destination, the destinations that have it there. */
function* namedClauses(
  context: MatchContext,
  rule: Rule,
  others: Others,
  port: Extract<PolicyPort, { kind: 'named' }>,
): Generator<Match> {
  const toPods = rule.direction === 'Ingress' || others.kind === 'pods';
  const selections = toPods ? namedPortSelections(rule, context.subject, port) : [namedPortsOfAnyPod(port)];
  // A peer that is told by a selector is the destination itself.
  const told = others.kind === 'anyone' || (rule.direction === 'Egress' && others.kind === 'pods');
  const peer = told ? [] : [addressMatch(context, rule, others)];
  const byNumber = new Map<number, string[]>();
  for (const selection of selections)
    for (const number of context.numbersOf(selection)) {
      const at = atNumber(selection.key, number);
      byNumber.set(number, [...(byNumber.get(number) ?? []), at]);
    }
  for (const [number, selected] of [...byNumber].sort(([a], [b]) => a - b))
    yield all(
      ...peer,
      inSets(context.owner, 'dst', selected),
      l4[port.protocol],
      `${l4[port.protocol]}.dst == ${number}`,
    );
}

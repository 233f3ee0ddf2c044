import { everything } from './label-selector.ts';
import { distinct, type Policy, type Rule } from './policy.ts';
import type { PolicyPort } from './policy-port.ts';
import { type NamedPort, type Selection, selectionOf, withPort } from './selection.ts';

const everyPod = selectionOf({ kind: 'namespaces', selector: everything }, everything);

export const isNamed = (port: PolicyPort): port is Extract<PolicyPort, { kind: 'named' }> => port.kind === 'named';

/**
 * Whose named ports a rule means by a port's name: those of the destination pods. For ingress these are the pods that the
 * policy is for; for egress the peers, or any pod where peers are not told by selectors.
 */
export function namedPortSelections(rule: Rule, subject: Selection, port: NamedPort): readonly Selection[] {
  if (rule.direction === 'Ingress') return [withPort(subject, port)];
  return (rule.peers?.pods ?? []).map((peer) => withPort(peer, port));
}

/** As `namedPortSelections`, for egress to addresses or anywhere: a name means something only where a pod has the address. */
export const namedPortsOfAnyPod = (port: NamedPort): Selection => withPort(everyPod, port);

/** The selections that the matches of a policy refer to by their address sets. */
export function usedSelections({ rules, subject }: Pick<Policy, 'rules' | 'subject'>): readonly Selection[] {
  return distinct(
    rules.flatMap((rule) => {
      const { ports, peers, direction } = rule;
      const named = (ports ?? []).filter(isNamed);
      const byAddress = direction === 'Ingress' || ports === undefined || named.length < ports.length;
      const toAnyPod = direction === 'Egress' && (peers === undefined || peers.blocks.length > 0);
      return [
        ...(byAddress ? (peers?.pods ?? []) : []),
        ...named.flatMap((port) => namedPortSelections(rule, subject, port)),
        ...(toAnyPod ? named.map(namedPortsOfAnyPod) : []),
      ];
    }),
  );
}

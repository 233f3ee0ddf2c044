import type { DesiredRow } from '@ovnkube/ovn-db';
import { aclRow, aclsOfGroup, atPorts, priorities } from './acl.ts';
import type { AclLogging } from './acl-logging.ts';
import { all, any } from './match.ts';
import { nb, type Ownership } from './owner.ts';
import type { Direction, Policy } from './policy.ts';
import { type MatchContext, ruleParts } from './rule-match.ts';

const policyIds = (namespace: string, name: string) => ({ name: `${namespace}:${name}` });
const namespaceIds = (namespace: string, direction: Direction) => ({ name: namespace, direction });

/** The port group of the pods that a policy is for. */
export const policyGroup = (owner: Ownership, { namespace, name }: Pick<Policy, 'namespace' | 'name'>): string =>
  owner.hash('NetworkPolicy', policyIds(namespace, name));

/** The port group of the pods of a namespace that are closed in a direction. */
export const isolationGroup = (owner: Ownership, namespace: string, direction: Direction): string =>
  owner.hash('NetpolNamespace', namespaceIds(namespace, direction));

/** How the rows of a policy come out where that is not the policy's own choice. */
export interface PolicyRowOptions {
  readonly logging: AclLogging;
  /** Whether the annotation for stateless rules counts. */
  readonly stateless: boolean;
  /** Let ICMP through whatever policies say: upstream's `--allow-icmp-network-policy`. */
  readonly allowIcmp: boolean;
}

/** The rows of a policy: its port group, an ACL for each part of its rules, and what closes the pods that it selects. */
export function* policyRows(context: MatchContext, policy: Policy, options: PolicyRowOptions): Generator<DesiredRow> {
  const { owner } = context;
  const { namespace, name, rules } = policy;
  const group = policyGroup(owner, policy);
  const ids = policyIds(namespace, name);
  yield nb('Port_Group', group, { external_ids: owner.externalIds('NetworkPolicy', ids) });
  for (const direction of policy.directions) yield* isolationRows(owner, namespace, direction, options);
  for (const rule of rules) {
    const { direction, index } = rule;
    for (const { protocol, blockIndex, match } of ruleParts(context, rule))
      yield aclRow(owner, {
        type: 'NetworkPolicy',
        ids: {
          ...ids,
          direction,
          'gress-index': String(index),
          'port-policy-protocol': protocol,
          'ip-block-index': String(blockIndex),
        },
        parent: aclsOfGroup(group),
        direction,
        priority: priorities.allow,
        match: all(match, atPorts(direction, group)),
        action: policy.stateless && options.stateless ? 'allow-stateless' : 'allow-related',
        name: `NP:${namespace}:${name}:${direction}:${index}`,
        severity: options.logging.allow,
      });
  }
}

/** What closes pods in a direction. It is the same whichever policy of the namespace asks for it. */
function* isolationRows(
  owner: Ownership,
  namespace: string,
  direction: Direction,
  { logging, allowIcmp }: PolicyRowOptions,
): Generator<DesiredRow> {
  const group = isolationGroup(owner, namespace, direction);
  const ids = namespaceIds(namespace, direction);
  const at = atPorts(direction, group);
  const acl = {
    type: 'NetpolNamespace',
    parent: aclsOfGroup(group),
    direction,
    name: `NP:${namespace}:${direction}`,
  } as const;
  yield nb('Port_Group', group, { external_ids: owner.externalIds('NetpolNamespace', ids) });
  yield aclRow(owner, {
    ...acl,
    ids: { ...ids, type: 'defaultDeny' },
    priority: priorities.deny,
    match: at,
    action: 'drop',
    severity: logging.deny,
  });
  // Without them a closed pod could not even learn where its gateway is.
  const neighbours = { ...acl, ids: { ...ids, type: 'arpAllow' }, match: all(at, any('arp', 'nd')) };
  yield aclRow(owner, { ...neighbours, priority: priorities.allow, action: 'allow' });
  if (!allowIcmp) return;
  const icmp = { ...acl, ids: { ...ids, type: 'icmpAllow' }, match: all(any('icmp4', 'icmp6'), at) };
  yield aclRow(owner, { ...icmp, priority: priorities.allow, action: 'allow-related' });
}

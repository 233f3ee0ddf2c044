import type { DesiredRow } from '@ovnkube/ovn-db';
import { aclRow, aclsOfGroup, atPorts, tiers } from './acl.ts';
import type { AclLogging, Severity } from './acl-logging.ts';
import type { AdminAction, AdminKind, AdminPolicy } from './admin-policy.ts';
import { all } from './match.ts';
import { nb, type Ownership } from './owner.ts';
import { type MatchContext, ruleParts } from './rule-match.ts';

/** What names of ACLs in logs begin with. */
const prefixes: Readonly<Record<AdminKind, string>> = {
  AdminNetworkPolicy: 'ANP',
  BaselineAdminNetworkPolicy: 'BANP',
  ClusterNetworkPolicy: 'CNP',
};

/** The port group of the pods that a policy is for. */
export const adminGroup = (owner: Ownership, { kind, name }: Pick<AdminPolicy, 'kind' | 'name'>): string =>
  owner.hash(kind, { name });

/** The rows of a policy of the admin or baseline tier: its port group, and ACLs in the order of its rules. */
export function* adminRows(context: MatchContext, policy: AdminPolicy): Generator<DesiredRow> {
  const { owner } = context;
  const { kind, name } = policy;
  const group = adminGroup(owner, policy);
  yield nb('Port_Group', group, { external_ids: owner.externalIds(kind, { name }) });
  for (const rule of policy.rules) {
    const { direction, index, action, priority } = rule;
    for (const { protocol, blockIndex, match } of ruleParts(context, rule))
      yield aclRow(owner, {
        type: kind,
        ids: {
          name,
          direction,
          'gress-index': String(index),
          'port-policy-protocol': protocol,
          'ip-block-index': String(blockIndex),
        },
        parent: aclsOfGroup(group),
        direction,
        priority,
        tier: tiers[policy.tier],
        match: all(match, atPorts(direction, group)),
        action,
        name: `${prefixes[kind]}:${name}:${direction}:${index}`,
        severity: severityOf(policy.logging, action),
      });
  }
}

function severityOf(logging: AclLogging, action: AdminAction): Severity | undefined {
  switch (action) {
    case 'allow-related':
      return logging.allow;
    case 'drop':
      return logging.deny;
    case 'pass':
      return logging.pass;
  }
}

import type { DesiredRow, OVN_Northbound, TypedParent } from '@ovnkube/ovn-db';
import { loggingColumns, type Severity } from './acl-logging.ts';
import { type Match, matchText } from './match.ts';
import { nb, type Ownership, type OwnerType } from './owner.ts';
import type { Direction } from './policy.ts';

/** Tiers: those of a lower number come first, and a verdict of one is final unless it is `pass`. */
export const tiers = { admin: 1, networkPolicy: 2, baseline: 3 } as const;

/** Priorities in tier 2. */
export const priorities = { deny: 1000, allow: 1001 } as const;

export interface Acl {
  readonly type: OwnerType;
  readonly ids: Readonly<Record<string, string>>;
  /** What holds it: a port group or a switch. */
  readonly parent: TypedParent<OVN_Northbound>;
  readonly direction: Direction;
  readonly priority: number;
  readonly tier?: number;
  readonly match: Match;
  readonly action: 'allow' | 'allow-related' | 'allow-stateless' | 'drop' | 'pass';
  /** The name that logs show. */
  readonly name?: string;
  readonly severity?: Severity | undefined;
}

/**
 * The row of an ACL. What the API calls ingress is checked on the way to the pod's port; egress on the way from it, after
 * load balancing, so that a rule sees the pod behind a Service.
 */
export function aclRow(owner: Ownership, acl: Acl): DesiredRow {
  const { type, ids, parent, direction, priority, match, action } = acl;
  return nb(
    'ACL',
    owner.id(type, ids),
    {
      name: acl.name === undefined ? undefined : cut(acl.name),
      direction: direction === 'Ingress' ? 'to-lport' : 'from-lport',
      options: direction === 'Ingress' ? {} : { 'apply-after-lb': 'true' },
      priority,
      tier: acl.tier ?? tiers.networkPolicy,
      match: matchText(match),
      action,
      ...loggingColumns(acl.severity),
      external_ids: owner.externalIds(type, ids),
    },
    { parents: [parent] },
  );
}

/** ovn-nb(5): a name has 63 bytes at most. All that names are made of is ASCII. */
const cut = (name: string): string => name.slice(0, 63);

/** The comparison that makes an ACL one of the ports in a group. */
export const atPorts = (direction: Direction, portGroup: string): Match =>
  `${direction === 'Ingress' ? 'outport' : 'inport'} == @${portGroup}`;

export const aclsOfGroup = (name: string) => ({ table: 'Port_Group', name, column: 'acls' }) as const;
export const aclsOfSwitch = (name: string) => ({ table: 'Logical_Switch', name, column: 'acls' }) as const;

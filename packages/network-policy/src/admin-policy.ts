import { type AclLogging, aclLoggingAnnotation, readAclLogging } from './acl-logging.ts';
import { namespacedSelectionAt, type Side, sidePeersAt } from './admin-peer.ts';
import { adminPortAt, clusterProtocolAt } from './admin-port.ts';
import {
  attempt,
  BadField,
  type FieldProblem,
  isAbsent,
  listAt,
  type Members,
  numberAt,
  objectAt,
  shown,
  wordAt,
} from './field.ts';
import type { PolicyObject } from './objects.ts';
import { type Direction, directions, type Rule } from './policy.ts';
import type { PolicyPort } from './policy-port.ts';
import type { Selection } from './selection.ts';

export type AdminKind = 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy' | 'ClusterNetworkPolicy';
export type AdminAction = 'allow-related' | 'drop' | 'pass';

/** A rule of a tier above or below NetworkPolicy. */
export interface AdminRule extends Rule {
  readonly action: AdminAction;
  /** Of its ACLs. */
  readonly priority: number;
}

/** A policy of the admin or the baseline tier as it was understood. */
export interface AdminPolicy {
  readonly kind: AdminKind;
  readonly name: string;
  readonly tier: 'admin' | 'baseline';
  /** Its own priority; undefined where the kind has none. */
  readonly priority: number | undefined;
  readonly subject: Selection;
  readonly rules: readonly AdminRule[];
  readonly logging: AclLogging;
  readonly problems: readonly FieldProblem[];
}

/** A policy of which not even the pods are known that it is for: nothing can be done but to say so. */
export interface RefusedPolicy {
  readonly kind: AdminKind;
  readonly name: string;
  readonly problems: readonly FieldProblem[];
}

/** ACL priorities of a policy's rules of one direction: from the first downwards, as many as there are slots. */
interface Slots {
  readonly first: number;
  readonly count: number;
}

/** What tells the three kinds apart, as data. */
interface Dialect {
  readonly actions: Readonly<Record<string, AdminAction>>;
  readonly ports: string;
  portAt(value: unknown, field: string): readonly PolicyPort[];
  tierOf(spec: Members): AdminPolicy['tier'];
  readonly prioritized: boolean;
  slots(priority: number): Slots;
}

/**
 * Upstream gives an AdminNetworkPolicy a hundred ACL priorities, which suffices for its priorities up to 99. Those above
 * get twenty each of what is left.
 */
const adminSlots = (priority: number): Slots =>
  priority < 100
    ? { first: 30_000 - 100 * priority, count: 100 }
    : { first: 20_000 - 20 * (priority - 100), count: 20 };

const verdicts = { Deny: 'drop', Pass: 'pass' } as const;

const dialects: Readonly<Record<AdminKind, Dialect>> = {
  AdminNetworkPolicy: {
    actions: { Allow: 'allow-related', ...verdicts },
    ports: 'ports',
    portAt: adminPortAt,
    tierOf: () => 'admin',
    prioritized: true,
    slots: adminSlots,
  },
  BaselineAdminNetworkPolicy: {
    actions: { Allow: 'allow-related', Deny: 'drop' },
    ports: 'ports',
    portAt: adminPortAt,
    tierOf: () => 'baseline',
    prioritized: false,
    slots: () => ({ first: 1_750, count: 100 }),
  },
  ClusterNetworkPolicy: {
    actions: { Accept: 'allow-related', ...verdicts },
    ports: 'protocols',
    portAt: clusterProtocolAt,
    tierOf: ({ tier }) => (wordAt(tier, 'spec.tier', ['Admin', 'Baseline']) === 'Admin' ? 'admin' : 'baseline'),
    prioritized: true,
    slots: (priority) => ({ first: 30_000 - 25 * priority, count: 25 }),
  },
};

/**
 * Reads a policy of the admin or baseline tier. Never throws. A rule that is not understood fails closed as the API has
 * it: one that accepts matches nothing, any other denies everything. A policy whose tier or priority is not understood
 * denies its pods everything; one whose pods are not is refused.
 */
export function readAdminPolicy(kind: AdminKind, { metadata = {}, spec }: PolicyObject): AdminPolicy | RefusedPolicy {
  const { name = '', annotations = {} } = metadata;
  const problems: FieldProblem[] = [];
  const dialect = dialects[kind];
  const read = attempt<{ readonly spec: Members; readonly subject: Selection } | undefined>(
    problems,
    () => {
      const members = objectAt(spec, 'spec');
      if (kind === 'BaselineAdminNetworkPolicy' && name !== 'default')
        throw new BadField('metadata.name', `${shown(name)} is not default, the only name that there may be`);
      return { spec: members, subject: namespacedSelectionAt(members['subject'], 'spec.subject') };
    },
    undefined,
  );
  if (read === undefined) return { kind, name, problems };
  const rank = attempt<{ readonly tier: AdminPolicy['tier']; readonly priority: number | undefined } | undefined>(
    problems,
    () => ({
      tier: dialect.tierOf(read.spec),
      priority: dialect.prioritized ? numberAt(read.spec['priority'], 'spec.priority', 0, 1_000) : undefined,
    }),
    undefined,
  );
  const { tier, priority } = rank ?? { tier: 'admin', priority: undefined };
  const slots = rank ? dialect.slots(priority ?? 0) : { first: 30_000, count: 1 };
  const rules = directions.flatMap((direction) =>
    rank
      ? rulesOf(dialect, slots, direction, read.spec[direction.toLowerCase()], problems)
      : [denyAll(direction, 0, slots.first)],
  );
  const logging = readAclLogging(annotations[aclLoggingAnnotation]);
  return { kind, name, tier, priority, subject: read.subject, rules, logging, problems };
}

const denyAll = (direction: Direction, index: number, priority: number): AdminRule => ({
  direction,
  index,
  peers: undefined,
  ports: undefined,
  action: 'drop',
  priority,
});

function rulesOf(
  dialect: Dialect,
  { first, count }: Slots,
  direction: Direction,
  value: unknown,
  problems: FieldProblem[],
): readonly AdminRule[] {
  const field = `spec.${direction.toLowerCase()}`;
  const list = attempt<readonly unknown[] | undefined>(problems, () => listAt(value, field), undefined);
  if (list === undefined) return [denyAll(direction, 0, first)];
  const fitting = list.length > count ? list.slice(0, count - 1) : list;
  const rules = fitting.flatMap((item, index) =>
    ruleOf(dialect, direction, { item, index, field: `${field}[${index}]`, priority: first - index }, problems),
  );
  if (fitting === list) return rules;
  problems.push({ field, message: `${list.length} rules are more than the ${count} that there is room for` });
  return [...rules, denyAll(direction, fitting.length, first - fitting.length)];
}

interface Place {
  readonly item: unknown;
  readonly index: number;
  readonly field: string;
  readonly priority: number;
}

/** One rule, or what it comes to where it is not understood. */
function ruleOf(dialect: Dialect, direction: Direction, place: Place, problems: FieldProblem[]): readonly AdminRule[] {
  const { item, index, field, priority } = place;
  const action = attempt(
    problems,
    () => actionOf(dialect, objectAt(item, field)['action'], `${field}.action`),
    undefined,
  );
  if (action === undefined) return [denyAll(direction, index, priority)];
  const read = attempt<Pick<Rule, 'peers' | 'ports'> | undefined>(
    problems,
    () => {
      const rule = objectAt(item, field);
      const ports = portsAt(rule[dialect.ports], `${field}.${dialect.ports}`, dialect);
      const side: Side = direction === 'Ingress' ? 'from' : 'to';
      const named = ports?.some(({ kind }) => kind === 'named') ?? false;
      return { ports, peers: sidePeersAt(rule[side], `${field}.${side}`, side, named) };
    },
    undefined,
  );
  if (read !== undefined) return [{ direction, index, ...read, action, priority }];
  return action === 'allow-related' ? [] : [denyAll(direction, index, priority)];
}

function actionOf({ actions }: Dialect, value: unknown, field: string): AdminAction | undefined {
  return actions[wordAt(value, field, Object.keys(actions))];
}

function portsAt(value: unknown, field: string, dialect: Dialect): readonly PolicyPort[] | undefined {
  if (isAbsent(value)) return undefined;
  const list = listAt(value, field);
  if (list.length === 0) return undefined;
  return list.flatMap((item, at) => dialect.portAt(item, `${field}[${at}]`));
}

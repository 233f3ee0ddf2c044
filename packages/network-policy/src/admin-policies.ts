import type { Graph, Reader, Table } from '@ovnkube/incremental';
import { type AdminKind, type AdminPolicy, type RefusedPolicy, readAdminPolicy } from './admin-policy.ts';
import type { FieldProblem } from './field.ts';
import type { PolicyObject } from './objects.ts';
import type { PolicyProblem } from './policy-problem.ts';

export interface AdminPolicies {
  /** Policies that are enforced, by `<kind>/<name>`. */
  readonly policies: Table<AdminPolicy>;
  readonly problems: Table<PolicyProblem>;
}

/** Policies of the tiers above and below NetworkPolicy, by name. */
export interface AdminPolicyInputs {
  /** `policy.networking.k8s.io/v1alpha1`. */
  readonly adminNetworkPolicies?: Table<PolicyObject>;
  /** `policy.networking.k8s.io/v1alpha1`. */
  readonly baselineAdminNetworkPolicies?: Table<PolicyObject>;
  /** `policy.networking.k8s.io/v1alpha2`. */
  readonly clusterNetworkPolicies?: Table<PolicyObject>;
}

const isRefused = (policy: AdminPolicy | RefusedPolicy): policy is RefusedPolicy => !('rules' in policy);

/** The policies of the admin and baseline tiers, of whatever kind. */
export function adminPolicies(graph: Graph, table: (name: string) => string, inputs: AdminPolicyInputs): AdminPolicies {
  const kinds: readonly (readonly [AdminKind, Table<PolicyObject> | undefined])[] = [
    ['AdminNetworkPolicy', inputs.adminNetworkPolicies],
    ['BaselineAdminNetworkPolicy', inputs.baselineAdminNetworkPolicies],
    ['ClusterNetworkPolicy', inputs.clusterNetworkPolicies],
  ];
  const read = graph.union<AdminPolicy | RefusedPolicy>(
    table('admin-policies-read'),
    kinds.flatMap(([kind, objects]) =>
      objects === undefined
        ? []
        : graph.derive<PolicyObject, AdminPolicy | RefusedPolicy>(table(`read ${kind}`), objects, (object, _, key) => [
            [`${kind}/${key}`, readAdminPolicy(kind, object)],
          ]),
    ),
  );
  const policies = graph.derive<AdminPolicy | RefusedPolicy, AdminPolicy>(
    table('admin-policies'),
    read,
    (policy, _, key) => (isRefused(policy) ? [] : [[key, policy]]),
  );
  const byRank = policies.index('rank', rankOf);
  const problems = graph.derive<AdminPolicy | RefusedPolicy, PolicyProblem>(
    table('admin-problems'),
    read,
    (policy, reader, key) => {
      const { kind, name } = policy;
      const rivals = isRefused(policy) ? [] : rivalsOf(policy, key, reader);
      const all = [...policy.problems, ...rivals];
      return all.length === 0 ? [] : [[key, { kind, name, problems: all }]];
    },
  );
  return { policies, problems };

  /** Which of two policies of one priority comes first is for nobody to know. */
  function rivalsOf(policy: AdminPolicy, key: string, reader: Reader): readonly FieldProblem[] {
    const others = rankOf(policy).flatMap((rank) => reader.lookup(byRank, rank).filter(([other]) => other !== key));
    const [first] = others;
    if (first === undefined) return [];
    const message = `${policy.priority} is the priority of ${first[1].name} as well: which of them counts is undefined`;
    return [{ field: 'spec.priority', message }];
  }
}

const rankOf = ({ kind, tier, priority }: AdminPolicy): readonly string[] =>
  priority === undefined ? [] : [`${kind} ${tier} ${priority}`];

import {
  isSelected,
  isWithin,
  networkPolicyVerdict,
  type OracleConnection,
  type OracleDirection,
  type OracleEnd,
  type OraclePod,
  type OracleSelector,
  type OracleWorld,
} from './network-policy-oracle.ts';

interface NamespacedPods {
  readonly namespaceSelector: OracleSelector;
  readonly podSelector: OracleSelector;
}

/** A peer of AdminNetworkPolicy or ClusterNetworkPolicy; exactly one member is set. */
export interface OracleAdminPeer {
  readonly namespaces?: OracleSelector;
  readonly pods?: NamespacedPods;
  readonly nodes?: OracleSelector;
  readonly networks?: readonly string[];
}

/** A port as AdminNetworkPolicy and ClusterNetworkPolicy alike can say it. */
export interface OracleAdminPort {
  readonly protocol?: string;
  readonly first?: number;
  readonly last?: number;
  readonly name?: string;
}

/** What AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy say, whatever words they have for it. */
export interface OracleAdminPolicy {
  readonly tier: 'admin' | 'baseline';
  readonly priority: number;
  readonly subject: Pick<OracleAdminPeer, 'namespaces' | 'pods'>;
  readonly rules: readonly {
    readonly direction: OracleDirection;
    readonly action: 'allow' | 'deny' | 'pass';
    readonly peers: readonly OracleAdminPeer[];
    readonly ports: readonly OracleAdminPort[];
  }[];
}

export interface OracleAdminWorld extends OracleWorld {
  readonly adminPolicies: readonly OracleAdminPolicy[];
  readonly nodes: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly addresses: readonly string[];
  }[];
}

/** Whether policies of all tiers let a connection come about: admin, then NetworkPolicy, then baseline, then yes. */
export function policiesAllow(world: OracleAdminWorld, connection: OracleConnection): boolean {
  return (['Egress', 'Ingress'] as const).every(
    (direction) =>
      tierVerdict(world, 'admin', direction, connection) ??
      networkPolicyVerdict(world, direction, connection) ??
      tierVerdict(world, 'baseline', direction, connection) ??
      true,
  );
}

function tierVerdict(
  world: OracleAdminWorld,
  tier: 'admin' | 'baseline',
  direction: OracleDirection,
  { from, to, protocol, port }: OracleConnection,
): boolean | undefined {
  const [{ pod }, peer] = direction === 'Ingress' ? [to, from] : [from, to];
  if (pod === undefined) return undefined;
  const mine = world.adminPolicies.filter((policy) => policy.tier === tier && isPod(world, policy.subject, pod));
  for (const policy of mine.toSorted((a, b) => a.priority - b.priority))
    for (const rule of policy.rules) {
      if (rule.direction !== direction) continue;
      if (!rule.peers.some((each) => isAdminPeer(world, each, peer))) continue;
      if (rule.ports.length > 0 && !rule.ports.some((each) => isAdminPort(each, to.pod, protocol, port))) continue;
      return rule.action === 'pass' ? undefined : rule.action === 'allow';
    }
  return undefined;
}

function isPod(world: OracleWorld, { namespaces, pods }: OracleAdminPeer, pod: OraclePod): boolean {
  const labels = world.namespaces.get(pod.namespace);
  if (labels === undefined) return false;
  if (namespaces) return isSelected(namespaces, labels);
  return pods !== undefined && isSelected(pods.namespaceSelector, labels) && isSelected(pods.podSelector, pod.labels);
}

function isAdminPeer(world: OracleAdminWorld, peer: OracleAdminPeer, { address, pod }: OracleEnd): boolean {
  const { networks, nodes } = peer;
  if (networks) return networks.some((each) => isWithin(each, address));
  if (nodes) return world.nodes.some((node) => isSelected(nodes, node.labels) && node.addresses.includes(address));
  return pod !== undefined && isPod(world, peer, pod);
}

function isAdminPort(
  wanted: OracleAdminPort,
  destination: OraclePod | undefined,
  protocol: string,
  port: number,
): boolean {
  if (wanted.name !== undefined)
    return (destination?.ports ?? []).some(
      (each) => each.name === wanted.name && each.protocol === protocol && each.port === port,
    );
  const { first = 0, last = first } = wanted;
  return wanted.protocol === protocol && first <= port && port <= last;
}

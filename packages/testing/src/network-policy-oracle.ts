import { addressRange } from './ovn-expression.ts';

/** A label selector of the Kubernetes API. */
export interface OracleSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface OraclePeer {
  readonly podSelector?: OracleSelector;
  readonly namespaceSelector?: OracleSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

export interface OraclePort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A NetworkPolicy of the Kubernetes API; it must be valid. */
export interface OraclePolicy {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly podSelector: OracleSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly { readonly from?: readonly OraclePeer[]; readonly ports?: readonly OraclePort[] }[];
    readonly egress?: readonly { readonly to?: readonly OraclePeer[]; readonly ports?: readonly OraclePort[] }[];
  };
}

export interface OraclePod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

export interface OracleWorld {
  /** Labels of the namespaces. */
  readonly namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly policies: readonly OraclePolicy[];
}

/** One end of a connection: an address, and the pod that has it unless none does. */
export interface OracleEnd {
  readonly address: string;
  readonly pod?: OraclePod;
}

/**
 * Whether NetworkPolicies let a connection come about: the words of the API, one policy and rule after the other. It is
 * the answer that compilers of policies are held against, so it shares no line with them.
 */
export function networkPoliciesAllow(
  world: OracleWorld,
  from: OracleEnd,
  to: OracleEnd,
  protocol: string,
  port: number,
): boolean {
  const connection = { from, to, protocol, port };
  return (
    networkPolicyVerdict(world, 'Egress', connection) !== false &&
    networkPolicyVerdict(world, 'Ingress', connection) !== false
  );
}

export interface OracleConnection {
  readonly from: OracleEnd;
  readonly to: OracleEnd;
  readonly protocol: string;
  readonly port: number;
}

export type OracleDirection = 'Ingress' | 'Egress';

/** What NetworkPolicies say on one side of a connection; undefined where none is for the pod there. */
export function networkPolicyVerdict(
  world: OracleWorld,
  direction: OracleDirection,
  { from, to, protocol, port }: OracleConnection,
): boolean | undefined {
  const [{ pod }, peer] = direction === 'Ingress' ? [to, from] : [from, to];
  if (pod === undefined) return undefined;
  const isolating = world.policies.filter(
    (policy) =>
      policy.metadata.namespace === pod.namespace &&
      typesOf(policy).includes(direction) &&
      isSelected(policy.spec.podSelector, pod.labels),
  );
  if (isolating.length === 0) return undefined;
  return isolating.some((policy) =>
    rulesOf(policy, direction).some(
      ({ peers, ports }) =>
        (peers.length === 0 || peers.some((each) => isPeer(world, policy.metadata.namespace, each, peer))) &&
        (ports.length === 0 || ports.some((each) => isPort(each, to.pod, protocol, port))),
    ),
  );
}

const typesOf = ({ spec }: OraclePolicy): readonly string[] => {
  if (spec.policyTypes !== undefined && spec.policyTypes.length > 0) return spec.policyTypes;
  return (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
};

const rulesOf = ({ spec }: OraclePolicy, direction: 'Ingress' | 'Egress') =>
  direction === 'Ingress'
    ? (spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }))
    : (spec.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }));

export function isSelected(selector: OracleSelector, labels: Readonly<Record<string, string>>): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const value = labels[key];
    if (operator === 'In' && (value === undefined || !values.includes(value))) return false;
    if (operator === 'NotIn' && value !== undefined && values.includes(value)) return false;
    if (operator === 'Exists' && value === undefined) return false;
    if (operator === 'DoesNotExist' && value !== undefined) return false;
  }
  return true;
}

function isPeer(world: OracleWorld, own: string, peer: OraclePeer, { address, pod }: OracleEnd): boolean {
  if (peer.ipBlock)
    return isWithin(peer.ipBlock.cidr, address) && !(peer.ipBlock.except ?? []).some((each) => isWithin(each, address));
  if (pod === undefined) return false;
  if (peer.namespaceSelector === undefined) {
    if (pod.namespace !== own) return false;
  } else {
    const labels = world.namespaces.get(pod.namespace);
    if (labels === undefined || !isSelected(peer.namespaceSelector, labels)) return false;
  }
  return peer.podSelector === undefined || isSelected(peer.podSelector, pod.labels);
}

export function isWithin(cidr: string, address: string): boolean {
  const range = addressRange(cidr);
  const { first, bits } = addressRange(address);
  return range.bits === bits && range.first <= first && first <= range.last;
}

function isPort(wanted: OraclePort, destination: OraclePod | undefined, protocol: string, port: number): boolean {
  if ((wanted.protocol ?? 'TCP') !== protocol) return false;
  if (wanted.port === undefined) return true;
  if (typeof wanted.port === 'number') return wanted.port <= port && port <= (wanted.endPort ?? wanted.port);
  return (destination?.ports ?? []).some(
    (each) => each.name === wanted.port && each.protocol === protocol && each.port === port,
  );
}

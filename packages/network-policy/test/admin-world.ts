// Random policies of the admin and baseline tiers, in the words of either API.
import type { PolicyObject } from '@ovnkube/network-policy';
import type { OracleAdminPeer, OracleAdminPolicy, OracleAdminPort } from '@ovnkube/testing';
import fc from 'fast-check';
import { selector } from './world.ts';

/** No two policies of a tier have the same priority: their order would be undefined. */
export const priorities = [0, 1, 99, 100, 101, 1000] as const;

const pods = fc.record({ namespaceSelector: selector, podSelector: selector });
const subject = fc.oneof(fc.record({ namespaces: selector }), fc.record({ pods }));
const networks = fc.constantFrom(
  ['10.128.0.0/29'],
  ['10.128.0.8/29', 'fd01::/125'],
  ['0.0.0.0/0', '::/0'],
  ['203.0.113.0/29', '192.0.2.1/32'],
);
const podPeer: fc.Arbitrary<OracleAdminPeer> = subject;
const anyPeer: fc.Arbitrary<OracleAdminPeer> = fc.oneof(
  { weight: 3, arbitrary: podPeer },
  { weight: 1, arbitrary: fc.record({ nodes: selector }) },
  { weight: 1, arbitrary: fc.record({ networks }) },
);
const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const numbered: fc.Arbitrary<OracleAdminPort> = fc.oneof(
  fc.record({ protocol, first: fc.constantFrom(80, 81, 90) }),
  fc.record({ protocol, first: fc.constantFrom(79, 80), last: fc.constantFrom(81, 90) }),
);
const named: fc.Arbitrary<OracleAdminPort> = fc.record({ name: fc.constantFrom('web', 'dns') });

type Rule = OracleAdminPolicy['rules'][number];
const action = fc.constantFrom<Rule['action'][]>('allow', 'deny', 'pass');
const few = <T>(one: fc.Arbitrary<T>, minLength: number) => fc.array(one, { minLength, maxLength: 2 });

const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.record({
    direction: fc.constantFrom<Rule['direction'][]>('Ingress', 'Egress'),
    action,
    peers: few(podPeer, 1),
    ports: few(fc.oneof(numbered, named), 0),
  }),
  fc.record({ direction: fc.constant('Egress' as const), action, peers: few(anyPeer, 1), ports: few(numbered, 0) }),
);

/** A policy by its place in its tier: the index of its priority. */
export const adminPolicy = fc.record({
  tier: fc.constantFrom<OracleAdminPolicy['tier'][]>('admin', 'baseline'),
  priority: fc.constantFrom(...priorities),
  subject,
  rules: fc.array(rule, { maxLength: 4 }),
});

export type ApiDialect = 'v1alpha1' | 'v1alpha2';

/** The policy in the words of an API. In v1alpha1 the baseline knows no priorities and no passing. */
export function inWordsOf(dialect: ApiDialect, policy: OracleAdminPolicy): PolicyObject {
  const gress = (direction: Rule['direction']) =>
    policy.rules
      .filter((each) => each.direction === direction)
      .map(({ action, peers, ports }) => ({
        action: { allow: dialect === 'v1alpha1' ? 'Allow' : 'Accept', deny: 'Deny', pass: 'Pass' }[action],
        [direction === 'Ingress' ? 'from' : 'to']: peers,
        ...(ports.length > 0 && {
          [dialect === 'v1alpha1' ? 'ports' : 'protocols']: ports.map(
            dialect === 'v1alpha1' ? adminPort : clusterProtocol,
          ),
        }),
      }));
  const baseline = dialect === 'v1alpha1' && policy.tier === 'baseline';
  return {
    metadata: { name: baseline ? 'default' : `${policy.tier}-${policy.priority}` },
    spec: {
      ...(dialect === 'v1alpha2' && { tier: policy.tier === 'admin' ? 'Admin' : 'Baseline' }),
      ...(!baseline && { priority: policy.priority }),
      subject: policy.subject,
      ingress: gress('Ingress'),
      egress: gress('Egress'),
    },
  };
}

function adminPort({ protocol, first, last, name }: OracleAdminPort): object {
  if (name !== undefined) return { namedPort: name };
  return last === undefined
    ? { portNumber: { protocol, port: first } }
    : { portRange: { protocol, start: first, end: last } };
}

function clusterProtocol({ protocol = 'TCP', first, last, name }: OracleAdminPort): object {
  if (name !== undefined) return { destinationNamedPort: name };
  const destinationPort = last === undefined ? { number: first } : { range: { start: first, end: last } };
  return { [protocol.toLowerCase()]: { destinationPort } };
}

// Random worlds of namespaces, pods and policies, small enough that their parts meet often.
import type { OraclePeer, OraclePolicy, OraclePort } from '@ovnkube/testing';
import fc from 'fast-check';
import type { TestPod } from './cluster.ts';

export const namespaceNames = ['x', 'y', 'z'] as const;
export const podNames = ['a', 'b', 'c'] as const;
export const nodeNames = ['n1', 'n2'] as const;
export const probedPorts = [79, 80, 81, 82, 90] as const;

const labels = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b', ''), { maxKeys: 2 });
const values = fc.uniqueArray(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 2 });
const key = fc.constantFrom('app', 'tier', 'none');

const expression = fc.oneof(
  fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values }),
  fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);
export const selector = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ matchLabels: labels }) },
  { weight: 2, arbitrary: fc.record({ matchExpressions: fc.array(expression, { maxLength: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ matchLabels: labels, matchExpressions: fc.array(expression, { maxLength: 1 }) }),
  },
);

/** Addresses are few, so that they are given on; `place` is the last part of both. */
export const addressesOf = (place: number): readonly string[] => [`10.128.0.${place}`, `fd01::${place.toString(16)}`];

const blocks = [
  { cidr: '10.128.0.0/28', except: ['10.128.0.4/30'] },
  { cidr: '10.128.0.0/14' },
  { cidr: '0.0.0.0/0', except: ['10.128.0.0/29', '10.128.0.9/32'] },
  { cidr: '203.0.113.0/24', except: ['203.0.113.8/29'] },
  { cidr: 'fd01::/125' },
  { cidr: '::/0', except: ['fd01::8/126'] },
] as const;

const peer: fc.Arbitrary<OraclePeer> = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector }),
  fc.record({ podSelector: selector, namespaceSelector: selector }),
  fc.record({ ipBlock: fc.constantFrom(...blocks) }),
);
const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const port: fc.Arbitrary<OraclePort> = fc.oneof(
  fc.record({ protocol }),
  fc.record({ port: fc.constantFrom(80, 81, 'web', 'dns') }),
  fc.record({ protocol, port: fc.constantFrom(80, 81, 90, 'web', 'dns') }),
  fc.record({ protocol, port: fc.constantFrom(79, 80), endPort: fc.constantFrom(80, 81, 90) }),
);
const ports = fc.array(port, { maxLength: 3 });
const peers = fc.array(peer, { maxLength: 3 });

const spec: fc.Arbitrary<OraclePolicy['spec']> = fc.record(
  {
    podSelector: selector,
    policyTypes: fc.uniqueArray(fc.constantFrom('Ingress', 'Egress'), { maxLength: 2 }),
    ingress: fc.array(fc.record({ from: peers, ports }, { requiredKeys: [] }), { maxLength: 2 }),
    egress: fc.array(fc.record({ to: peers, ports }, { requiredKeys: [] }), { maxLength: 2 }),
  },
  { requiredKeys: ['podSelector'] },
);

const place = { namespace: fc.constantFrom(...namespaceNames), name: fc.constantFrom(...podNames) };

const pod: fc.Arbitrary<TestPod> = fc.record({
  ...place,
  node: fc.constantFrom(...nodeNames),
  labels,
  addresses: fc.integer({ min: 2, max: 12 }).map(addressesOf),
  phase: fc.constantFrom('Running', 'Running', 'Running', 'Pending', 'Succeeded'),
  ports: fc.array(fc.record({ name: fc.constantFrom('web', 'dns'), port: fc.constantFrom(80, 81, 90), protocol }), {
    maxLength: 3,
  }),
});

/** One change of a world. */
export const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('pod' as const), pod }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('pod-gone' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('relabel' as const), ...place, labels }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('node' as const), name: fc.constantFrom(...nodeNames), labels }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('namespace' as const), name: place.namespace, labels }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('policy' as const),
      policy: fc.record({
        metadata: fc.record({ namespace: place.namespace, name: fc.constantFrom('p', 'q') }),
        spec,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('policy-gone' as const),
      namespace: place.namespace,
      name: fc.constantFrom('p', 'q'),
    }),
  },
);
export type WorldChange = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

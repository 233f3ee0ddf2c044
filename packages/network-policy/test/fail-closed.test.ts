import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networks, node, probe, TestCluster, type TestPod } from './cluster.ts';

const pod = (name: string, address: string): TestPod => ({
  namespace: 'x',
  name,
  labels: { app: name },
  addresses: [address],
  ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
  node: 'n1',
});
const [web, client] = [pod('web', '10.128.0.3'), pod('client', '10.128.0.4')];

function cluster(): TestCluster {
  const made = new TestCluster(networks.ipv4);
  made.graph.commit(() => {
    made.nodes.set('n1', node());
    made.namespace('x', { team: 'a' });
    made.pod(web);
    made.pod(client);
  });
  return made;
}

/** Whether the client reaches the web pod, and the web pod the client, at port 80. */
const answers = (made: TestCluster): readonly [ingress: boolean, egress: boolean] => {
  const judge = made.judge();
  return [judge.ingress(probe(client, web, 'TCP', 80)).allowed, judge.egress(probe(web, client, 'TCP', 80)).allowed];
};
const fields = (made: TestCluster) =>
  [...made.compiled.problems.entries()].flatMap(([, { problems }]) => problems.map(({ field }) => field));

const peer = (from: unknown) => ({ podSelector: {}, ingress: [{ from: [from] }] });
const port = (one: unknown) => ({ podSelector: {}, ingress: [{ ports: [one] }] });

describe('a NetworkPolicy that is not understood', () => {
  it.each<[string, unknown]>([
    ['spec', 'everything'],
    ['spec.podSelector', { podSelector: 'app=web', ingress: [{}] }],
    ['spec.podSelector.matchLabels', { podSelector: { matchLabels: [] }, ingress: [{}] }],
    [
      'spec.podSelector.matchExpressions[0].operator',
      { podSelector: { matchExpressions: [{ key: 'a', operator: 'Like' }] }, ingress: [{}] },
    ],
    ['spec.policyTypes', { podSelector: {}, policyTypes: 'Ingress', ingress: [] }],
    ['spec.policyTypes[1]', { podSelector: {}, policyTypes: ['Egress', 'Forward'] }],
    ['spec.ingress', { podSelector: {}, ingress: {} }],
    ['spec.ingress[0]', { podSelector: {}, ingress: [null] }],
    ['spec.ingress[0].from', { podSelector: {}, ingress: [{ from: {} }] }],
    ['spec.ingress[0].ports', { podSelector: {}, ingress: [{ ports: 80 }] }],
    ['spec.ingress[0].from[0]', peer({})],
    ['spec.ingress[0].from[0]', peer(null)],
    ['spec.ingress[0].from[0]', peer({ serviceSelector: {} })],
    ['spec.ingress[0].from[0]', peer({ ipBlock: { cidr: '0.0.0.0/0' }, podSelector: {} })],
    ['spec.ingress[0].from[0].podSelector', peer({ podSelector: [] })],
    [
      'spec.ingress[0].from[0].namespaceSelector.matchLabels["team"]',
      peer({ namespaceSelector: { matchLabels: { team: null } } }),
    ],
    ['spec.ingress[0].from[0].ipBlock', peer({ ipBlock: '0.0.0.0/0' })],
    ['spec.ingress[0].from[0].ipBlock.cidr', peer({ ipBlock: {} })],
    ['spec.ingress[0].from[0].ipBlock.cidr', peer({ ipBlock: { cidr: '0.0.0.0' } })],
    ['spec.ingress[0].from[0].ipBlock.cidr', peer({ ipBlock: { cidr: '10.128.0.0/33' } })],
    ['spec.ingress[0].from[0].ipBlock.except', peer({ ipBlock: { cidr: '0.0.0.0/0', except: '10.0.0.0/8' } })],
    ['spec.ingress[0].from[0].ipBlock.except[0]', peer({ ipBlock: { cidr: '0.0.0.0/0', except: ['ten'] } })],
    ['spec.ingress[0].from[0].ipBlock.except[0]', peer({ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/8'] } })],
    ['spec.ingress[0].from[0].ipBlock.except[0]', peer({ ipBlock: { cidr: '0.0.0.0/0', except: ['0.0.0.0/0'] } })],
    ['spec.ingress[0].from[0].ipBlock.except[0]', peer({ ipBlock: { cidr: '0.0.0.0/0', except: ['fd00::/8'] } })],
    ['spec.ingress[0].ports[0]', port(80)],
    ['spec.ingress[0].ports[0].protocol', port({ protocol: 'tcp', port: 80 })],
    ['spec.ingress[0].ports[0].protocol', port({ protocol: 'ICMP' })],
    ['spec.ingress[0].ports[0].port', port({ port: 0 })],
    ['spec.ingress[0].ports[0].port', port({ port: 65_536 })],
    ['spec.ingress[0].ports[0].port', port({ port: 80.5 })],
    ['spec.ingress[0].ports[0].port', port({ port: '80' })],
    ['spec.ingress[0].ports[0].port', port({ port: 'HTTP' })],
    ['spec.ingress[0].ports[0].port', port({ port: 'a--b' })],
    ['spec.ingress[0].ports[0].port', port({ port: 'sixteen-letters-' })],
    ['spec.ingress[0].ports[0].port', port({ port: '' })],
    ['spec.ingress[0].ports[0].port', port({ port: true })],
    ['spec.ingress[0].ports[0].endPort', port({ endPort: 90 })],
    ['spec.ingress[0].ports[0].endPort', port({ port: 'http', endPort: 90 })],
    ['spec.ingress[0].ports[0].endPort', port({ port: 80, endPort: 79 })],
    ['spec.ingress[0].ports[0].endPort', port({ port: 80, endPort: 70_000 })],
    ['spec.ingress[0].ports[0].endPort', port({ port: 80, endPort: '90' })],
  ])('in %s closes the pods: %j', (field, spec) => {
    const made = cluster();
    made.policy('x', 'p', spec);
    expect(fields(made)).toEqual([field]);
    expect(answers(made)[0]).toBe(false);
    made.policy('x', 'p', { podSelector: {}, ingress: [{}] });
    expect(fields(made)).toEqual([]);
    expect(answers(made)).toEqual([true, true]);
  });

  it('in its pods or directions closes all pods both ways', () => {
    const made = cluster();
    for (const spec of [
      { podSelector: 7, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] },
      { podSelector: {}, policyTypes: ['ingress'] },
      [],
    ]) {
      made.policy('x', 'p', spec);
      expect(answers(made)).toEqual([false, false]);
    }
  });

  it('in a part still allows what the other parts say', () => {
    const made = cluster();
    const good = { podSelector: { matchLabels: { app: 'client' } } };
    made.policy('x', 'p', { podSelector: {}, ingress: [{ from: [{ podSelector: 1 }, good] }, 7] });
    expect(answers(made)).toEqual([true, true]);
    expect(fields(made)).toEqual(['spec.ingress[0].from[0].podSelector', 'spec.ingress[1]']);
  });

  it('whatever it holds, nothing throws, the pods stay closed, and the field is named', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, true, -1, 80, 1e9, 0.5, '', 'http', '10.0.0.0/8', 'fd00::/8', 'Ingress', 'TCP'),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(
        fc.constantFrom(
          'podSelector',
          'policyTypes',
          'ingress',
          'egress',
          'from',
          'to',
          'ports',
          'port',
          'protocol',
          'endPort',
          'ipBlock',
          'cidr',
          'except',
          'namespaceSelector',
          'matchLabels',
          'matchExpressions',
          'key',
          'operator',
          'values',
          '__proto__',
        ),
        tie('value'),
        { maxKeys: 4 },
      ),
    }));
    let reported = 0;
    fc.assert(
      fc.property(json.value, (spec) => {
        const made = cluster();
        made.policy('x', 'p', spec);
        expect([...made.graph.errors()]).toEqual([]);
        made.judge();
        if (fields(made).length > 0) reported++;
        for (const field of fields(made)) expect(field).toMatch(/^spec/);
        // All pods are closed in some direction, unless labels say which are not, or a rule lets everything in.
        const closing = made.rows().filter(({ columns }) => columns['action'] === 'drop');
        expect(closing.length).toBeGreaterThan(0);
      }),
      { numRuns: process.env['OVNKUBE_LONG'] === '1' ? 10_000 : 500 },
    );
    expect(reported).toBeGreaterThan(100);
  });
});

describe('an admin policy that is not understood', () => {
  const allowAll = { action: 'Allow', from: [{ namespaces: {} }] };
  const denyNone = { action: 'Deny', from: [{ namespaces: { matchLabels: { no: 'body' } } }] };
  const subject = { namespaces: {} };
  const admin = (made: TestCluster, spec: unknown) =>
    made.adminNetworkPolicies.set('a', { metadata: { name: 'a' }, spec });
  const rule = (made: TestCluster, ingress: unknown) => admin(made, { priority: 5, subject, ingress });

  it.each<[string, unknown]>([
    ['spec.priority', { subject, ingress: [allowAll] }],
    ['spec.priority', { priority: 1001, subject, ingress: [allowAll] }],
    ['spec.priority', { priority: -1, subject, ingress: [allowAll] }],
    ['spec.ingress', { priority: 5, subject, ingress: allowAll }],
    ['spec.ingress[0]', { priority: 5, subject, ingress: [1, allowAll] }],
    ['spec.ingress[0].action', { priority: 5, subject, ingress: [{ ...allowAll, action: 'Accept' }, allowAll] }],
    ['spec.ingress[0].action', { priority: 5, subject, ingress: [{ from: [{ namespaces: {} }] }, allowAll] }],
    ['spec.ingress[0].from', { priority: 5, subject, ingress: [{ action: 'Deny' }, allowAll] }],
    [
      'spec.ingress[0].from[0]',
      { priority: 5, subject, ingress: [{ action: 'Pass', from: [{ networks: ['10.0.0.0/8'] }] }, allowAll] },
    ],
    [
      'spec.ingress[0].from[0]',
      { priority: 5, subject, ingress: [{ action: 'Deny', from: [{ namespaces: {}, pods: {} }] }, allowAll] },
    ],
    ['spec.ingress[0].ports[0]', { priority: 5, subject, ingress: [{ ...denyNone, ports: [{}] }, allowAll] }],
    [
      'spec.ingress[0].ports[0].portNumber.port',
      { priority: 5, subject, ingress: [{ ...denyNone, ports: [{ portNumber: { port: 0 } }] }, allowAll] },
    ],
    [
      'spec.ingress[0].ports[0].portRange.end',
      { priority: 5, subject, ingress: [{ ...denyNone, ports: [{ portRange: { start: 9, end: 8 } }] }, allowAll] },
    ],
    [
      'spec.ingress[0].ports[0].namedPort',
      { priority: 5, subject, ingress: [{ ...denyNone, ports: [{ namedPort: 'Web' }] }, allowAll] },
    ],
  ])('in %s denies everything: %j', (field, spec) => {
    const made = cluster();
    admin(made, spec);
    expect(fields(made)).toEqual([field]);
    expect(answers(made)[0]).toBe(false);
  });

  it('in an accepting rule accepts nothing by it', () => {
    const made = cluster();
    made.policy('x', 'p', { podSelector: {} });
    rule(made, [{ action: 'Allow', from: [{ namespaces: {} }, { nobody: {} }] }]);
    expect(fields(made)).toEqual(['spec.ingress[0].from[1]']);
    expect(answers(made)).toEqual([false, true]);
    rule(made, [allowAll]);
    expect(answers(made)).toEqual([true, true]);
  });

  it('in the words of v1alpha2', () => {
    const made = cluster();
    const cnp = (spec: object) =>
      made.clusterNetworkPolicies.set('c', {
        metadata: { name: 'c' },
        spec: { tier: 'Admin', priority: 5, subject, ...spec },
      });
    const to = { to: [{ namespaces: {} }] };
    for (const [field, spec] of [
      ['spec.tier', { tier: 'Middle' }],
      ['spec.egress[0].action', { egress: [{ ...to, action: 'Allow' }] }],
      ['spec.egress[0].protocols[0]', { egress: [{ ...to, action: 'Deny', protocols: [{ icmp: {} }] }] }],
      ['spec.egress[0].protocols[0].tcp', { egress: [{ ...to, action: 'Deny', protocols: [{ tcp: {} }] }] }],
      [
        'spec.egress[0].protocols[0].tcp.destinationPort',
        { egress: [{ ...to, action: 'Pass', protocols: [{ tcp: { destinationPort: {} } }] }] },
      ],
      ['spec.egress[0].to[0].domainNames', { egress: [{ action: 'Deny', to: [{ domainNames: ['example.com'] }] }] }],
      [
        'spec.egress[0].to[0].networks',
        {
          egress: [
            { action: 'Deny', to: [{ networks: ['0.0.0.0/0'] }], protocols: [{ destinationNamedPort: 'http' }] },
          ],
        },
      ],
      ['spec.egress[0].to[0].networks', { egress: [{ action: 'Deny', to: [{ networks: [] }] }] }],
    ] as const) {
      cnp(spec);
      expect(fields(made)).toEqual([field]);
      expect(answers(made)[1]).toBe(false);
    }
    cnp({ egress: [{ action: 'Accept', to: [{ domainNames: ['example.com'] }] }] });
    expect(fields(made)).toEqual(['spec.egress[0].to[0].domainNames']);
    expect(answers(made)[1]).toBe(true);
  });

  it('in the pods that it is for is refused: nothing of it is enforced', () => {
    const made = cluster();
    admin(made, { priority: 5, subject: { services: {} }, ingress: [{ ...allowAll, action: 'Deny' }] });
    expect(fields(made)).toEqual(['spec.subject']);
    expect(answers(made)).toEqual([true, true]);
    expect(made.rows().filter(({ columns }) => columns['tier'] === 1)).toEqual([]);
  });

  it('because it has more rules than there is room for denies what comes after them', () => {
    const made = cluster();
    const rules = (count: number) => [...Array.from({ length: count - 1 }, () => denyNone), allowAll];
    rule(made, rules(100));
    expect(fields(made)).toEqual([]);
    expect(answers(made)[0]).toBe(true);
    rule(made, rules(101));
    expect(fields(made)).toEqual(['spec.ingress']);
    expect(answers(made)[0]).toBe(false);
    admin(made, { priority: 100, subject, ingress: rules(20) });
    expect(answers(made)[0]).toBe(true);
    admin(made, { priority: 1000, subject, ingress: rules(21) });
    expect(answers(made)[0]).toBe(false);
  });

  it('because it is a baseline of another name, or passes, is reported', () => {
    const made = cluster();
    const baseline = (name: string, spec: unknown) =>
      made.baselineAdminNetworkPolicies.replace([[name, { metadata: { name }, spec }]]);
    baseline('other', { subject, ingress: [allowAll] });
    expect(fields(made)).toEqual(['metadata.name']);
    baseline('default', { subject, ingress: [{ ...allowAll, action: 'Pass' }] });
    expect(fields(made)).toEqual(['spec.ingress[0].action']);
    expect(answers(made)).toEqual([false, true]);
  });
});

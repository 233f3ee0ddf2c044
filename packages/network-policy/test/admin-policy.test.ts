import { describe, expect, it } from 'vitest';
import { networks, node, TestCluster } from './cluster.ts';

const subject = { namespaces: {} };
const everyone = { from: [{ namespaces: {} }] };

function cluster(): TestCluster {
  const made = new TestCluster(networks.ipv4);
  made.graph.commit(() => {
    made.nodes.set('n1', {
      ...node(),
      status: {
        addresses: [
          { type: 'InternalIP', address: '192.0.2.1' },
          { type: 'Hostname', address: 'n1' },
        ],
      },
    });
    made.namespace('x');
    made.pod({ namespace: 'x', name: 'a', addresses: ['10.128.0.3'] });
  });
  return made;
}

const acls = (made: TestCluster) =>
  made
    .rows()
    .filter(({ table, columns }) => table === 'ACL' && columns['tier'] !== 2)
    .map(({ columns: { tier, priority, action, name, log, severity } }) => ({
      tier,
      priority,
      action,
      name,
      log,
      severity,
    }))
    .sort((a, b) => Number(b.priority) - Number(a.priority));

describe('the ACLs of an admin policy', () => {
  it.each([
    [0, 30_000],
    [1, 29_900],
    [99, 20_100],
    [100, 20_000],
    [101, 19_980],
    [1000, 2_000],
  ])('at priority %i begin at %i in tier 1, one less a rule', (priority, first) => {
    const made = cluster();
    const ingress = ['Allow', 'Deny', 'Pass'].map((action) => ({ ...everyone, action }));
    made.adminNetworkPolicies.set('p', { metadata: { name: 'p' }, spec: { priority, subject, ingress } });
    const silent = { tier: 1, log: false, severity: undefined };
    expect(acls(made)).toEqual([
      { ...silent, priority: first, action: 'allow-related', name: 'ANP:p:Ingress:0' },
      { ...silent, priority: first - 1, action: 'drop', name: 'ANP:p:Ingress:1' },
      { ...silent, priority: first - 2, action: 'pass', name: 'ANP:p:Ingress:2' },
    ]);
  });

  it('are at 1750 in tier 3 for the baseline', () => {
    const made = cluster();
    const ingress = [{ ...everyone, action: 'Deny' }];
    made.baselineAdminNetworkPolicies.set('default', { metadata: { name: 'default' }, spec: { subject, ingress } });
    expect(acls(made)).toMatchObject([{ tier: 3, priority: 1_750, action: 'drop', name: 'BANP:default:Ingress:0' }]);
  });

  it.each([
    ['Admin', 0, 1, 30_000],
    ['Admin', 1000, 1, 5_000],
    ['Baseline', 1, 3, 29_975],
  ])('of a ClusterNetworkPolicy of tier %s and priority %i are in tier %i at %i', (tier, priority, inTier, first) => {
    const made = cluster();
    const ingress = [{ ...everyone, action: 'Deny' }];
    made.clusterNetworkPolicies.set('c', { metadata: { name: 'c' }, spec: { tier, priority, subject, ingress } });
    expect(acls(made)).toMatchObject([{ tier: inTier, priority: first, name: 'CNP:c:Ingress:0' }]);
  });

  it('log as the annotation of the policy says', () => {
    const made = cluster();
    const ingress = ['Allow', 'Deny', 'Pass'].map((action) => ({ ...everyone, action }));
    const annotations = { 'k8s.ovn.org/acl-logging': '{"deny":"alert","allow":"info","pass":"warning"}' };
    made.adminNetworkPolicies.set('p', {
      metadata: { name: 'p', annotations },
      spec: { priority: 1, subject, ingress },
    });
    expect(acls(made)).toMatchObject([
      { log: true, severity: 'info' },
      { log: true, severity: 'alert' },
      { log: true, severity: 'warning' },
    ]);
  });
});

it('two policies of one priority are told of, both', () => {
  const made = cluster();
  const set = (name: string, priority: number) =>
    made.adminNetworkPolicies.set(name, { metadata: { name }, spec: { priority, subject } });
  set('a', 7);
  set('b', 8);
  expect(made.compiled.problems.size).toBe(0);
  set('b', 7);
  expect([...made.compiled.problems.keys()].sort()).toEqual(['AdminNetworkPolicy/a', 'AdminNetworkPolicy/b']);
  expect(made.compiled.problems.get('AdminNetworkPolicy/a')?.problems).toEqual([
    { field: 'spec.priority', message: '7 is the priority of b as well: which of them counts is undefined' },
  ]);
  made.adminNetworkPolicies.delete('a');
  expect(made.compiled.problems.size).toBe(0);
});

it('nodes are known by the addresses of their status', () => {
  const made = cluster();
  const egress = [{ action: 'Deny', to: [{ nodes: { matchLabels: { pool: 'a' } } }] }];
  made.adminNetworkPolicies.set('p', { metadata: { name: 'p' }, spec: { priority: 1, subject, egress } });
  const key = '{nodes}/{pool in (a)}';
  expect(made.addresses(key)).toEqual([]);
  const object = made.nodes.get('n1');
  made.nodes.set('n1', { ...object, metadata: { labels: { pool: 'a' } } });
  expect(made.addresses(key)).toEqual(['192.0.2.1']);
});

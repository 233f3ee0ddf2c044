import { expect, it } from 'vitest';
import type { CaseFile, CasePolicy } from './case-file.ts';
import { evaluateFile } from './evaluate.ts';

const pods = ['a', 'b'].map((name, at) => ({
  namespace: 'x',
  name,
  labels: { app: name },
  ip: `10.244.0.${10 + at}`,
  ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
}));
const world = { namespaces: [{ name: 'x', labels: { team: 'x' } }], pods };
const policy = (spec: unknown, kind = 'NetworkPolicy'): CasePolicy => ({
  kind,
  metadata: kind === 'NetworkPolicy' ? { name: 'p', namespace: 'x' } : { name: 'p' },
  spec,
});
const onlyA = policy({
  podSelector: { matchLabels: { app: 'b' } },
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'a' } } }] }],
});
/** From and to a, b and one outside, on one port: loopback is not asked, nor what never meets a pod. */
const grid = (answers: string) => ({ ports: [80], protos: ['TCP'], externals: ['203.0.113.7'], answers });

function run(steps: CaseFile['cases'][number]['steps']) {
  const told: string[] = [];
  const file: CaseFile = { format: 'netpol-cases/1', family: 4, world, cases: [{ id: 'c', name: 'case', steps }] };
  return { ...evaluateFile(file, (line) => told.push(line)), told };
}

it('asks what a grid asks, and tells which answers are wrong', () => {
  expect(run([{ policies: [onlyA], grid: grid('-111-110-') }])).toEqual({ probes: 6, wrong: 0, told: [] });
  expect(run([{ policies: [onlyA], grid: grid('-011-111-') }])).toEqual({
    probes: 6,
    wrong: 2,
    told: [
      'c step 1: x/a -> x/b TCP/80 allowed, should be denied (case)',
      'c step 1: 203.0.113.7 -> x/b TCP/80 denied, should be allowed (case)',
    ],
  });
});

it('follows a cluster from step to step', () => {
  const probe = (from: string, expected: boolean, checked?: boolean) => ({
    from,
    to: 'x/b',
    port: 80,
    proto: 'TCP',
    expected,
    ...(checked !== undefined && { checked }),
  });
  const relabelled = pods.map((pod) => (pod.name === 'a' ? { ...pod, labels: {} } : pod));
  const { probes, wrong } = run([
    { policies: [], probes: [probe('203.0.113.7', true)] },
    { policies: [onlyA], probes: [probe('x/a', true), probe('203.0.113.7', false), probe('x/b', true, false)] },
    { ...world, pods: relabelled, policies: [onlyA], probes: [probe('x/a', false)] },
  ]);
  expect([probes, wrong]).toEqual([4, 0]);
});

it('knows the admin tiers', () => {
  const deny = {
    priority: 1,
    subject: { namespaces: {} },
    ingress: [{ action: 'Deny', from: [{ namespaces: { matchLabels: { team: 'x' } } }] }],
  };
  expect(run([{ policies: [onlyA, policy(deny, 'AdminNetworkPolicy')], grid: grid('-010-110-') }]).wrong).toBe(0);
});

it('refuses a grid with too few answers, and policies of unknown kinds', () => {
  expect(() => run([{ policies: [], grid: grid('11') }])).toThrow('2 answers to 9 questions');
  expect(() => run([{ policies: [policy({}, 'GlobalPolicy')], grid: grid('') }])).toThrow('kind GlobalPolicy');
});

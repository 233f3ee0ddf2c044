import type { Batch } from '@ovnkube/incremental';
import { describe, expect, it } from 'vitest';
import { node, TestCluster, type TestPod } from './cluster.ts';

const pod = (namespace: string, name: string, labels: Readonly<Record<string, string>>, place: number): TestPod => ({
  namespace,
  name,
  labels,
  addresses: [`10.128.0.${place}`],
  ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
  node: 'n1',
});

function cluster(): TestCluster {
  const made = new TestCluster();
  made.graph.commit(() => {
    made.nodes.set('n1', node());
    for (const namespace of ['x', 'y']) made.namespace(namespace, { team: namespace });
    made.pod(pod('x', 'a', { app: 'a' }, 3));
    made.pod(pod('x', 'b', { app: 'b' }, 4));
    made.pod(pod('y', 'a', { app: 'a' }, 5));
    made.policy('x', 'from-b', {
      podSelector: { matchLabels: { app: 'a' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'b' } } }] }],
    });
    made.policy('x', 'also-from-b', {
      podSelector: {},
      ingress: [{ from: [{ podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['b'] }] } }] }],
    });
    made.policy('x', 'from-y', {
      podSelector: { matchLabels: { app: 'a' } },
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'y' } } }] }],
    });
    made.policy('y', 'http', { podSelector: {}, policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] });
  });
  return made;
}

/** What a change touches, in words: rows of the database by what they are for, memberships with a plus or a minus. */
function touched(made: TestCluster, change: () => void): readonly string[] {
  const words: string[] = [];
  const idOf = (row: unknown) => {
    const ids = Reflect.get(Object(Reflect.get(Object(row), 'columns')), 'external_ids');
    return String(Reflect.get(Object(ids), 'k8s.ovn.org/id')).replace('default-network-controller:', '');
  };
  const names = new Map<string, string>();
  const learn = () => {
    for (const [key, row] of made.compiled.northbound.entries()) names.set(key.slice(key.indexOf('/') + 1), idOf(row));
  };
  const listen = (prefix: string, key: string) => words.push(`${prefix}${key}`);
  const memberWord = (key: string) => {
    const [set = '', one = ''] = key.split('/');
    return `${names.get(set) ?? set} ${one}`;
  };
  learn();
  const batches: Batch<unknown>[] = [];
  const members: Batch<unknown>[] = [];
  const ends = [
    made.compiled.northbound.subscribe((batch) => batches.push(batch)),
    made.compiled.members.subscribe((batch) => members.push(batch)),
    made.compiled.addresses.subscribe((batch) => members.push(batch)),
  ];
  made.graph.commit(change);
  for (const end of ends) end();
  learn();
  for (const { changes } of batches) for (const { old, new: now } of changes.values()) words.push(idOf(now ?? old));
  for (const { changes } of members)
    for (const [key, { old }] of changes) listen(old === undefined ? '+ ' : '- ', memberWord(key));
  return words.sort();
}

const setOf = (selected: string) => `PodSelector:${selected}:v4`;
const everyHttp = setOf('{}/{} TCP/http 80');

describe('a change', () => {
  it('of a label touches the sets and groups that the pod enters and leaves', () => {
    const made = cluster();
    expect(touched(made, () => made.pod(pod('x', 'b', { app: 'a' }, 4)))).toEqual(
      [
        '+ NetworkPolicy:x:from-b x_b',
        '+ NetworkPolicy:x:from-y x_b',
        `- ${setOf('x/{app in (b)}')} 10.128.0.4`,
        setOf('x/{app in (b)}'),
      ].sort(),
    );
    expect(touched(made, () => made.pod(pod('x', 'b', { app: 'a', other: 'label' }, 4)))).toEqual([]);
  });

  it('of a pod touches its own sets and groups', () => {
    const made = cluster();
    expect(touched(made, () => made.pods.delete('x/b'))).toEqual(
      [
        '- NetpolNamespace:x:Ingress x_b',
        '- NetworkPolicy:x:also-from-b x_b',
        `- ${setOf('x/{app in (b)}')} 10.128.0.4`,
        setOf('x/{app in (b)}'),
        `- ${everyHttp} 10.128.0.4`,
        everyHttp,
      ].sort(),
    );
  });

  it("of a namespace's labels touches the sets that its pods enter and leave", () => {
    const made = cluster();
    expect(touched(made, () => made.namespace('y', { team: 'z' }))).toEqual([
      `- ${setOf('{team in (y)}/{}')} 10.128.0.5`,
      setOf('{team in (y)}/{}'),
    ]);
  });

  it('of what a policy allows touches its rules and leaves the pods alone; selectors that others share stay', () => {
    const made = cluster();
    const rule = (port: number) => ({
      podSelector: { matchLabels: { app: 'a' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'b' } } }], ports: [{ port }] }],
    });
    expect(touched(made, () => made.policy('x', 'from-b', rule(80)))).toEqual([
      'NetworkPolicy:x:from-b:Ingress:0:None:-1',
      'NetworkPolicy:x:from-b:Ingress:0:tcp:-1',
    ]);
    expect(touched(made, () => made.policy('x', 'from-b', rule(81)))).toEqual([
      'NetworkPolicy:x:from-b:Ingress:0:tcp:-1',
    ]);
    expect(touched(made, () => made.networkPolicies.delete('x/from-b'))).toEqual([
      '- NetworkPolicy:x:from-b x_a',
      'NetworkPolicy:x:from-b',
      'NetworkPolicy:x:from-b:Ingress:0:tcp:-1',
    ]);
    expect(made.addresses('x/{app in (b)}')).toEqual(['10.128.0.4']);
  });

  it('of the address of a pod moves it in all its sets, and a pod that gets the old one inherits nothing', () => {
    const made = cluster();
    made.graph.commit(() => {
      made.pods.delete('x/b');
      made.pod(pod('y', 'new', { app: 'new' }, 4));
    });
    expect(made.addresses('x/{app in (b)}')).toEqual([]);
    expect(made.addresses('{team in (y)}/{}')).toEqual(['10.128.0.4', '10.128.0.5']);
  });

  it('of status, of annotations and of heartbeats touches nothing', () => {
    const made = cluster();
    const object = made.pods.get('x/a');
    const annotated = { ...object?.metadata, annotations: { 'example.com/note': 'hello' } };
    expect(touched(made, () => made.pods.set('x/a', { ...object, metadata: annotated }))).toEqual([]);
    expect(touched(made, () => made.namespace('x', { team: 'x' }, { note: 'hello' }))).toEqual([]);
    expect(touched(made, () => made.nodes.set('n1', { metadata: { annotations: { note: 'hello' } } }))).toEqual([]);
  });

  it('of the severity of logs touches the ACLs of that namespace', () => {
    const made = cluster();
    const annotations = { 'k8s.ovn.org/acl-logging': '{"deny":"alert"}' };
    expect(touched(made, () => made.namespace('x', { team: 'x' }, annotations))).toEqual([
      'NetpolNamespace:x:Ingress:defaultDeny',
    ]);
  });
});

describe('the work of a change', () => {
  /** Runs of units that one change causes in a world of so many policies and pods. */
  function runsOf(size: number, change: (made: TestCluster) => void): number {
    const made = cluster();
    made.graph.commit(() => {
      for (let i = 0; i < size; i++) {
        made.namespace(`n${i}`, { team: `t${i}` });
        made.pod(pod(`n${i}`, 'p', { app: `app${i}` }, 10 + (i % 200)));
        const peers = [
          { podSelector: { matchLabels: { app: `app${i}` } } },
          { namespaceSelector: { matchLabels: { team: `t${i + 1}` } } },
        ];
        made.policy(`n${i}`, 'p', { podSelector: {}, ingress: [{ from: peers }] });
      }
    });
    const runs = () => made.graph.statistics().reduce((sum, table) => sum + table.runs, 0);
    const before = runs();
    made.graph.commit(() => change(made));
    return runs() - before;
  }

  it.each<[string, (made: TestCluster) => void]>([
    ['a pod', (made) => made.pod(pod('x', 'new', { app: 'b' }, 7))],
    ['a label', (made) => made.pod(pod('x', 'a', { app: 'b' }, 3))],
    ['a policy', (made) => made.policy('x', 'new', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] })],
  ])('of %s does not grow with the world', (_, change) => {
    expect(runsOf(200, change)).toBe(runsOf(10, change));
  });
});

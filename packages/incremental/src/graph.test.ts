import { describe, expect, it } from 'vitest';
import { formatWhy, Graph, GraphError, type Table, type UnitError } from './index.ts';
import { TableIndex } from './table-index.ts';
import { TableNode } from './table-node.ts';

interface Pod {
  readonly node: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const rows = <Row>(table: { entries(): Iterable<readonly [string, Row]> }): Record<string, Row> =>
  Object.fromEntries([...table.entries()].sort(([a], [b]) => (a < b ? -1 : 1)));

describe('input tables', () => {
  it('hold rows and tell of net changes, once a commit', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const batches: unknown[] = [];
    const end = pods.subscribe(({ changes }) => batches.push(Object.fromEntries(changes)));
    graph.commit(() => {
      pods.set('a', { node: 'n1' });
      graph.commit(() => pods.set('b', { node: 'n1' }));
      pods.set('a', { node: 'n2' });
      pods.set('c', { node: 'n3' });
      pods.delete('c');
      expect(batches).toEqual([]);
    });
    pods.set('a', { node: 'n2' });
    pods.delete('nobody');
    pods.set('a', { node: 'n3' });
    pods.delete('b');
    end();
    pods.set('z', { node: 'n1' });
    expect(batches).toEqual([
      { a: { new: { node: 'n2' } }, b: { new: { node: 'n1' } } },
      { a: { old: { node: 'n2' }, new: { node: 'n3' } } },
      { b: { old: { node: 'n1' } } },
    ]);
    expect(pods.size).toBe(2);
    expect([...pods.keys()].sort()).toEqual(['a', 'z']);
  });

  it('undo a commit that throws', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const names = graph.derive<Pod, string>('names', pods, (pod, _read, key) => [[key, pod.node]]);
    pods.set('a', { node: 'n1' });
    const abandon = () =>
      graph.commit(() => {
        pods.set('a', { node: 'n2' });
        pods.set('b', { node: 'n2' });
        throw new Error('changed my mind');
      });
    expect(abandon).toThrow('changed my mind');
    expect(rows(pods)).toEqual({ a: { node: 'n1' } });
    expect(rows(names)).toEqual({ a: 'n1' });
    expect(pods.size).toBe(1);
  });

  it('replace their rows by difference', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    pods.replace([
      ['a', { node: 'n1' }],
      ['b', { node: 'n1' }],
    ]);
    const batches: unknown[] = [];
    pods.subscribe(({ changes }) => batches.push(Object.fromEntries(changes)));
    pods.replace([
      ['b', { node: 'n1' }],
      ['c', { node: 'n1' }],
    ]);
    expect(batches).toEqual([{ a: { old: { node: 'n1' } }, c: { new: { node: 'n1' } } }]);
  });

  it('refuse undefined and a taken name', () => {
    const graph = new Graph();
    const table = graph.input<string | undefined>('t');
    expect(() => table.set('a', undefined)).toThrow(GraphError);
    expect(() => graph.input('t')).toThrow(/already/);
  });
});

describe('indexes', () => {
  it('are made once for a name and function, and a name stands for one', () => {
    const pods = new Graph().input<Pod>('pods');
    const byNode = (pod: Pod): string[] => [pod.node, pod.node];
    pods.set('a', { node: 'n1' });
    const index = pods.index('node', byNode);
    expect(pods.index('node', byNode)).toBe(index);
    expect(() => pods.index('node', () => [])).toThrow(/another index node/);
    expect(index.get('n1')).toEqual([['a', { node: 'n1' }]]);
    pods.delete('a');
    expect(index.get('n1')).toEqual([]);
  });
});

describe('derived tables', () => {
  it('follow rows, absences, lookups and whole tables', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const nodes = graph.input<{ readonly zone: string }>('nodes');
    const byNode = pods.index('node', (pod) => [pod.node]);
    const zones = graph.derive<Pod, string>('zones', pods, (pod, read, key) => {
      const node = read.row(nodes, pod.node);
      return node ? [[key, node.zone]] : [];
    });
    const counts = graph.derive<{ readonly zone: string }, string>('counts', nodes, (_node, read, key) => [
      [
        key,
        read
          .lookup(byNode, key)
          .map(([pod]) => pod)
          .join(),
      ],
    ]);
    const total = graph.derive<{ readonly zone: string }, number>('total', nodes, (_node, read, key) =>
      read.has(pods, 'hidden') ? [] : [[key, read.all(pods).length]],
    );
    pods.set('b', { node: 'n1' });
    pods.set('a', { node: 'n1' });
    expect(rows(zones)).toEqual({});
    nodes.set('n1', { zone: 'z' });
    expect(rows(zones)).toEqual({ a: 'z', b: 'z' });
    expect(rows(counts)).toEqual({ n1: 'a,b' });
    expect(rows(total)).toEqual({ n1: 2 });
    pods.set('b', { node: 'n2' });
    expect(rows(zones)).toEqual({ a: 'z' });
    expect(rows(counts)).toEqual({ n1: 'a' });
    pods.set('hidden', { node: 'n1' });
    expect(rows(total)).toEqual({});
    expect(rows(counts)).toEqual({ n1: 'a,hidden' });
    nodes.delete('n1');
    expect([rows(zones), rows(counts), rows(total)]).toEqual([{}, {}, {}]);
  });

  it('hear nothing of outputs that stay equal', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const nodes = graph.derive<Pod, Pod>('nodes', pods, (pod, _read, key) => [[key, { node: pod.node }]]);
    let runs = 0;
    const last = graph.derive<Pod, string>('last', nodes, (pod, _read, key) => {
      runs++;
      return [[key, pod.node]];
    });
    pods.set('a', { node: 'n1', labels: { x: '1' } });
    const kept = nodes.get('a');
    pods.set('a', { node: 'n1', labels: { x: '2' } });
    expect(runs).toBe(1);
    expect(nodes.get('a')).toBe(kept);
    pods.set('a', { node: 'n2' });
    expect(runs).toBe(2);
    expect(rows(last)).toEqual({ a: 'n2' });
  });

  it('may read tables made later, and settle after them', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const late: { table?: Table<string> } = {};
    const runs: string[] = [];
    const early = graph.derive<Pod, string>('early', pods, (_pod, read, key) => {
      runs.push(key);
      const name = late.table ? read.row(late.table, key) : undefined;
      return [[key, `early ${name}`]];
    });
    const after = graph.derive<string, string>('after', early, (text, _read, key) => [[key, `after ${text}`]]);
    const seen: string[] = [];
    after.subscribe(({ changes }) => seen.push(...[...changes.values()].map((change) => String(change.new))));
    const middle = graph.derive<Pod, string>('middle', pods, (pod, _read, key) => [[key, pod.node]]);
    function derivedNames() {
      return graph.derive<string, string>('names', middle, (text, _read, key) => [[key, `name ${text}`]]);
    }
    late.table = derivedNames();
    graph.commit(() => {
      pods.set('a', { node: 'n1' });
      pods.set('b', { node: 'n2' });
    });
    expect(seen.sort()).toEqual(['after early name n1', 'after early name n2']);
    runs.length = 0;
    pods.set('a', { node: 'n3' });
    expect(rows(after)).toEqual({ a: 'after early name n3', b: 'after early name n2' });
    expect(runs).toEqual(['a']);
  });

  it('are up to date when made of tables that hold rows, also within a commit', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    pods.set('gone', { node: 'n1' });
    const table = graph.commit(() => {
      pods.set('a', { node: 'n1' });
      pods.delete('gone');
      return graph.derive<Pod, string>('names', pods, (pod, _read, key) => [[key, pod.node]]);
    });
    expect(rows(table)).toEqual({ a: 'n1' });
    const batches: unknown[] = [];
    table.subscribe(({ changes }) => batches.push(Object.fromEntries(changes)), { initial: true });
    expect(batches).toEqual([{ a: { new: 'n1' } }]);
  });
});

describe('cycles', () => {
  it('through a union are refused at once', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const all = graph.union<Pod>('all', [pods]);
    const copy = graph.derive<Pod, Pod>('copy', all, (pod, _read, key) => [[key, pod]]);
    expect(() => all.add(copy)).toThrow(/all → copy → all|copy → all → copy/);
    pods.set('a', { node: 'n' });
    expect(copy.size).toBe(1);
  });

  it('through reads are an error of the unit that closes it', () => {
    const errors: UnitError[] = [];
    const graph = new Graph({ onUnitError: (error) => errors.push(error) });
    const pods = graph.input<Pod>('pods');
    const tables: { second?: Table<string> } = {};
    const first: Table<string> = graph.derive<Pod, string>('first', pods, (_pod, read, key) => [
      [key, tables.second ? String(read.row(tables.second, key)) : ''],
    ]);
    tables.second = graph.derive<Pod, string>('second', pods, (_pod, read, key) => [[key, `${read.row(first, key)}`]]);
    const self: Table<string> = graph.derive<Pod, string>('self', pods, (_pod, read, key) => [
      [key, `${read.has(self, key)}`],
    ]);
    pods.set('a', { node: 'n' });
    const cycles = errors.map(({ table, unit, cause }) => [table, unit, cause instanceof GraphError && cause.code]);
    expect(cycles).toContainEqual(['self', 'a', 'cycle']);
    expect(cycles.filter(([table]) => table !== 'self')).toEqual([['second', 'a', 'cycle']]);
  });
});

describe('units', () => {
  it('that fail stop nobody, keep their outputs, and run again when a read changes', () => {
    const errors: UnitError[] = [];
    const graph = new Graph({ onUnitError: (error) => errors.push(error) });
    const pods = graph.input<Pod>('pods');
    const nodes = graph.input<string>('nodes');
    const table = graph.derive<Pod, string>('t', pods, function* (pod, read, key) {
      const node = read.row(nodes, pod.node);
      yield [key, `${node}`];
      if (node === 'bad') throw new Error(`bad node of ${key}`);
      yield [`${key}'`, `${node}`];
    });
    graph.commit(() => {
      nodes.set('n1', 'one');
      nodes.set('n2', 'two');
      pods.set('a', { node: 'n1' });
      pods.set('b', { node: 'n2' });
    });
    graph.commit(() => {
      nodes.set('n1', 'bad');
      nodes.set('n2', 'zwei');
    });
    expect(rows(table)).toEqual({ a: 'one', "a'": 'one', b: 'zwei', "b'": 'zwei' });
    expect(errors).toEqual([{ table: 't', unit: 'a', cause: new Error('bad node of a') }]);
    expect([...graph.errors()]).toHaveLength(1);
    nodes.set('n1', 'good');
    expect(rows(table)).toEqual({ a: 'good', "a'": 'good', b: 'zwei', "b'": 'zwei' });
    expect([...graph.errors()]).toHaveLength(0);
    nodes.set('n1', 'bad');
    pods.delete('a');
    expect(rows(table)).toEqual({ b: 'zwei', "b'": 'zwei' });
    expect([...graph.errors()]).toHaveLength(0);
  });

  it('must return pairs, stay pure, and read only while they run', () => {
    const causes: unknown[] = [];
    const graph = new Graph({
      onUnitError: ({ cause }) => causes.push(cause instanceof GraphError ? cause.code : cause),
    });
    const pods = graph.input<Pod>('pods');
    const other = new Graph().input<Pod>('other');
    let leaked: (() => unknown) | undefined;
    graph.derive<Pod, string>('bad', pods, (_pod, read, key) => {
      leaked = () => read.row(pods, key);
      if (key === 'impure') pods.delete('x');
      if (key === 'nested') graph.derive('more', pods, () => []);
      if (key === 'foreign') read.row(other, 'x');
      if (key === 'twice')
        return [
          [key, '1'],
          [key, '2'],
        ];
      const nothing: string[] = [];
      return [[key, nothing[0] ?? JSON.parse('{}').absent]];
    });
    for (const key of ['impure', 'nested', 'foreign', 'twice', 'absent']) pods.set(key, { node: 'n' });
    expect(causes).toEqual(['impure', 'impure', 'foreign', 'duplicateKey', 'badOutput']);
    expect(() => leaked?.()).toThrow(/after the unit had returned/);
  });

  it('without a handler make the commit throw at its end', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const table = graph.derive<Pod, string>('t', pods, (pod, _read, key) => {
      if (pod.node === 'bad') throw new Error('no');
      return [[key, pod.node]];
    });
    const commit = () =>
      graph.commit(() => {
        pods.set('a', { node: 'bad' });
        pods.set('b', { node: 'n' });
      });
    expect(commit).toThrow(/1 units failed/);
    expect(rows(table)).toEqual({ b: 'n' });
  });
});

describe('one key from several units', () => {
  const build = (merge?: (rows: readonly string[]) => string) => {
    const errors: UnitError[] = [];
    const graph = new Graph({ onUnitError: (error) => errors.push(error) });
    const pods = graph.input<Pod>('pods');
    const table = graph.derive<Pod, string>('t', pods, (pod, _read, key) => [[pod.node, key]], merge ? { merge } : {});
    return { graph, pods, table, errors };
  };

  it('is an error, and the lowest unit has it, whoever came first', () => {
    const { graph, pods, table, errors } = build();
    pods.set('b', { node: 'n' });
    pods.set('a', { node: 'n' });
    expect(rows(table)).toEqual({ n: 'a' });
    expect(errors.map(({ unit, cause }) => [unit, cause instanceof GraphError && cause.code])).toEqual([
      ['b', 'duplicateKey'],
    ]);
    expect([...graph.errors()]).toHaveLength(1);
    pods.delete('a');
    expect(rows(table)).toEqual({ n: 'b' });
    expect([...graph.errors()]).toHaveLength(0);
  });

  it('is no error when it passes from one to the other in a commit', () => {
    const { graph, pods, table, errors } = build();
    pods.set('a', { node: 'n' });
    const changes: unknown[] = [];
    table.subscribe((batch) => changes.push(Object.fromEntries(batch.changes)));
    graph.commit(() => {
      pods.set('b', { node: 'n' });
      pods.set('a', { node: 'm' });
    });
    expect(errors).toEqual([]);
    expect(changes).toEqual([{ m: { new: 'a' }, n: { old: 'a', new: 'b' } }]);
  });

  it('is merged by a declared function, in the order of the units', () => {
    const { pods, table } = build((parts) => parts.join('+'));
    for (const key of ['c', 'a', 'b']) pods.set(key, { node: 'n' });
    expect(rows(table)).toEqual({ n: 'a+b+c' });
    pods.delete('b');
    expect(rows(table)).toEqual({ n: 'a+c' });
    pods.delete('a');
    pods.delete('c');
    expect(table.size).toBe(0);
  });
});

describe('subscribers', () => {
  it('see whole commits in order, also those that other subscribers make', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const echo = graph.input<string>('echo');
    const both = graph.derive<Pod, string>('both', pods, (_pod, read, key) => [[key, `${read.row(echo, key)}`]]);
    const heard: string[] = [];
    pods.subscribe(({ changes }) => {
      for (const key of changes.keys()) echo.set(key, `echo ${key}`);
      heard.push('pods');
    });
    both.subscribe(({ changes }) =>
      heard.push(...[...changes.values()].map((change) => `${change.old}→${change.new}`)),
    );
    pods.set('a', { node: 'n' });
    expect(heard).toEqual(['pods', 'undefined→undefined', 'undefined→echo a']);
  });

  it('that throw stop nobody', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    let heard = 0;
    pods.subscribe(() => {
      throw new Error('mine');
    });
    pods.subscribe(() => heard++);
    expect(() => pods.set('a', { node: 'n' })).toThrow(/subscribers threw/);
    expect(heard).toBe(1);
    expect(pods.size).toBe(1);
  });
});

describe('unions', () => {
  it('take in tables, also later, and report keys that two of them hold', () => {
    const errors: UnitError[] = [];
    const graph = new Graph({ onUnitError: (error) => errors.push(error) });
    const a = graph.input<string>('a');
    const b = graph.input<string>('b');
    const all = graph.union('all', [b]);
    b.set('x', 'from b');
    all.add(a);
    a.set('y', 'from a');
    expect(rows(all)).toEqual({ x: 'from b', y: 'from a' });
    a.set('x', 'from a');
    expect(rows(all)).toEqual({ x: 'from a', y: 'from a' });
    expect(errors.map(({ table, unit }) => [table, unit])).toEqual([['all', 'b']]);
    a.delete('x');
    expect(rows(all)).toEqual({ x: 'from b', y: 'from a' });
  });
});

describe('why', () => {
  it('leads through all layers to the inputs', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const nodes = graph.input<string>('nodes');
    const byNode = pods.index('node', (pod) => [pod.node]);
    const zones = graph.derive<string, string>('zones', nodes, (zone, read, key) => [
      [
        zone,
        read
          .lookup(byNode, key)
          .map(([pod]) => pod)
          .join(),
      ],
    ]);
    const text = graph.derive<Pod, string>('text', pods, (pod, read, key) => {
      const zone = read.row(nodes, pod.node);
      read.row(nodes, 'other');
      read.all(nodes);
      return zone ? [[key, `${read.row(zones, zone)}`]] : [];
    });
    const all = graph.union('all', [text]);
    graph.commit(() => {
      nodes.set('n1', 'z1');
      pods.set('a', { node: 'n1' });
    });
    expect(formatWhy(graph.why(all, 'a')).split('\n')).toEqual([
      'all "a"',
      '  from text "a"',
      '    from pods "a"',
      '    read nodes "n1"',
      '    read nodes "other" (absent)',
      '    read all 1 rows of nodes',
      '    read zones "z1"',
      '      from nodes "n1"',
      '      read pods by node "n1": 1 rows',
      '        pods "a"',
    ]);
    expect(graph.why(all, 'nobody')).toEqual({ table: 'all', key: 'nobody', present: false, units: [] });
  });
});

describe('memory', () => {
  it('is given back when rows and readers are gone', () => {
    const graph = new Graph();
    const pods = graph.input<Pod>('pods');
    const nodes = graph.input<string>('nodes');
    const byName = nodes.index('name', (name) => [name]);
    const table = graph.derive<Pod, string>('t', pods, (pod, read, key) => [
      [key, `${read.row(nodes, pod.node)} ${read.lookup(byName, key).length}`],
    ]);
    const places = (): number[] =>
      [pods, nodes, table].map((each) => (each instanceof TableNode ? [...each.slots()].length : Number.NaN));
    for (let i = 0; i < 100; i++) pods.set(`p${i}`, { node: `n${i}` });
    expect(places()).toEqual([100, 100, 100]);
    expect(byName instanceof TableIndex && byName.bucketCount).toBe(100);
    for (let i = 0; i < 100; i++) pods.delete(`p${i}`);
    expect(places()).toEqual([0, 0, 0]);
    expect(byName instanceof TableIndex && byName.bucketCount).toBe(0);
    expect(graph.statistics()).toEqual([
      { table: 'pods', rows: 0, units: 0, reads: 0, runs: 0 },
      { table: 'nodes', rows: 0, units: 0, reads: 0, runs: 0 },
      { table: 't', rows: 0, units: 0, reads: 0, runs: 100 },
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, Graph, type Index, type InputTable, type Reader, type Table } from '../src/index.ts';
import {
  evaluate,
  indexKeys,
  keys,
  merge,
  type Reads,
  type Row,
  type Shape,
  type Spec,
  type Step,
  unit,
} from './naive.ts';

type Tables = readonly ReadonlyMap<string, Row>[];
type Write = { readonly table: number; readonly key: string; readonly row: Row | undefined };

const key = fc.constantFrom(...keys);
const row: fc.Arbitrary<Row> = fc.record({ value: fc.nat(3), to: key });
const write = fc.record({ table: fc.nat(20), key, row: fc.option(row, { nil: undefined, freq: 3 }) });
const commits = fc.array(fc.array(write, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });
const step = fc.record({
  kind: fc.constantFrom<Step['kind'][]>('row', 'row', 'has', 'lookup', 'lookup', 'all'),
  table: fc.nat(20),
});
const shapes = fc.constantFrom<Shape[]>('one', 'some', 'shared');
const spec = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('derive' as const),
      from: fc.nat(20),
      steps: fc.array(step, { maxLength: 4 }),
      shape: shapes,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('union' as const),
      of: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
    }),
  },
);

/** Two inputs and up to seven further tables, each made of tables before it. */
const graphs: fc.Arbitrary<readonly Spec[]> = fc.array(spec, { minLength: 1, maxLength: 7 }).map((derived) => [
  { kind: 'input' },
  { kind: 'input' },
  ...derived.map((each, i): Spec => {
    const below = (position: number): number => position % (i + 2);
    return each.kind === 'union'
      ? { ...each, of: [...new Set(each.of.map(below))] }
      : { ...each, from: below(each.from), steps: each.steps.map((one) => ({ ...one, table: below(one.table) })) };
  }),
]);

/** A run of a unit and what it had read in the run before. */
interface Run {
  readonly unit: string;
  readonly before: ReadonlySet<string>;
}

/** The random graph built of the real thing, telling which units ran and what they had read. */
class Subject {
  readonly graph: Graph;
  readonly tables = new Map<number, Table<Row>>();
  readonly inputs = new Map<number, InputTable<Row>>();
  readonly runs: Run[] = [];
  readonly #indexes = new Map<number, Index<Row>>();
  readonly #reads = new Map<string, ReadonlySet<string>>();

  constructor(specs: readonly Spec[], order: readonly number[]) {
    this.graph = new Graph();
    for (const position of order) this.#make(position, specs);
  }

  #make(position: number, specs: readonly Spec[]): Table<Row> {
    const known = this.tables.get(position);
    if (known) return known;
    const table = this.#table(position, specs);
    this.tables.set(position, table);
    this.#indexes.set(position, table.index('i', indexKeys));
    return table;
  }

  #table(position: number, specs: readonly Spec[]): Table<Row> {
    const one = specs[position];
    const name = `t${position}`;
    if (one?.kind === 'derive')
      return this.graph.derive<Row, Row>(
        name,
        this.#make(one.from, specs),
        (source, read, at) => {
          const reads = new Set([`t${one.from} ${at}`]);
          const outputs = [...unit(one.steps, one.shape, source, at, this.#recorded(read, reads))];
          this.runs.push({
            unit: `${name} ${at}`,
            before: this.#reads.get(`${name} ${at}`) ?? new Set([`t${one.from} ${at}`]),
          });
          this.#reads.set(`${name} ${at}`, reads);
          return outputs;
        },
        { merge },
      );
    if (one?.kind === 'union')
      return this.graph.union<Row>(
        name,
        one.of.map((member) => this.#make(member, specs)),
        { merge },
      );
    const input = this.graph.input<Row>(name);
    this.inputs.set(position, input);
    return input;
  }

  #recorded(read: Reader, reads: Set<string>): Reads {
    const table = (position: number): Table<Row> => this.#known(this.tables, position);
    return {
      row: (position, at) => {
        reads.add(`t${position} ${at}`);
        return read.row(table(position), at);
      },
      has: (position, at) => {
        reads.add(`t${position} ${at}`);
        return read.has(table(position), at);
      },
      lookup: (position, at) => {
        reads.add(`t${position} by ${at}`);
        return read.lookup(this.#known(this.#indexes, position), at);
      },
      all: (position) => {
        reads.add(`t${position}`);
        return read.all(table(position));
      },
    };
  }

  #known<T>(map: ReadonlyMap<number, T>, position: number): T {
    const found = map.get(position);
    if (found === undefined) throw new Error(`no table ${position}`);
    return found;
  }

  write(writes: readonly Write[]): void {
    for (const { table, key: at, row: value } of writes) {
      const input = this.inputs.get(table % 2);
      if (value) input?.set(at, value);
      else input?.delete(at);
    }
  }

  content(): Tables {
    return [...this.tables].sort(([a], [b]) => a - b).map(([, table]) => new Map(table.entries()));
  }
}

/** Everything that can be read and differs between two states: rows, index keys, whole tables. */
function differences(before: Tables, after: Tables): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [position, old] of before.entries()) {
    const now = after[position] ?? new Map<string, Row>();
    for (const at of new Set([...old.keys(), ...now.keys()])) {
      const [a, b] = [old.get(at), now.get(at)];
      if (equal(a, b)) continue;
      found.add(`t${position}`).add(`t${position} ${at}`);
      for (const each of [a, b])
        for (const bucket of each ? indexKeys(each) : []) found.add(`t${position} by ${bucket}`);
    }
  }
  return found;
}

const plain = (tables: Tables): unknown =>
  tables.map((table) => Object.fromEntries([...table].sort(([a], [b]) => (a < b ? -1 : 1))));

const long = process.env['OVNKUBE_LONG'] === '1';
const parameters = { numRuns: long ? 20_000 : 600 };

describe('for random graphs and random commits', { timeout: 10 * 60_000 }, () => {
  /** Applies commits to the graph and to plain maps, and calls `check` after each with the states around it. */
  const play = (
    specs: readonly Spec[],
    order: readonly number[],
    sequence: readonly (readonly Write[])[],
    check: (subject: Subject, before: Tables, after: Tables, commit: () => void) => void,
  ): void => {
    const subject = new Subject(specs, order);
    const inputs = new Map([0, 1].map((position) => [position, new Map<string, Row>()]));
    let before = evaluate(specs, inputs);
    for (const writes of sequence) {
      for (const { table, key: at, row: value } of writes) {
        const map = inputs.get(table % 2);
        if (value) map?.set(at, value);
        else map?.delete(at);
      }
      const after = evaluate(specs, inputs);
      subject.runs.length = 0;
      check(subject, before, after, () => subject.graph.commit(() => subject.write(writes)));
      before = after;
    }
  };
  const inOrder = (specs: readonly Spec[]): number[] => specs.map((_, i) => i);

  it('incremental equals from-scratch, also of tables made in any order', () => {
    const property = fc.property(graphs, commits, fc.infiniteStream(fc.nat(100)), (specs, sequence, random) => {
      const order = inOrder(specs).map((position) => ({ position, rank: random.next().value ?? 0 }));
      const shuffled = order.sort((a, b) => a.rank - b.rank).map(({ position }) => position);
      play(specs, shuffled, sequence, (subject, _before, after, commit) => {
        commit();
        expect(plain(subject.content())).toEqual(plain(after));
      });
    });
    fc.assert(property, parameters);
  });

  it('no unit runs that did not read a changed key, and none twice', () => {
    const property = fc.property(graphs, commits, (specs, sequence) => {
      play(specs, inOrder(specs), sequence, (subject, before, after, commit) => {
        commit();
        const changed = differences(before, after);
        for (const run of subject.runs)
          expect(
            [...run.before].some((read) => changed.has(read)),
            `${run.unit} ran for nothing`,
          ).toBe(true);
        const units = subject.runs.map((run) => run.unit);
        expect(units.length, 'a unit ran twice').toBe(new Set(units).size);
      });
    });
    fc.assert(property, parameters);
  });

  it('no subscriber sees half a commit, and batches are the exact difference', () => {
    const property = fc.property(graphs, commits, (specs, sequence) => {
      play(specs, inOrder(specs), sequence, (subject, before, after, commit) => {
        const heard = new Map<number, Map<string, unknown>>();
        const ends = [...subject.tables].map(([position, table]) =>
          table.subscribe(({ changes }) => {
            expect(heard.has(position), 'two batches for one commit').toBe(false);
            heard.set(position, new Map(changes));
            expect(plain(subject.content())).toEqual(plain(after));
          }),
        );
        commit();
        for (const end of ends) end();
        for (const [position, now] of after.entries()) {
          const old = before[position] ?? new Map<string, Row>();
          const expected = new Map<string, unknown>();
          for (const at of new Set([...old.keys(), ...now.keys()])) {
            const [a, b] = [old.get(at), now.get(at)];
            if (!equal(a, b)) expected.set(at, { ...(a && { old: a }), ...(b && { new: b }) });
          }
          expect(heard.get(position) ?? new Map()).toEqual(expected);
        }
      });
    });
    fc.assert(property, parameters);
  });

  it('the reads that a graph counts are those that its units made, and all are given back', () => {
    const property = fc.property(graphs, commits, (specs, sequence) => {
      const subject = new Subject(specs, inOrder(specs));
      for (const writes of sequence) subject.graph.commit(() => subject.write(writes));
      subject.graph.commit(() => {
        for (const input of subject.inputs.values()) input.replace([]);
      });
      for (const { rows, units, reads } of subject.graph.statistics())
        expect({ rows, units, reads }).toEqual({ rows: 0, units: 0, reads: 0 });
    });
    fc.assert(property, parameters);
  });
});

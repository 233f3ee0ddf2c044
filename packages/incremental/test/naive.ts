import type { Entry } from '../src/index.ts';

/** A row of the random graphs. */
export interface Row {
  readonly value: number;
  /** Key of a row to read. */
  readonly to: string;
}

/** How a unit of a random derivation reads, each step depending on what the one before found. */
export type Step =
  | { readonly kind: 'row' | 'has'; readonly table: number }
  | { readonly kind: 'lookup'; readonly table: number }
  | { readonly kind: 'all'; readonly table: number };

/** One table of a random graph; numbers are positions in the list of all, and lower than its own. */
export type Spec =
  | { readonly kind: 'input' }
  | { readonly kind: 'derive'; readonly from: number; readonly steps: readonly Step[]; readonly shape: Shape }
  | { readonly kind: 'union'; readonly of: readonly number[] };

/** What a unit makes of the number that it computed: one row, none or two, or a row at a key that units share. */
export type Shape = 'one' | 'some' | 'shared';

/** The reads of both evaluators. */
export interface Reads {
  row(table: number, key: string): Row | undefined;
  has(table: number, key: string): boolean;
  lookup(table: number, key: string): readonly Entry<Row>[];
  all(table: number): readonly Entry<Row>[];
}

export const keys = ['a', 'b', 'c', 'd', 'e', 'f'];

/** The index of every table. */
export const indexKeys = (row: Row): string[] => [row.to, `parity ${row.value % 2}`];

const keyOf = (value: number): string => keys[value % keys.length] ?? 'a';

const digest = (state: number, text: string): number => {
  let next = state;
  for (const char of text) next = (next * 31 + char.charCodeAt(0)) % 9973;
  return next;
};

const digestRows = (state: number, entries: readonly Entry<Row>[]): number =>
  entries.reduce((sum, [key, row]) => digest(sum, `${key}=${row.value},${row.to};`), state);

/** The unit of every random derivation: follows its steps, and lets every detail that it read decide its outputs. */
export function* unit(
  steps: readonly Step[],
  shape: Shape,
  source: Row,
  key: string,
  read: Reads,
): Generator<Entry<Row>> {
  let state = digest(source.value, key);
  let at = source.to;
  for (const step of steps) {
    if (step.kind === 'row') {
      const row = read.row(step.table, at);
      state = row ? digest(state, `${row.value}${row.to}`) : state + 1;
    } else if (step.kind === 'has') state = digest(state, String(read.has(step.table, at)));
    else if (step.kind === 'lookup') {
      const found = read.lookup(step.table, state % 3 === 0 ? `parity ${state % 2}` : at);
      state = digestRows(state, found);
    } else state = digestRows(state, read.all(step.table));
    at = keyOf(state);
    if (state % 5 === 0) break;
  }
  const row: Row = { value: state % 4, to: at };
  if (shape === 'shared') yield [keyOf(source.value), row];
  else if (shape === 'some' && state % 3 === 0) return;
  else {
    yield [key, row];
    if (shape === 'some' && state % 3 === 1) yield [`${key}+`, row];
  }
}

/** Merges in an order-sensitive way, so that the order in which it is given rows shows. */
export const merge = (rows: readonly Row[]): Row => ({
  value: rows.reduce((sum, row) => (sum * 5 + row.value) % 4, 1),
  to: keyOf(rows.reduce((sum, row) => digest(sum, row.to), 7)),
});

const sorted = (entries: Iterable<Entry<Row>>): Entry<Row>[] => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

/** All tables from nothing, in the plainest way. */
export function evaluate(
  specs: readonly Spec[],
  inputs: ReadonlyMap<number, ReadonlyMap<string, Row>>,
): readonly ReadonlyMap<string, Row>[] {
  const tables: ReadonlyMap<string, Row>[] = [];
  const table = (position: number): ReadonlyMap<string, Row> => tables[position] ?? new Map();
  const read: Reads = {
    row: (position, key) => table(position).get(key),
    has: (position, key) => table(position).has(key),
    lookup: (position, key) => sorted([...table(position)].filter(([, row]) => indexKeys(row).includes(key))),
    all: (position) => sorted(table(position)),
  };
  for (const [position, spec] of specs.entries()) {
    if (spec.kind === 'input') {
      tables.push(new Map(inputs.get(position)));
      continue;
    }
    const produced = new Map<string, Row[]>();
    const add = ([key, row]: Entry<Row>): void => void produced.set(key, [...(produced.get(key) ?? []), row]);
    if (spec.kind === 'union') {
      const members = [...new Set(spec.of)].sort((a, b) => (`t${a}` < `t${b}` ? -1 : 1));
      for (const member of members) for (const entry of table(member)) add(entry);
    } else
      for (const [key, source] of sorted(table(spec.from)))
        for (const entry of unit(spec.steps, spec.shape, source, key, read)) add(entry);
    tables.push(
      new Map([...produced].map(([key, rows]) => [key, rows.length > 1 ? merge(rows) : (rows[0] ?? merge([]))])),
    );
  }
  return tables;
}

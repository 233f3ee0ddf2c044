import { expect, it } from 'vitest';
import { breaches, type Found, type LayerTable } from './layers.ts';

const table: LayerTable = {
  layers: ['protocol', 'model', 'app'],
  packages: {
    wire: { layer: 'protocol', mayImport: [] },
    rows: { layer: 'model', mayImport: ['wire'] },
    names: { layer: 'model', mayImport: [] },
  },
  onlyIn: { 'big-client': ['rows'] },
};

const found = (name: string, layer: string, rest: Partial<Found> = {}): Found => ({
  name,
  layer,
  dependencies: [],
  devDependencies: [],
  imports: [],
  ...rest,
});
const line = (from: string, test = false) => ({ file: 'src/a.ts', line: 3, from, test });

it('accepts a tree that keeps the table', () => {
  const tree = [
    found('wire', 'protocol'),
    found('rows', 'model', {
      dependencies: ['@ovnkube/wire', 'big-client'],
      imports: [line('@ovnkube/wire'), line('node:fs'), line('big-client')],
    }),
  ];
  expect(breaches(table, tree)).toEqual([]);
});

it.each([
  ['an upward dependency', found('wire', 'protocol', { dependencies: ['@ovnkube/rows'] }), 'depends upward on rows'],
  [
    'a sibling the table does not name',
    found('names', 'model', { dependencies: ['@ovnkube/rows'] }),
    'layers.json does not allow',
  ],
  [
    'an undeclared import',
    found('rows', 'model', { imports: [line('@ovnkube/wire')] }),
    'does not declare in dependencies',
  ],
  [
    'a devDependency in a source',
    found('rows', 'model', { devDependencies: ['zod'], imports: [line('zod')] }),
    'does not declare in dependencies',
  ],
  [
    'a reserved client elsewhere',
    found('names', 'model', { dependencies: ['big-client'], imports: [line('big-client')] }),
    'only rows may import',
  ],
  ['a package without an entry', found('new', 'model'), 'no entry in layers.json'],
  ['a tag that disagrees', found('wire', 'model'), 'make them one'],
])('names %s', (_, bad, words) => {
  const others = ['wire', 'rows', 'names']
    .filter((name) => name !== bad.name)
    .map((name) => found(name, table.packages[name]?.layer ?? ''));
  expect(breaches(table, [...others, bad]).join('\n')).toContain(words);
});

it('lets a test use a devDependency', () => {
  const tree = [found('rows', 'model', { devDependencies: ['zod'], imports: [line('zod', true)] })];
  expect(breaches(table, tree)).toEqual([]);
});

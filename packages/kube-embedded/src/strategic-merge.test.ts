import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromFieldsV1, leaves, removeLeaf, toFieldsV1 } from './field-set.ts';
import { isFields, sameJson } from './object.ts';
import { jsonPatch, mergePatch } from './patch.ts';
import { strategicMerge } from './strategic-merge.ts';

const pod = (...names: string[]) => ({ spec: { containers: names.map((name) => ({ name, image: name })) } });

it.each([
  ['replaces a list without a merge key', { spec: { a: [1, 2] } }, { spec: { a: [3] } }, { spec: { a: [3] } }],
  ['deletes an item', pod('a', 'b'), { spec: { containers: [{ name: 'a', $patch: 'delete' }] } }, pod('b')],
  [
    'replaces a list when told',
    pod('a', 'b'),
    { spec: { containers: [{ $patch: 'replace' }, { name: 'c', image: 'c' }] } },
    pod('c'),
  ],
  [
    'keeps to an order',
    pod('a', 'b', 'c'),
    { spec: { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }] } },
    pod('c', 'a', 'b'),
  ],
  [
    'removes from a set',
    { metadata: { finalizers: ['a', 'b'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    { metadata: { finalizers: ['b'] } },
  ],
  [
    'adds to a set',
    { metadata: { finalizers: ['a'] } },
    { metadata: { finalizers: ['a', 'c'] } },
    { metadata: { finalizers: ['a', 'c'] } },
  ],
  [
    'keeps named keys only',
    { spec: { x: 1, y: 2 } },
    { spec: { $retainKeys: ['y', 'z'], z: 3 } },
    { spec: { y: 2, z: 3 } },
  ],
  ['replaces an object when told', { spec: { x: 1 } }, { spec: { $patch: 'replace', y: 2 } }, { spec: { y: 2 } }],
])('%s', (_, target, patch, wanted) => {
  expect(strategicMerge('Pod', target, patch)).toEqual(wanted);
});

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    tie('object'),
    fc.array(fc.integer(), { maxLength: 3 }),
  ),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('value'), { maxKeys: 4 }),
})).object;

/** The merge patch that makes `to` of `from`. */
function difference(from: unknown, to: unknown): unknown {
  if (!isFields(from) || !isFields(to)) return to;
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return Object.fromEntries(
    [...names].flatMap((name): [string, unknown][] => {
      if (!(name in to)) return [[name, null]];
      return sameJson(from[name], to[name]) ? [] : [[name, difference(from[name], to[name])]];
    }),
  );
}

it('a merge patch of the difference makes one object of another, and is idempotent', () => {
  fc.assert(
    fc.property(json, json, (from, to) => {
      const patch = difference(from, to);
      const once = mergePatch(from, patch);
      expect(sameJson(once, to)).toBe(true);
      expect(sameJson(mergePatch(once, patch), once)).toBe(true);
    }),
  );
});

it('fields survive as FieldsV1, and an object whose leaves are all removed is empty', () => {
  fc.assert(
    fc.property(json, (object) => {
      const found = leaves('ConfigMap', Object(object));
      expect(fromFieldsV1(toFieldsV1(found.keys()))).toEqual(new Set(found.keys()));
      let rest = Object(object);
      for (const path of found.keys()) rest = removeLeaf('ConfigMap', rest, path);
      expect(leaves('ConfigMap', rest).size).toBe(0);
    }),
  );
});

it('refuses a JSON patch that is none', () => {
  expect(() => jsonPatch({}, {})).toThrow('a JSON patch is a list');
  expect(() => jsonPatch({}, [{ op: 'remove', path: '/none' }])).toThrow('JSON patch');
  expect(jsonPatch({ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }])).toEqual({ a: [1, 2] });
});

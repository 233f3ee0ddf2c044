import type { ColumnType } from '@ovnkube/ovsdb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AtomMap, columnDifference, elementsOf, mapOf } from './column-difference.ts';

const unlimited = Number.POSITIVE_INFINITY;
const set: ColumnType = { key: { type: 'string' }, min: 0, max: unlimited };
const map: ColumnType = { key: { type: 'string' }, value: { type: 'string' }, min: 0, max: unlimited };
const optional: ColumnType = { key: { type: 'integer' }, min: 0, max: 1 };

describe('the difference of a column', () => {
  it('is its value where it holds one atom', () => {
    expect(columnDifference('c', optional, 1, 2)).toEqual({ kind: 'update', value: 2 });
    expect(columnDifference('c', optional, 1, undefined)).toEqual({ kind: 'update', value: undefined });
    expect(columnDifference('c', optional, undefined, undefined)).toEqual({ kind: 'same' });
    expect(columnDifference('c', optional, 2n ** 60n, 2n ** 60n)).toEqual({ kind: 'same' });
    expect(columnDifference('c', optional, 7, 7n)).toEqual({ kind: 'same' });
    expect(columnDifference('c', optional, 7, '7')).toEqual({ kind: 'update', value: '7' });
  });

  it('is what comes and goes where most of a set or map stays', () => {
    expect(columnDifference('c', set, ['a', 'b', 'c'], ['c', 'd', 'b'])).toEqual({
      kind: 'mutate',
      mutations: [
        ['c', 'insert', ['d']],
        ['c', 'delete', ['a']],
      ],
    });
    expect(columnDifference('c', set, ['a'], ['b'])).toEqual({ kind: 'update', value: ['b'] });
    expect(columnDifference('c', { ...set, max: 4 }, ['a', 'b', 'c'], ['a', 'b'])).toEqual({
      kind: 'update',
      value: ['a', 'b'],
    });
    expect(columnDifference('c', map, { a: '1', b: '2', c: '3' }, { a: '1', b: '9', c: '3' })).toEqual({
      kind: 'mutate',
      mutations: [
        ['c', 'delete', { b: '2' }],
        ['c', 'insert', { b: '9' }],
      ],
    });
  });

  it("touches a map's owned keys only, where some are declared", () => {
    expect(columnDifference('c', map, { mine: '1', old: '2', theirs: '3' }, { mine: '1' }, ['mine', 'old'])).toEqual({
      kind: 'mutate',
      mutations: [['c', 'delete', { old: '2' }]],
    });
    expect(columnDifference('c', map, { theirs: '3' }, {}, ['mine'])).toEqual({ kind: 'same' });
  });

  /** Applies mutations as RFC 7047 §5.1 says: inserting into a map leaves keys that are there alone. */
  const apply = (
    column: ColumnType,
    actual: readonly string[] | AtomMap,
    difference: ReturnType<typeof columnDifference>,
  ): unknown => {
    if (difference.kind === 'same') return actual;
    if (difference.kind === 'update') return difference.value;
    let now = actual;
    for (const [, mutator, value] of difference.mutations) {
      if (column.value === undefined) {
        const atoms = elementsOf(value).map(String);
        const before = elementsOf(Array.isArray(now) ? now : []).map(String);
        now = mutator === 'insert' ? [...before, ...atoms] : before.filter((atom) => !atoms.includes(atom));
      } else {
        const before = mapOf(Array.isArray(now) ? {} : (now as AtomMap));
        const pairs = mapOf(value);
        now =
          mutator === 'insert'
            ? { ...pairs, ...before }
            : Object.fromEntries(Object.entries(before).filter(([key, each]) => pairs[key] !== each));
      }
    }
    return now;
  };

  it('applied gives what is wanted', () => {
    const strings = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(strings, strings, (actual, wanted) => {
        const now = apply(set, actual, columnDifference('c', set, actual, wanted));
        expect([...Object(now)].sort()).toEqual([...wanted].sort());
      }),
    );
    const pairs = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), fc.constantFrom('1', '2'), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(pairs, pairs, (actual, wanted) => {
        expect(apply(map, actual, columnDifference('c', map, actual, wanted))).toEqual(wanted);
      }),
    );
  });
});

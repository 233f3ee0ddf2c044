import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareAtoms } from './atom.ts';
import type { ColumnType } from './column-type.ts';
import { formatValue, parseValue, sameValue, sortedAtoms, violation } from './datum.ts';
import { applyDifference, difference } from './difference.ts';
import { type Json, parseJson, stringifyJson } from './json.ts';

const set: ColumnType = { key: { type: 'string' }, min: 0, max: Infinity };
const map: ColumnType = { key: { type: 'integer' }, value: { type: 'string' }, min: 0, max: Infinity };
const texts = fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 60 }).map(sortedAtoms);
const maps = fc.dictionary(fc.integer().map(String), fc.string({ maxLength: 2 }));

describe('values', () => {
  it('are the same after being written and read, and a difference leads from one to the other', () => {
    const check = (type: ColumnType, values: fc.Arbitrary<Parameters<typeof formatValue>[1]>): void =>
      fc.assert(
        fc.property(values, values, (a, b) => {
          const again = parseValue(type, parseJson(stringifyJson(formatValue(type, a))));
          expect(sameValue(a, again)).toBe(true);
          const found = difference(type, a, b);
          expect(found === undefined).toBe(sameValue(a, b));
          if (found) expect(applyDifference(type, a, found.value)).toEqual(b);
        }),
      );
    check(set, texts);
    check(map, maps);
  });

  it('apply a small difference to a large set as a large one', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(), { minLength: 200, maxLength: 300 }),
        fc.uniqueArray(fc.nat(), { maxLength: 8 }),
        (items, extra) => {
          const type: ColumnType = { key: { type: 'integer' }, min: 0, max: Infinity };
          const old = sortedAtoms(items);
          const changes = sortedAtoms([...extra, ...old.slice(0, 3)]);
          const expected = sortedAtoms(
            [...old, ...changes].filter((one) => old.includes(one) !== changes.includes(one)),
          );
          expect(applyDifference(type, old, changes)).toEqual(expected);
        },
      ),
    );
  });

  it('sort as UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareAtoms(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('keep integers beyond 2^53 exact', () => {
    const type: ColumnType = { key: { type: 'integer' }, min: 1, max: 1 };
    const text = '[9223372036854775807,-9223372036854775808,9007199254740991,1.5e3]';
    const [max, min, safe, real] = parseJson(text) as readonly Json[];
    expect([max, min, safe, real].map((one) => parseValue(type, one ?? null))).toEqual([
      2n ** 63n - 1n,
      -(2n ** 63n),
      9007199254740991,
      1500,
    ]);
    expect(stringifyJson(formatValue(type, 2n ** 63n - 1n))).toBe('9223372036854775807');
    expect(() => parseValue(type, 2n ** 63n)).toThrow('expected integer');
    expect(() => formatValue(type, 2 ** 53)).toThrow('is not an integer');
  });

  it('name what a server would refuse', () => {
    expect(violation({ key: { type: 'integer', minInteger: 1 }, min: 1, max: 1 }, 0)).toBe(
      '0 is less than minimum allowed value 1',
    );
    expect(violation({ ...set, max: 2 }, ['a', 'b', 'c'])).toBe(
      'Attempted to store 3 elements in set of up to 2 strings.',
    );
    expect(violation(set, ['a'])).toBeUndefined();
  });
});

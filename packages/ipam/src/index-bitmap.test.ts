import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bitmapLimit, IndexBitmap } from './index-bitmap.ts';

it('finds the lowest free number, as a plain set does', () => {
  const command = fc.record({ op: fc.constantFrom('take', 'add', 'delete'), index: fc.nat(2100) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2100 }), fc.array(command, { maxLength: 400 }), (size, commands) => {
      const bitmap = new IndexBitmap(size);
      const model = new Set<number>();
      for (const { op, index } of commands) {
        if (op === 'take') {
          let lowest = 0;
          while (model.has(lowest)) lowest += 1;
          expect(bitmap.lowestFree()).toBe(lowest < size ? lowest : undefined);
          if (lowest < size) bitmap.add(lowest);
          if (lowest < size) model.add(lowest);
        } else if (index < size) {
          bitmap[op](index);
          model[op](index);
        }
        expect(bitmap.has(index)).toBe(model.has(index));
      }
      expect(bitmap.count).toBe(model.size);
    }),
  );
});

it('fills to the last number and hands out again what was freed', () => {
  const bitmap = new IndexBitmap(40_000);
  for (let index = 0; index < 40_000; index += 1) {
    expect(bitmap.lowestFree()).toBe(index);
    bitmap.add(index);
  }
  expect(bitmap.lowestFree()).toBeUndefined();
  for (const index of [39_999, 1024, 31]) bitmap.delete(index);
  expect(bitmap.lowestFree()).toBe(31);
});

it.each([
  ['a /8', 2 ** 24],
  ['an IPv6 /48', 2n ** 80n],
])('takes a bounded number of steps for each number of %s', (_, size) => {
  const bitmap = new IndexBitmap(size);
  // Numbers at both ends, so that the tree has all its levels; then a dense block, and holes in it.
  bitmap.add(bitmapLimit - 1);
  let worst = 0;
  const counted = (act: () => void) => {
    const before = bitmap.steps;
    act();
    worst = Math.max(worst, bitmap.steps - before);
  };
  const take = () => {
    const index = bitmap.lowestFree();
    if (index !== undefined) bitmap.add(index);
  };
  for (let count = 0; count < 70_000; count += 1) counted(take);
  for (let index = 0; index < 70_000; index += 7) counted(() => bitmap.delete(index));
  for (let count = 0; count < 20_000; count += 1) counted(take);
  // 32^5 > 2^24: five levels, each read once to find and written once to take.
  expect(worst).toBeLessThanOrEqual(10);
  expect(bitmap.count).toBe(80_001);
});

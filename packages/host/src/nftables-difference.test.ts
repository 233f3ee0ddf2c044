import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commonSubsequence } from './nftables-difference.ts';

const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });

/** The length by definition. */
function longest(a: readonly string[], b: readonly string[]): number {
  const [x, ...restA] = a;
  const [y, ...restB] = b;
  if (x === undefined || y === undefined) return 0;
  return x === y ? 1 + longest(restA, restB) : Math.max(longest(restA, b), longest(a, restB));
}

it('finds a common subsequence, and none is longer', () => {
  fc.assert(
    fc.property(words, words, (a, b) => {
      const pairs = commonSubsequence(a, b);
      expect(pairs.length).toBe(longest(a, b));
      pairs.forEach(([i, j], index) => {
        expect(a[i]).toBe(b[j]);
        const [lastI, lastJ] = pairs[index - 1] ?? [-1, -1];
        expect(i > lastI && j > lastJ).toBe(true);
      });
    }),
    { numRuns: 300 },
  );
});

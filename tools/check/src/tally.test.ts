import { expect, it } from 'vitest';
import { tally } from './tally.ts';

it('counts skipped and planned tests apart from passed ones', () => {
  expect(tally({ numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1, success: false })).toBe(
    '5 passed, 1 failed, 3 skipped',
  );
});

import { expect, it } from 'vitest';
import { Tally } from './tally.ts';

it('counts single checks and many at once, goes on after a failure, and shows why', async () => {
  const lines: string[] = [];
  const tally = new Tally((line) => lines.push(line));
  expect(await tally.check('good', async () => 'as it should')).toBe(true);
  expect(await tally.check('bad', () => Promise.reject(new Error('broken')))).toBe(false);
  tally.count('pairs', 12, ['a → b']);
  expect(tally.summary()).toBe('12 passed, 2 failed');
  expect(lines.join('\n')).toMatch(/✓ good .* as it should\n.*✗ bad .* broken\n.*✗ pairs .*11 of 12\n +a → b/);
});

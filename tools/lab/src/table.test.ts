import { expect, it } from 'vitest';
import { formatTable } from './table.ts';

it('aligns columns and leaves no blanks at line ends', () => {
  expect(
    formatTable([
      ['A', 'LONG'],
      ['wide cell', 'x'],
    ]),
  ).toBe('A           LONG\nwide cell   x\n');
});

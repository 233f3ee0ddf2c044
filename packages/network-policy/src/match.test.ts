import { expect, it } from 'vitest';
import { all, any, constants, matchText } from './match.ts';

it.each([
  ['a', 'a'],
  [all('a', 'b'), 'a && b'],
  [all('a', any('b', 'c')), 'a && (b || c)'],
  [any(all('a', 'b'), 'c'), '(a && b) || c'],
  [all(any('a'), all('b', 'c')), 'a && b && c'],
  [all(any(all('a', 'b'), 'c'), 'd'), '((a && b) || c) && d'],
])('%j is written %s', (match, text) => {
  expect(matchText(match)).toBe(text);
});

it('writes one constant plain and several as a set', () => {
  expect(constants([80])).toBe('80');
  expect(constants([80, 81])).toBe('{80, 81}');
});

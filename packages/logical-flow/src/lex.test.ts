import { expect, test } from 'vitest';
import { tokens } from './lex.ts';
import { formatToken } from './token.ts';

const print = (input: string) => tokens(input).map(formatToken).join(' ');

test('numbers in every notation keep it', () => {
  expect(print('1 0x0A 10.0.0.0/255.0.0.0 ::FFFF:C000:280 00:00:00:00:00:0A 1..2 1.2.3.4:5')).toBe(
    '1 0xa 10.0.0.0/8 ::ffff:192.0.2.128 00:00:00:00:00:0a 1 .. 2 1.2.3.4 : 5',
  );
});

test('names with sigils', () => {
  expect(print('$a_1 @pg.2 ^vip "x\\ty"')).toBe('$a_1 @pg.2 ^vip "x\\ty"');
});

test('a token knows where it stands', () => {
  expect(tokens('a  /* x */ == "b"').map(({ start, end }) => [start, end])).toEqual([
    [0, 1],
    [11, 13],
    [14, 17],
  ]);
});

test('what is wrong is a token too', () => {
  expect(print('& é "\\q" 0x 01')).toBe(
    'error("`&\' is only valid as part of `&&\'.") error("Invalid byte 0x-61 in input.") error("bad escape \\\\q") error("Hex digits expected following 0x.") error("Decimal constants must not have leading zeros.")',
  );
});

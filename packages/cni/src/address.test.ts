import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { familyOf, familyOfCidr } from './address.ts';

const family = (text: string): 4 | 6 | undefined => {
  const found = isIP(text);
  return found === 4 || found === 6 ? found : undefined;
};

it('knows every address that the platform writes', () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => familyOf(text) === family(text)));
});

it('agrees with the platform on near misses', () => {
  const piece = fc.constantFrom('0', '1', '255', '256', '01', 'fd00', 'g', '12345', '', '.', ':', '::', '%eth0');
  const text = fc
    .array(piece, { maxLength: 12 })
    .chain((parts) => fc.constantFrom('', '.', ':').map((by) => parts.join(by)));
  fc.assert(
    fc.property(text, (candidate) => {
      fc.pre(!candidate.includes('%'));
      expect(familyOf(candidate)).toBe(family(candidate));
    }),
    { numRuns: 3000 },
  );
});

it.each([
  ['10.128.0.5/23', 4],
  ['fd00::5/64', 6],
  ['::ffff:10.0.0.1/128', 6],
  ['10.128.0.5', undefined],
  ['10.128.0.5/33', undefined],
  ['10.128.0.5/08', undefined],
  ['fd00::/129', undefined],
  ['fd00::1/64/1', undefined],
])('reads the prefix length of %s', (text, expected) => {
  expect(familyOfCidr(text)).toBe(expected);
});

import { expect, it } from 'vitest';
import { spread } from './cni.ts';

it('takes percentiles by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(spread(hundred)).toEqual({ min: 1, p50: 50, p99: 99, max: 100 });
  expect(spread([7])).toEqual({ min: 7, p50: 7, p99: 7, max: 7 });
});

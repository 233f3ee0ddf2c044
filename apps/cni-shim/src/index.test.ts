import { expect, it } from 'vitest';
import { name } from './index.ts';

it('is importable by its own name', () => {
  expect(name).toBe('@ovnkube/cni-shim');
});

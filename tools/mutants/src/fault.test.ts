import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratch } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { readFaults, withFault } from './fault.ts';

const source = 'export const twice = (a: number): number => a + a;\n';

async function packageWith(...faults: readonly object[]): Promise<string> {
  const folder = await scratch('fault');
  await mkdir(join(folder, 'test'));
  await mkdir(join(folder, 'src'));
  await writeFile(join(folder, 'src/twice.ts'), source);
  await writeFile(join(folder, 'test/faults.json'), JSON.stringify(faults));
  return folder;
}

const fault = { name: 'minus', file: 'src/twice.ts', find: 'a + a', replace: 'a - a' };

it('is put into a source in place of the right text', async () => {
  const [read] = await readFaults(await packageWith(fault));
  expect(read && withFault(source, read)).toBe('export const twice = (a: number): number => a - a;\n');
});

it.each([
  ['its text is gone', { ...fault, find: 'b + b' }, 'is there 0 times'],
  ['its text is there twice', { ...fault, find: 'number' }, 'is there 2 times'],
  ['nothing could read the result', { ...fault, replace: 'a +' }, 'would not parse'],
])('is refused when %s', async (_, bad, words) => {
  await expect(readFaults(await packageWith(fault, bad))).rejects.toThrow(words);
});

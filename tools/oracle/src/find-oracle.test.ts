import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findOracle, oracleFolder } from './find-oracle.ts';

test('the folder is the one that the environment names', () => {
  expect(oracleFolder({ OVN_ORACLE: '/somewhere' })).toBe('/somewhere');
  expect(oracleFolder({ XDG_CACHE_HOME: '/cache' })).toBe('/cache/ovn-oracle');
});

test('a folder without the programs is no oracle', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'no-oracle-'));
  expect(await findOracle(folder)).toBeUndefined();
  await rm(folder, { recursive: true });
});

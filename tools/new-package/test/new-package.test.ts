import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run, scratch } from '@ovnkube/testing';
import { beforeAll, expect, it } from 'vitest';

const workspace = join(import.meta.dirname, '..', '..', '..');
const bin = (name: string): string => join(workspace, 'node_modules', '.bin', name);
const node = (...args: string[]): Promise<string> => run(bin('node'), ['-C', '@ovnkube/source', ...args]);
const makeIn = (root: string, ...args: string[]): Promise<string> =>
  node(join(workspace, 'tools/new-package/src/main.ts'), '--root', root, ...args);

/** A workspace with this one's configuration and no packages. */
let root: string;
beforeAll(async () => {
  root = await scratch('new-package');
  for (const file of [
    'package.json',
    'layers.json',
    'tsconfig.base.json',
    'biome.json',
    'eslint.config.js',
    'vitest.base.ts',
    '.gitignore',
  ])
    cpSync(join(workspace, file), join(root, file));
  mkdirSync(join(root, 'packages'));
  symlinkSync(join(workspace, 'node_modules'), join(root, 'node_modules'));
  await run('git', ['init', '-q', root]);
});

it.each([
  ['pure-thing', ['--layer', 'model']],
  ['wire-thing', ['--layer', 'protocol', '--node']],
  ['some-app', ['--layer', 'app']],
])('makes %s, which builds, type-checks, lints, tests and packs', async (name, args) => {
  await makeIn(root, name, ...args);
  const folder = join(root, args.includes('app') ? 'apps' : 'packages', name);
  const inFolder = (program: string, ...words: string[]): Promise<string> =>
    run('sh', ['-c', 'cd "$0" && exec "$@"', folder, program, ...words], { env: { ...process.env, FORCE_COLOR: '0' } });
  await inFolder(bin('tsc'), '-b', 'tsconfig.json');
  await inFolder(bin('biome'), 'check', '.');
  await inFolder(bin('eslint'), 'src');
  expect(await inFolder(bin('vitest'), 'run')).toMatch(/1 passed/);
  expect(await inFolder('npm', 'pack', '--dry-run', '--json')).toContain('dist/index.js');
  expect(await node(join(workspace, 'tools/check-layers/src/main.ts'), root)).toContain('0 breaches');
});

it.each([
  ['Bad_Name', ['--layer', 'model'], 'kebab-case'],
  ['fine', ['--layer', 'basement'], 'Allowed choices'],
  ['fine', [], '--layer'],
])('refuses %s %s, naming what would be right', async (name, args, words) => {
  await expect(makeIn(root, name, ...args)).rejects.toThrow(words);
});

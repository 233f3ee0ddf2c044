import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, scratch } from '@ovnkube/testing';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
}

/** The packages that are published, with their folders and the entries a user can import. */
const published = globSync('packages/*/package.json', { cwd: root })
  .map((path) => ({
    folder: join(root, dirname(path)),
    manifest: JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
  }))
  .filter(({ manifest }) => !manifest.private);

it('packs every package; the tarballs install in an empty project and every entry imports there', async () => {
  const project = await scratch('packed');
  const tarballs = join(project, 'tarballs');
  mkdirSync(tarballs);
  for (const { folder } of published)
    await run(join(root, 'node_modules/.bin/tsc'), ['-b', join(folder, 'tsconfig.lib.json')]);
  const flags = published.flatMap(({ manifest }) => ['--workspace', manifest.name]);
  await run('sh', [
    '-c',
    'cd "$0" && exec "$@"',
    root,
    'npm',
    'pack',
    '--ignore-scripts',
    '--pack-destination',
    tarballs,
    ...flags,
  ]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  const files = globSync('*.tgz', { cwd: tarballs }).map((file) => `./tarballs/${file}`);
  expect(files).toHaveLength(published.length);
  await run('sh', [
    '-c',
    'cd "$0" && exec "$@"',
    project,
    'npm',
    'install',
    '--prefer-offline',
    '--ignore-scripts',
    ...files,
  ]);
  const entries = published.flatMap(({ manifest }) =>
    Object.keys(manifest.exports ?? {})
      // package.json and data files, such as schemas, are read, not imported.
      .filter((entry) => !entry.includes('*') && !entry.endsWith('.json'))
      .map((entry) => manifest.name + entry.slice(1)),
  );
  const program = `for (const entry of ${JSON.stringify(entries)}) console.log(entry, Object.keys(await import(entry)).length)`;
  writeFileSync(join(project, 'main.js'), program);
  const lines = (await run(process.execPath, [join(project, 'main.js')])).trim().split('\n');
  expect(lines).toHaveLength(entries.length);
  for (const line of lines) expect(line).not.toMatch(/ 0$/);
}, 180_000);

/**
 * What a start of the plugin costs in the forms that it could have. usage: node -C @ovnkube/source bench/start.ts [ROUNDS]
 * With POSTJECT=FILE (postject's cli.js) also as a single executable application. Forms take turns, so that noise meets all.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, scratch } from '@ovnkube/testing';

const rounds = Number(process.argv[2] ?? 30);
const folder = await scratch('start');
const node = process.execPath;
const app = join(import.meta.dirname, '..');

const binary = join(folder, 'plugin.cjs');
await run(node, [join(app, 'bundle.mjs'), '--out', binary, '--node', node]);
const cached = join(folder, 'cached.cjs');
writeFileSync(cached, `require('node:module').enableCompileCache(${JSON.stringify(folder)});require('./plugin.cjs')`);
const floor = join(folder, 'floor.cjs');
writeFileSync(floor, "require('node:fs').writeSync(1, '{}')");
const http = join(folder, 'http.cjs');
writeFileSync(http, "require('node:http');require('node:fs').writeSync(1, '{}')");
const httpModule = join(folder, 'http.mjs');
writeFileSync(httpModule, "import {request} from 'node:http';import {writeSync} from 'node:fs';writeSync(1, '{}')");

const forms: Record<string, readonly [string, ...string[]]> = {
  'node, nothing but one line of output': [node, floor],
  'bundle (chosen)': [binary],
  'bundle with a compile cache': [node, cached],
  'ESM as built, package by package': [node, join(app, 'dist/main.js')],
  'ESM from source, types stripped': [node, '-C', '@ovnkube/source', join(app, 'src/main.ts')],
  'one line and require("node:http")': [node, http],
  'one line and import from "node:http"': [node, httpModule],
};

const postject = process.env['POSTJECT'];
if (postject) {
  const [configuration, blob, application] = ['sea.json', 'sea.blob', 'sea'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const settings = { main: binary, output: blob, useCodeCache: true, disableExperimentalSEAWarning: true };
  writeFileSync(configuration, JSON.stringify(settings));
  await run(node, ['--experimental-sea-config', configuration]);
  copyFileSync(node, application);
  chmodSync(application, 0o755);
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  await run(node, [postject, application, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse]);
  forms['single executable with code cache (120 MB)'] = [application];
}

const times = new Map(Object.keys(forms).map((name) => [name, [] as number[]]));
for (let round = -2; round < rounds; round++) {
  for (const [name, [program, ...args]] of Object.entries(forms)) {
    const before = performance.now();
    const { status, stdout } = spawnSync(program, args, { env: { CNI_COMMAND: 'VERSION' }, input: '' });
    if (status !== 0 || !stdout.toString().startsWith('{')) throw new Error(`${name}: exit code ${status}`);
    // The first rounds warm the page cache and write the compile cache.
    if (round >= 0) times.get(name)?.push(performance.now() - before);
  }
}
console.log('  min    p50  milliseconds from exec to exit, CNI_COMMAND=VERSION');
for (const [name, taken] of times) {
  const sorted = taken.toSorted((a, b) => a - b);
  const figure = (at: number): string => (sorted[at] ?? 0).toFixed(1).padStart(5);
  console.log(`${figure(0)}  ${figure(Math.floor(sorted.length / 2))}  ${name}`);
}

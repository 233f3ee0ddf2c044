// First step of `npm test` and `npm run lab`: brings what a fresh machine lacks, then hands over to the workspace's own
// Node. Plain JavaScript without dependencies, because it runs before any is installed, on whatever Node (20 or newer)
// the machine has.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { programs } from './programs.mjs';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');
const [entry, ...args] = process.argv.slice(2);
const began = Date.now();

const say = (text) => console.error(`[${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s] ${text}`);

function fail(lines) {
  for (const line of lines) console.error(line);
  process.exit(2);
}

function installed(program) {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function run(command, commandArgs, env = {}) {
  const { status, error } = spawnSync(command, commandArgs, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
  });
  if (error) fail([`${command} could not be started: ${error.message}`]);
  if (status !== 0) fail([`${command} ${commandArgs.join(' ')} failed with exit code ${status}; its output is above`]);
}

function aptPackages() {
  const missing = programs.filter(({ program }) => !installed(program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(({ debian }) => debian))];
  const list = missing.map(({ program, debian }) => `  ${program.padEnd(14)} from Debian's ${debian}`);
  if (process.getuid?.() !== 0 || !installed('apt-get')) {
    fail([
      'These programs are missing:',
      ...list,
      process.getuid?.() === 0
        ? 'This machine has no apt-get: install them with its own package manager, then try again.'
        : `Install them, then try again:  sudo apt-get install --no-install-recommends ${packages.join(' ')}`,
    ]);
  }
  say(`installing ${packages.join(' ')} with apt-get`);
  run('apt-get', ['-qq', 'update']);
  run('apt-get', ['-qq', '-y', 'install', '--no-install-recommends', ...packages], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

/** `npm ci`, unless node_modules was made from this very lock file. */
function npmPackages() {
  const stamp = join(root, 'node_modules', '.lock-sha256');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing npm packages with npm ci');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(stamp, lock);
}

aptPackages();
npmPackages();
const node = join(root, 'node_modules', 'node', 'bin', 'node');
if (!existsSync(node))
  fail([
    `the workspace's Node is missing at ${node}; npm's "node" package brings it: remove node_modules and try again`,
  ]);
const { status, signal } = spawnSync(node, ['-C', '@ovnkube/source', join(root, entry), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}` },
});
process.exit(signal ? 130 : (status ?? 1));

import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { findOracle, type Oracle, oracleFolder, PROGRAMS } from './find-oracle.ts';
import { OracleError } from './oracle-error.ts';
import { runCommand } from './run-command.ts';

/** The release that the oracle must be of. */
const RELEASE = '26.03';

/** OVN's packages, and what they need that an older machine does not have. */
const PACKAGES = [
  'ovn-common',
  'ovn-central',
  'ovn-host',
  'libc6',
  'libssl3t64',
  'libunbound8',
  'libcap-ng0',
  'libevent-2.1-7t64',
  'libnghttp2-14',
  'zlib1g',
  'libzstd1',
  'libunwind8',
  'liblzma5',
  'libgcc-s1',
  'libstdc++6',
  'libudev1',
  'libcap2',
];

/** The archive that this machine takes its own packages from. */
async function archive(): Promise<string> {
  const deb822 = await readFile('/etc/apt/sources.list.d/debian.sources', 'utf8').catch(() => '');
  const line = /^URIs:\s*(\S+)/m.exec(deb822)?.[1];
  if (line !== undefined) return line;
  const list = await readFile('/etc/apt/sources.list', 'utf8').catch(() => '');
  const found = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+:\/\/\S+)/m.exec(list)?.[1];
  if (found === undefined) throw new OracleError('missing-program', 'apt has no Debian archive configured');
  return found;
}

/** apt-get's options for lists and caches of our own: the machine's are neither read nor changed. */
async function privateApt(work: string): Promise<string[]> {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs'])
    await mkdir(join(work, folder), { recursive: true });
  const sources = join(work, 'sources.list');
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  await writeFile(sources, `deb [signed-by=${keyring}] ${await archive()} sid main\n`);
  return [
    `-oDir::Etc::sourcelist=${sources}`,
    '-oDir::Etc::sourceparts=/dev/null',
    `-oDir::State::Lists=${join(work, 'lists')}`,
    `-oDir::Cache=${join(work, 'cache')}`,
    '-oDir::State::status=/dev/null',
    '-oAPT::Sandbox::User=root',
    '-qq',
  ];
}

/** Downloads the packages; gives the folder that they are in. */
async function download(work: string, note: (text: string) => void): Promise<string> {
  const apt = await privateApt(work);
  await runCommand('apt-get', [...apt, 'update']);
  const policy = await runCommand('apt-cache', [...apt, 'policy', 'ovn-central']);
  const version = /Candidate:\s*(\S+)/.exec(policy)?.[1] ?? 'not there';
  if (!version.startsWith(`${RELEASE}.`)) {
    throw new OracleError('wrong-version', `Debian's ovn-central is ${version}; the oracle must be ${RELEASE}`);
  }
  const debs = join(work, 'debs');
  for (const name of PACKAGES) {
    try {
      await runCommand('apt-get', [...apt, 'download', name], { cwd: debs });
    } catch (error) {
      note(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return debs;
}

/** A program of the folder as a script that runs it with the folder's own loader and libraries. */
function wrapper(program: string, loader: string): string {
  return [
    '#!/bin/sh',
    'root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)',
    `exec "$root/${loader}" --argv0 ${program} --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/${program}" "$@"`,
    '',
  ].join('\n');
}

async function findFile(folder: string, name: string): Promise<string | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const entry = entries.find((candidate) => candidate.name === name);
  return entry === undefined ? undefined : join(entry.parentPath, entry.name);
}

async function unpack(debs: string, destination: string): Promise<void> {
  await rm(destination, { recursive: true, force: true });
  await mkdir(join(destination, 'bin'), { recursive: true });
  for (const file of await readdir(debs)) await runCommand('dpkg', ['-x', join(debs, file), destination]);
  const loader = await findFile(destination, 'ld-linux-x86-64.so.2');
  if (loader === undefined) throw new OracleError('missing-program', `no dynamic loader among the packages in ${debs}`);
  for (const program of PROGRAMS) {
    const file = join(destination, 'bin', program);
    await writeFile(file, wrapper(program, relative(destination, loader)));
    await chmod(file, 0o755);
  }
}

/**
 * Unpacks the real OVN into `root` unless it is there. `packages` is a folder with .deb files to use instead of the archive's.
 * Nothing is installed on the machine.
 */
export async function setupOracle(
  options: { readonly root?: string; readonly packages?: string; readonly note?: (text: string) => void } = {},
): Promise<Oracle> {
  const root = options.root ?? oracleFolder();
  const present = await findOracle(root);
  if (present !== undefined) return present;
  const work = await mkdtemp(join(tmpdir(), 'ovnkube-oracle-'));
  try {
    const debs = options.packages ?? (await download(work, options.note ?? (() => {})));
    await mkdir(dirname(root), { recursive: true });
    await unpack(debs, `${root}.new`);
    await rm(root, { recursive: true, force: true });
    await rename(`${root}.new`, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const oracle = await findOracle(root);
  if (oracle === undefined) throw new OracleError('missing-program', `${root} lacks OVN's programs after unpacking`);
  return oracle;
}

// Real OVN programs of several releases, found or fetched, to run on our schema files.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { missing } from '@ovnkube/testing';

/** The programs of one release. */
export interface Ovn {
  readonly release: string;
  readonly northd: string;
  readonly controller: string;
  readonly nbctl: string;
}

const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');

/** Folder of the unpacked OVN 26.03: `$OVN_ORACLE`, else where `npm run oracle -- setup` puts it. */
export const oracle = process.env['OVN_ORACLE'] || join(cache, 'ovn-oracle');

const skip = (reason: string): undefined => {
  console.warn(`skipped: ${reason}`);
  return undefined;
};

/** OVN 26.03, or undefined with the reason printed. */
export function ovn2603(): Ovn | undefined {
  if (missing('ovsdb-server', 'ovs-vswitchd', 'root')) return undefined;
  const bin = join(oracle, 'bin');
  if (!existsSync(join(bin, 'ovn-northd')))
    return skip(`needs OVN 26.03 in ${oracle}; npm run oracle -- setup fetches it`);
  return {
    release: '26.03',
    northd: join(bin, 'ovn-northd'),
    controller: join(bin, 'ovn-controller'),
    nbctl: join(bin, 'ovn-nbctl'),
  };
}

/** OVN 23.03 of Debian 12: installed, or its two packages unpacked into a cache folder; or undefined with the reason printed. */
export function ovn2303(): Ovn | undefined {
  if (missing('ovsdb-server', 'ovs-vswitchd', 'ovn-nbctl', 'root')) return undefined;
  try {
    const bin = isRelease('/usr/bin/ovn-northd') ? '/usr/bin' : fetched();
    const found = {
      release: '23.03',
      northd: join(bin, 'ovn-northd'),
      controller: join(bin, 'ovn-controller'),
      nbctl: '/usr/bin/ovn-nbctl',
    };
    const wrong = [found.northd, found.controller, found.nbctl].find((program) => !isRelease(program));
    return wrong === undefined ? found : skip(`needs OVN 23.03, and ${wrong} is another release`);
  } catch (error) {
    return skip(`needs ovn-central and ovn-host of OVN 23.03, which could not be fetched: ${error}`);
  }
}

const isRelease = (program: string): boolean =>
  existsSync(program) && execFileSync(program, ['--version'], { encoding: 'utf8' }).includes(' 23.03');

function fetched(): string {
  const folder = join(cache, 'ovnkube', 'ovn-23.03');
  const bin = join(folder, 'usr', 'bin');
  if (existsSync(bin)) return bin;
  const work = `${folder}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    const quiet = { cwd: work, timeout: 60_000, stdio: 'pipe' } as const;
    execFileSync('apt-get', ['-qq', '-o', 'APT::Sandbox::User=root', 'download', 'ovn-central', 'ovn-host'], quiet);
    for (const file of readdirSync(work)) execFileSync('dpkg', ['-x', file, work], quiet);
    if (!existsSync(bin)) renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return bin;
}

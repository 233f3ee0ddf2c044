import type { Change } from './change.ts';
import { HostError } from './error.ts';
import { inNamespace } from './namespace.ts';
import type { Run } from './run.ts';

/** Desired values under /proc/sys, by path: `{ 'net/ipv4/conf/eth0/forwarding': '1' }`. Slashes: a link's name may hold dots. */
export type Sysctls = Readonly<Record<string, string>>;

/** A path below /proc/sys; anything that leads elsewhere or that a shell would read is refused. */
export function sysctlPath(path: string): string {
  if (
    /^[a-zA-Z0-9_@.:-]+(\/[a-zA-Z0-9_@.:-]+)+$/.test(path) &&
    !path.split('/').some((part) => part === '..' || part === '.')
  ) {
    return `/proc/sys/${path}`;
  }
  throw new HostError(
    'invalid-desired',
    `${JSON.stringify(path)} is not a path below /proc/sys, such as net/ipv4/ip_forward`,
  );
}

/** The values of those of the paths that exist. */
export async function readSysctls(
  run: Run,
  netns: string | undefined,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<Sysctls> {
  if (paths.length === 0) return {};
  // One process for all files: grep prints FILE:LINE. (A shell's `read` asks for one byte at a time, which /proc/sys answers once.)
  const args = ['-sH', '', '--', ...paths.map(sysctlPath)];
  const { stdout, stderr } = await run(inNamespace({ program: 'grep', args }, netns), signal ? { signal } : {});
  if (stderr !== '') throw new HostError('command-failed', `reading /proc/sys: ${stderr.trim()}`);
  const values = paths.flatMap((path): [string, string][] => {
    const start = `${sysctlPath(path)}:`;
    const line = stdout.split('\n').find((text) => text.startsWith(start));
    return line === undefined ? [] : [[path, line.slice(start.length)]];
  });
  return Object.fromEntries(values);
}

/** What must be written. The kernel separates several numbers by tabs: white space is compared as one space. */
export function sysctlChanges(desired: Sysctls, there: Sysctls): readonly Change[] {
  return Object.entries(desired).flatMap(([path, value]): Change[] => {
    const present = there[path];
    if (present === undefined) return [{ object: 'sysctl', name: path, why: 'missing' }];
    if (normal(present) === normal(value)) return [];
    const detail = `${normal(present)}, desired ${normal(value)}`;
    return [{ object: 'sysctl', name: path, why: 'different', detail, write: { kind: 'sysctl', path, value } }];
  });
}

const normal = (value: string): string => value.trim().replace(/\s+/g, ' ');

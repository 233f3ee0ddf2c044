import { z } from 'zod';
import { HostError } from './error.ts';
import { type Command, output, type Run } from './run.ts';

/** Where `ip netns` keeps its namespaces. */
const namespaceFolder = '/run/netns';

/** The path of a namespace given by name (`blue`) or by path (`/proc/17/ns/net`). */
export const namespacePath = (netns: string): string => (netns.includes('/') ? netns : `${namespaceFolder}/${netns}`);

/**
 * The command, inside of a namespace. `nsenter` instead of `ip netns exec`: it takes any path, and does not give the program a
 * mount namespace with a fresh /sys, which costs more than the program. /proc/sys/net follows the process by itself.
 */
export function inNamespace(command: Command, netns: string | undefined): Command {
  if (netns === undefined) return command;
  return { ...command, program: 'nsenter', args: [`--net=${namespacePath(netns)}`, command.program, ...command.args] };
}

const listing = z.array(z.object({ name: z.string() }));

/** Names of the namespaces that `ip netns` knows. */
export async function namespaces(run: Run, signal?: AbortSignal): Promise<readonly string[]> {
  // Without a single namespace `ip` prints nothing, not even an empty list.
  const text = await output(run, { program: 'ip', args: ['-json', 'netns', 'list'] }, signal);
  return text.trim() === '' ? [] : listing.parse(JSON.parse(text)).map(({ name }) => name);
}

/**
 * Make the wanted namespaces and delete those that are `owned` and not wanted; others stay. Returns the commands that were
 * needed: none when everything was as wanted.
 */
export async function reconcileNamespaces(
  run: Run,
  wanted: readonly string[],
  owned: (name: string) => boolean,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  for (const name of wanted) {
    if (!/^[^/\s]+$/.test(name))
      throw new HostError('invalid-desired', `${JSON.stringify(name)} cannot name a namespace`);
  }
  const present = await namespaces(run, signal);
  const lines = [
    ...present.filter((name) => owned(name) && !wanted.includes(name)).map((name) => `netns delete ${name}`),
    ...wanted.filter((name) => !present.includes(name)).map((name) => `netns add ${name}`),
  ];
  if (lines.length > 0) {
    await output(run, { program: 'ip', args: ['-batch', '-'], input: `${lines.join('\n')}\n` }, signal);
  }
  return lines;
}

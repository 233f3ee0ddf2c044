import { HostError } from './error.ts';
import { inNamespace } from './namespace.ts';
import { type Follow, followProcess } from './run.ts';

/** Something changed in a namespace: the names of links and the routing protocols that the line is about. */
export interface HostEvent {
  readonly dev: string | undefined;
  readonly protocol: string | undefined;
  readonly line: string;
}

/** A line of `ip monitor`; undefined for the continuation of the one before. (Its -json has no effect as of iproute2 6.1.) */
function parseMonitorLine(line: string): HostEvent | undefined {
  if (line === '' || /^\s/.test(line)) return undefined;
  const text = line.replace(/^Deleted /, '');
  const dev = /^\d+: ([^:@\s]+)/.exec(text)?.[1] ?? /\bdev (\S+)/.exec(text)?.[1];
  return { dev, protocol: /\bproto (\S+)/.exec(text)?.[1], line };
}

/** Everything that changes about links, addresses, routes, neighbours and rules of a namespace. Ends when aborted. */
export async function* followNamespace(options: {
  readonly follow?: Follow;
  readonly netns?: string;
  readonly signal: AbortSignal;
}): AsyncGenerator<HostEvent, void> {
  const args = ['monitor', 'link', 'address', 'route', 'neigh', 'rule'];
  const command = inNamespace({ program: 'ip', args }, options.netns);
  for await (const line of (options.follow ?? followProcess)(command, { signal: options.signal })) {
    const event = parseMonitorLine(line);
    if (event) yield event;
  }
  if (!options.signal.aborted) throw new HostError('command-failed', 'ip monitor ended');
}

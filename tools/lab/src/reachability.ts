import type { ApiClient } from './api/client.ts';
import { hasCondition, type List, type Pod, podIPs } from './api/objects.ts';
import { nodeCommand, sibling } from './background.ts';
import { attempt, inNamespace } from './command.ts';
import { LabError } from './error.ts';
import { findSandbox } from './find-sandbox.ts';
import type { Lab } from './lab-config.ts';

/** A pod as an end of a connection. */
export interface Endpoint {
  readonly name: string;
  readonly node: string;
  readonly addresses: readonly string[];
  readonly namespace: string;
}

/** One direction between two pods in one family. */
export interface Reach {
  readonly from: string;
  readonly to: string;
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly ping: boolean;
  readonly http: boolean;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (address.includes(':') ? 'ipv6' : 'ipv4');

/** All Ready pods of a namespace that have a network of their own. */
export async function endpoints(lab: Lab, client: ApiClient, namespace: string): Promise<readonly Endpoint[]> {
  const { items } = await client.json<List<Pod>>(`/api/v1/namespaces/${namespace}/pods`);
  const pods = items.filter((pod) => hasCondition(pod, 'Ready') && pod.spec.hostNetwork !== true);
  return pods
    .map((pod) => ({
      name: pod.metadata.name,
      node: pod.spec.nodeName ?? '',
      addresses: podIPs(pod),
      namespace: findSandbox(lab, pod).namespace,
    }))
    .sort((a, b) => a.node.localeCompare(b.node) || a.name.localeCompare(b.name));
}

/** One answer of `probe.ts`. */
export interface Probed {
  readonly address: string;
  readonly ping: boolean;
  readonly http: boolean;
}

/** What each of `ends` reaches of all the others: an echo request, and an HTTP request to its port 8080. */
export async function reachability(ends: readonly Endpoint[]): Promise<readonly Reach[]> {
  const all: Reach[] = [];
  // One source after the other: what is measured is the network, not how many processes a machine can start at once.
  for (const from of ends) {
    const others = ends.filter((to) => to !== from);
    const probed = await probe(
      from.namespace,
      others.flatMap(({ addresses }) => addresses),
    );
    for (const { address, ping, http } of probed) {
      const to = others.find(({ addresses }) => addresses.includes(address));
      if (to !== undefined) all.push({ from: from.name, to: to.name, address, family: familyOf(address), ping, http });
    }
  }
  return all;
}

/** Try all addresses at once from inside a namespace. */
export async function probe(namespace: string, addresses: readonly string[]): Promise<readonly Probed[]> {
  if (addresses.length === 0) return [];
  const command = inNamespace(namespace, nodeCommand(sibling(import.meta.url, 'probe'), ...addresses));
  const { code, stdout, stderr } = await attempt(command);
  if (code !== 0) throw new LabError('COMMAND_FAILED', `probe in ${namespace}: ${stderr.trim()}`);
  return JSON.parse(stdout) as readonly Probed[];
}

/** The table of who reaches whom: a row a source, a column a target, a mark a family. */
export function reachabilityTable(
  ends: readonly Endpoint[],
  reaches: readonly Reach[],
): readonly (readonly string[])[] {
  const mark = (from: Endpoint, to: Endpoint): string =>
    from === to
      ? '·'
      : reaches
          .filter((reach) => reach.from === from.name && reach.to === to.name)
          .map(({ ping, http }) => (ping && http ? '✓' : ping ? 'ping only' : http ? 'http only' : '✗'))
          .join(' ');
  return [
    ['from \\ to', ...ends.map(({ name }) => name)],
    ...ends.map((from) => [`${from.name} (${from.node})`, ...ends.map((to) => mark(from, to))]),
  ];
}

export const succeeded = ({ ping, http }: Reach): boolean => ping && http;

export const describe = ({ from, to, address, ping, http }: Reach): string =>
  `${from} → ${to} (${address}): ping ${ping ? 'answered' : 'lost'}, http ${http ? 'answered' : 'failed'}`;

import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import type { NetworkConfigurationList, Result } from '@ovnkube/cni';
import type { Container, Pod } from '../api/objects.ts';
import { nodeCommand, sibling, startWhenReady } from '../background.ts';
import { attempt } from '../command.ts';
import { type ProcessId, sendSignal } from '../process-id.ts';
import type { LabState } from '../state.ts';
import { addNamespace, type NodePlace } from '../underlay.ts';
import { type Attachment, callPlugins, type PluginHost } from './cni-plugin.ts';

/** What the workers of one node share. */
export interface NodeHost {
  readonly state: LabState;
  readonly node: NodePlace;
  readonly plugins: PluginHost;
  readonly network: NetworkConfigurationList;
}

/** A pod's namespace with its network and its programs. */
export interface Sandbox {
  readonly namespace: string;
  /** Absent for a pod of the node's own network. */
  readonly attachment?: Attachment;
  readonly result?: Result;
  readonly addresses: readonly string[];
  readonly processes: readonly ProcessId[];
  /** Milliseconds that CNI ADD took, as seen by its caller. */
  readonly addMilliseconds: number;
}

/** What the kubelet notes of a pod's sandbox, for the lab's commands. */
export interface SandboxRecord {
  readonly namespace: string;
  readonly node: string;
  readonly addMilliseconds: number;
}

/** Where the lab's commands find the namespace of a pod. */
export const sandboxFile = (state: LabState, uid: string): string => state.path('pods', `${uid}.json`);

/** A namespace named for a person who lists them; ip-netns names are file names (255 bytes at most). */
function namespaceName(state: LabState, pod: Pod, containerId: string): string {
  const { namespace = 'default', name } = pod.metadata;
  return state.namespace(`${namespace}_${name}`.slice(0, 120).concat(`_${containerId.slice(0, 6)}`));
}

/**
 * Make the pod's namespace and attach it. Rejects with the plugin's error after removing what was made, as a container
 * runtime does: the next try has a new container id and a new namespace.
 */
export async function startSandbox(host: NodeHost, pod: Pod): Promise<Sandbox> {
  const sandbox = pod.spec.hostNetwork ? hostSandbox(host) : await attachedSandbox(host, pod);
  const processes: ProcessId[] = [];
  try {
    for (const container of pod.spec.containers)
      processes.push(...(await startContainer(host, pod, sandbox, container)));
    const started: Sandbox = { ...sandbox, processes };
    const record: SandboxRecord = {
      namespace: sandbox.namespace,
      node: host.node.name,
      addMilliseconds: sandbox.addMilliseconds,
    };
    const file = sandboxFile(host.state, pod.metadata.uid ?? '');
    await mkdir(host.state.path('pods'), { recursive: true });
    await writeFile(file, JSON.stringify(record));
    return started;
  } catch (error) {
    await stopSandbox(host, pod, { ...sandbox, processes }).catch(() => undefined);
    throw error;
  }
}

const hostSandbox = ({ node }: NodeHost): Sandbox => ({
  namespace: node.namespace,
  addresses: node.addresses.map(({ address }) => address),
  processes: [],
  addMilliseconds: 0,
});

async function attachedSandbox(host: NodeHost, pod: Pod): Promise<Sandbox> {
  const containerId = randomBytes(32).toString('hex');
  const namespace = namespaceName(host.state, pod, containerId);
  await addNamespace(host.state, namespace);
  const attachment: Attachment = {
    containerId,
    netns: `/run/netns/${namespace}`,
    ifName: 'eth0',
    pod: { namespace: pod.metadata.namespace ?? 'default', name: pod.metadata.name, uid: pod.metadata.uid ?? '' },
  };
  try {
    const begin = performance.now();
    const result = await callPlugins(host.plugins, host.network, 'ADD', attachment);
    const addMilliseconds = performance.now() - begin;
    const addresses = result?.ips.map(({ address }) => address.replace(/\/.*/, '')) ?? [];
    return { namespace, attachment, ...(result && { result }), addresses, processes: [], addMilliseconds };
  } catch (error) {
    await callPlugins(host.plugins, host.network, 'DEL', attachment).catch(() => undefined);
    await removeNamespace(namespace);
    throw error;
  }
}

/** Stop the pod's programs, detach it (CNI DEL), delete its namespace. Rejects when DEL fails; call again then. */
export async function stopSandbox(host: NodeHost, pod: Pod, sandbox: Sandbox): Promise<void> {
  for (const id of sandbox.processes) sendSignal(id, 'SIGKILL');
  if (sandbox.attachment !== undefined) {
    await callPlugins(host.plugins, host.network, 'DEL', sandbox.attachment, sandbox.result);
    await removeNamespace(sandbox.namespace);
  }
  await rm(sandboxFile(host.state, pod.metadata.uid ?? ''), { force: true });
}

const removeNamespace = async (namespace: string): Promise<void> => {
  await attempt(['ip', 'netns', 'delete', namespace]);
};

/**
 * The lab has no images: a container of the agnhost image that runs `netexec` gets the lab's own echo server, any other
 * none at all.
 */
async function startContainer(host: NodeHost, pod: Pod, sandbox: Sandbox, container: Container): Promise<ProcessId[]> {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  if (!/\bagnhost\b/.test(container.image) || !words.includes('netexec')) return [];
  const option = (name: string, fallback: string): string =>
    words.map((word) => new RegExp(`^--${name}=(\\d+)$`).exec(word)?.[1]).find((value) => value !== undefined) ??
    fallback;
  const echo = nodeCommand(sibling(import.meta.url, 'echo-server'), pod.metadata.name, option('http-port', '8080'));
  const process = await startWhenReady(host.state, {
    title: `${host.node.name} pod ${pod.metadata.namespace}/${pod.metadata.name}`,
    command: echo,
    namespace: sandbox.namespace,
    logFile: host.state.path(host.node.name, 'pods.log'),
  });
  return [process];
}

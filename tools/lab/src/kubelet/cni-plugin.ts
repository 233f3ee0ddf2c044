import { readdir, readFile, watch } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type NetworkConfigurationList,
  parseConfigurationFile,
  parseErrorObject,
  parseResult,
  type Result,
  requestConfiguration,
} from '@ovnkube/cni';
import { attempt } from '../command.ts';
import { LabError } from '../error.ts';

/** One attachment of a pod to the network, as a container runtime knows it. */
export interface Attachment {
  readonly containerId: string;
  /** Path of the network namespace; empty when it is gone. */
  readonly netns: string;
  readonly ifName: string;
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string };
}

/** How plugins are found and run on one node. */
export interface PluginHost {
  /** CNI_PATH: the folder with the plugins. */
  readonly binDir: string;
  /** The command as it runs in the node's network namespace. */
  inNode(command: readonly string[]): readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const isConfiguration = (file: string): boolean => /\.(conf|conflist|json)$/.test(file);

/** The first configuration of the folder in the order of names, as kubelets take it; undefined while there is none. */
export async function findConfiguration(folder: string): Promise<NetworkConfigurationList | undefined> {
  const [first] = (await readdir(folder)).filter(isConfiguration).sort();
  return first === undefined ? undefined : parseConfigurationFile(await readFile(join(folder, first), 'utf8'));
}

/** Wait until the node's network says that it is ready: its configuration file appears. */
export async function configurationAppears(folder: string, signal: AbortSignal): Promise<NetworkConfigurationList> {
  const changes = watch(folder, { signal });
  const first = await findConfiguration(folder);
  if (first !== undefined) return first;
  for await (const _ of changes) {
    // A file that is still being written is no JSON yet; its next event comes.
    const found = await findConfiguration(folder).catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new LabError('NOT_READY', `no CNI configuration appeared in ${folder}`);
}

/** Call every plugin of a list for one command; the last result. Rejects with the plugin's own error. */
export async function callPlugins(
  host: PluginHost,
  list: NetworkConfigurationList,
  command: 'ADD' | 'DEL' | 'CHECK' | 'STATUS',
  attachment: Attachment,
  added?: Result,
): Promise<Result | undefined> {
  let result = added;
  for (const plugin of command === 'DEL' ? [...list.plugins].reverse() : list.plugins) {
    const configuration = requestConfiguration(list, plugin, result ? { prevResult: result } : {});
    const { code, stdout, stderr } = await attempt(host.inNode([join(host.binDir, plugin.type)]), {
      env: { ...host.env, ...variables(command, host, attachment) },
      input: JSON.stringify(configuration),
    });
    if (code !== 0)
      throw new LabError('COMMAND_FAILED', `CNI ${command} of ${plugin.type}: ${errorText(stdout, stderr)}`);
    if (command === 'ADD') result = parseResult(JSON.parse(stdout));
  }
  return result;
}

function variables(command: string, host: PluginHost, { pod, ...attachment }: Attachment): Record<string, string> {
  const args = {
    IgnoreUnknown: '1',
    K8S_POD_NAMESPACE: pod.namespace,
    K8S_POD_NAME: pod.name,
    K8S_POD_INFRA_CONTAINER_ID: attachment.containerId,
    K8S_POD_UID: pod.uid,
  };
  return {
    CNI_COMMAND: command,
    CNI_CONTAINERID: attachment.containerId,
    CNI_NETNS: attachment.netns,
    CNI_IFNAME: attachment.ifName,
    CNI_PATH: host.binDir,
    CNI_ARGS: Object.entries(args)
      .map((pair) => pair.join('='))
      .join(';'),
  };
}

/** A plugin's error object (SPEC.md §"Error"), or whatever it said instead. */
function errorText(stdout: string, stderr: string): string {
  const error = parseErrorObject(stdout);
  if (error === undefined) return (stderr || stdout).trim();
  return `${error.code} ${error.msg}${error.details ? `: ${error.details}` : ''}`;
}

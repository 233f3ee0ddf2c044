import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { ApiClient } from '../api/client.ts';
import { type Pod, podIPs } from '../api/objects.ts';
import { inNamespace } from '../command.ts';
import { LabError } from '../error.ts';
import { findSandbox } from '../find-sandbox.ts';
import { type Lab, openLab } from '../lab-config.ts';
import { nodeEnv, nodeFiles } from '../open-vswitch.ts';
import { findOvn } from '../ovn.ts';
import { silentProgress } from '../progress.ts';
import { nameOption, namespaceOption, runningLab } from './flags.ts';
import { runForeground } from './foreground.ts';

interface PodFlags {
  readonly name: string;
  readonly namespace: string;
}

const getPod = (client: ApiClient, namespace: string, pod: string): Promise<Pod> =>
  client.json<Pod>(`/api/v1/namespaces/${namespace}/pods/${pod}`);

/** The network namespace of a pod, or of a node of that name. */
async function namespaceOf(lab: Lab, client: ApiClient, namespace: string, name: string): Promise<string> {
  const node = lab.nodes.find((candidate) => candidate.name === name);
  return node?.namespace ?? findSandbox(lab, await getPod(client, namespace, name)).namespace;
}

async function exec(name: string, command: readonly string[], flags: PodFlags): Promise<void> {
  const { lab, client } = runningLab(flags.name);
  const words = command.length > 0 ? command : [process.env['SHELL'] ?? 'sh'];
  process.exitCode = await runForeground(inNamespace(await namespaceOf(lab, client, flags.namespace, name), words));
}

async function ping(from: string, to: string, flags: PodFlags & { readonly count: string }): Promise<void> {
  const { lab, client } = runningLab(flags.name);
  const source = await namespaceOf(lab, client, flags.namespace, from);
  const node = lab.nodes.find(({ name }) => name === to);
  const isAddress = /[:.]/.test(to);
  const addresses = isAddress
    ? [to]
    : (node?.addresses.map(({ address }) => address) ?? podIPs(await getPod(client, flags.namespace, to)));
  for (const address of addresses) {
    const code = await runForeground(
      inNamespace(source, ['ping', '-n', '-c', flags.count, '-i', '0.2', '-W', '2', address]),
    );
    process.exitCode = Math.max(Number(process.exitCode ?? 0), code);
  }
}

/** `node1/node-agent`, `lab`: every log file of a lab. */
function logFiles(lab: Lab): ReadonlyMap<string, string> {
  const folders = ['.', ...lab.nodes.map(({ name }) => name)];
  return new Map(
    folders.flatMap((folder) => {
      const path = lab.state.path(folder);
      const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith('.log')) : [];
      return files.map((file) => [join(folder, file.slice(0, -'.log'.length)), join(path, file)] as const);
    }),
  );
}

async function logs(
  name: string | undefined,
  flags: { readonly name: string; readonly follow?: boolean },
): Promise<void> {
  const files = logFiles(openLab(flags.name));
  if (name === undefined) {
    for (const known of files.keys()) console.log(known);
    return;
  }
  const file = files.get(name);
  if (file === undefined)
    throw new LabError('NOT_FOUND', `logs ${name}: no such log; there are ${[...files.keys()].join(', ')}`);
  process.exitCode = await runForeground(flags.follow ? ['tail', '-n', '+1', '-f', file] : ['cat', file]);
}

/** A program of OVN or OVS against the databases of one node. */
async function onNode(
  program: string,
  nodeName: string,
  args: readonly string[],
  flags: { readonly name: string },
): Promise<void> {
  const lab = openLab(flags.name);
  const node = lab.nodes.find(({ name }) => name === nodeName);
  if (node === undefined)
    throw new LabError('NOT_FOUND', `no node ${nodeName}; there are ${lab.nodes.map(({ name }) => name).join(', ')}`);
  const files = nodeFiles(lab.state, node.name);
  const ovs = program === 'ovs-vsctl';
  const bin = ovs ? '' : `${(await findOvn(lab.config.ovnBin, silentProgress)).bin}/`;
  const database = ovs ? [`--db=${files.conf}`] : [];
  process.exitCode = await runForeground([`${bin}${program}`, ...database, ...args], nodeEnv(lab.state, files));
}

export function registerPodCommands(program: Command): void {
  program
    .command('exec')
    .argument('<pod>', 'pod, or node')
    .argument('[command...]', "a program of this machine, run in the pod's network namespace (default: a shell)")
    .description('run a program in the network namespace of a pod or a node')
    .addOption(nameOption())
    .addOption(namespaceOption())
    .passThroughOptions()
    .action(exec);
  program
    .command('ping')
    .argument('<from>', 'pod, or node')
    .argument('<to>', 'pod, node or address')
    .description('ping from a pod to all addresses of another one')
    .addOption(nameOption())
    .addOption(namespaceOption())
    .option('-c, --count <count>', 'echo requests per address', '3')
    .action(ping);
  program
    .command('logs')
    .argument('[log]', 'such as node1/node-agent; without it, all names are listed')
    .description('print a log')
    .addOption(nameOption())
    .option('-f, --follow', 'keep printing')
    .action(logs);
  for (const [command, tool] of [
    ['nbctl', 'ovn-nbctl'],
    ['sbctl', 'ovn-sbctl'],
    ['vsctl', 'ovs-vsctl'],
  ] as const) {
    program
      .command(command)
      .argument('<node>')
      .argument('[arguments...]')
      .description(`${tool} on the databases of a node`)
      .addOption(nameOption())
      .passThroughOptions()
      .allowUnknownOption()
      .action((node: string, args: readonly string[], flags: { readonly name: string }) =>
        onNode(tool, node, args, flags),
      );
  }
}

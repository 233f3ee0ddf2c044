import type { Command } from 'commander';
import { apply, readManifest, remove } from '../api/manifest.ts';
import { hasCondition, type KubeObject, type List, type Node, type Pod, podIPs } from '../api/objects.ts';
import { LabError } from '../error.ts';
import { kubeconfigFile } from '../lab-config.ts';
import { findProgram } from '../requirements.ts';
import { nodeSubnets } from '../status.ts';
import { formatTable } from '../table.ts';
import { nameOption, namespaceOption, type OutputFlag, outputOption, printJson, runningLab } from './flags.ts';
import { runForeground } from './foreground.ts';

interface FileFlags {
  readonly name: string;
  readonly filename: string;
}

interface GetFlags extends OutputFlag {
  readonly name: string;
  readonly namespace: string;
  readonly allNamespaces?: boolean;
}

/** Columns of the kinds that a newcomer looks at; everything else is a name and an age. */
const columns: Readonly<
  Record<string, readonly [head: readonly string[], row: (object: KubeObject) => readonly string[]]>
> = {
  pods: [['READY', 'STATUS', 'IP', 'NODE'], (object) => podRow(object as Pod)],
  nodes: [['STATUS', 'ADDRESS', 'SUBNETS'], (object) => nodeRow(object as Node)],
};

const podRow = (pod: Pod): readonly string[] => [
  hasCondition(pod, 'Ready') ? 'yes' : 'no',
  pod.metadata.deletionTimestamp === undefined ? (pod.status?.phase ?? 'Pending') : 'Terminating',
  podIPs(pod).join(' '),
  pod.spec.nodeName ?? '',
];

const nodeRow = (node: Node): readonly string[] => [
  hasCondition(node, 'Ready') ? 'Ready' : 'NotReady',
  node.status?.addresses
    ?.filter(({ type }) => type === 'InternalIP')
    .map(({ address }) => address)
    .join(' ') ?? '',
  nodeSubnets(node),
];

const plural: Readonly<Record<string, string>> = {
  pod: 'pods',
  po: 'pods',
  node: 'nodes',
  no: 'nodes',
  namespace: 'namespaces',
  ns: 'namespaces',
};
const clusterScoped = new Set(['nodes', 'namespaces']);

async function get(kind: string, objectName: string | undefined, flags: GetFlags): Promise<void> {
  const { client } = runningLab(flags.name);
  const resource = plural[kind] ?? kind;
  const scope = clusterScoped.has(resource) || flags.allNamespaces ? '' : `/namespaces/${flags.namespace}`;
  const path = `/api/v1${scope}/${resource}`;
  if (objectName !== undefined) {
    printJson(await client.json<KubeObject>(`${path}/${objectName}`));
    return;
  }
  const list = await client.json<List<KubeObject>>(path);
  if (flags.output === 'json') {
    printJson(list);
    return;
  }
  const [head, row] = columns[resource] ?? [
    ['CREATED'],
    ({ metadata }: KubeObject) => [metadata.creationTimestamp ?? ''],
  ];
  process.stdout.write(
    formatTable([['NAME', ...head], ...list.items.map((object) => [object.metadata.name, ...row(object)])]),
  );
}

async function kubectl(args: readonly string[], { name }: { readonly name: string }): Promise<void> {
  const { lab } = runningLab(name);
  const program = findProgram('kubectl');
  if (program === undefined) {
    throw new LabError(
      'MISSING_REQUIREMENT',
      'kubectl is missing: get it with apt-get install kubernetes-client, or from https://kubernetes.io/docs/tasks/tools/; `npm run lab -- get` and `apply` need none',
    );
  }
  process.exitCode = await runForeground([program, ...args], { ...process.env, KUBECONFIG: kubeconfigFile(lab.state) });
}

const fileCommand = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .requiredOption('-f, --filename <file>', 'manifest; - is standard input')
    .addOption(nameOption());

export function registerClusterCommands(program: Command): void {
  fileCommand(program, 'apply', 'create or change the objects of a manifest (server-side apply)').action(
    async (flags: FileFlags) => {
      for (const line of await apply(runningLab(flags.name).client, readManifest(flags.filename))) console.log(line);
    },
  );
  fileCommand(program, 'delete', 'delete the objects of a manifest').action(async (flags: FileFlags) => {
    for (const line of await remove(runningLab(flags.name).client, readManifest(flags.filename))) console.log(line);
  });
  program
    .command('get')
    .argument('<kind>', 'pods, nodes, namespaces, services, …')
    .argument('[object]', 'name of one object: prints it whole')
    .description('list objects')
    .addOption(nameOption())
    .addOption(namespaceOption())
    .option('-A, --all-namespaces', 'of all namespaces')
    .addOption(outputOption())
    .action(get);
  program
    .command('kubectl')
    .description("kubectl with the lab's kubeconfig")
    .addOption(nameOption())
    .argument('[arguments...]')
    .passThroughOptions()
    .allowUnknownOption()
    .action(kubectl);
}

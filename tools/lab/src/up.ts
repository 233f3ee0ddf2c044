import { mkdir, readFile, rm } from 'node:fs/promises';
import { ApiClient } from './api/client.ts';
import { readKubeconfig } from './api/kubeconfig.ts';
import { hasCondition, type Node } from './api/objects.ts';
import { waitFor } from './api/watch.ts';
import { apiSocket, setupKubernetes, writeHostKubeconfig } from './api-access.ts';
import { type App, type Apps, ourApps } from './apps.ts';
import { nodeCommand, sibling, startWhenReady } from './background.ts';
import { run } from './command.ts';
import { removeLab } from './down.ts';
import { LabError } from './error.ts';
import { cniFolders } from './kubelet/kubelet.ts';
import { kubeconfigFile, type Lab, type LabConfig, labOf } from './lab-config.ts';
import { externalBridge, startDatabases, startSwitch } from './open-vswitch.ts';
import { findOvn, type OvnPrograms } from './ovn.ts';
import { isAlive } from './process-id.ts';
import type { Progress } from './progress.ts';
import { LabState } from './state.ts';
import { addNode, addressNode, addWire, type NodePlace, wireNamespace } from './underlay.ts';
import { workspaceRoot } from './workspace.ts';

const ovsSchema = '/usr/share/openvswitch/vswitch.ovsschema';

/** Title of the lab's own process in the journal. */
export const daemonTitle = 'lab';

/** Whether a lab of that name runs now. */
export const isUp = (state: LabState): boolean =>
  state.exists &&
  state.journal().some((entry) => entry.kind === 'process' && entry.title === daemonTitle && isAlive(entry));

export interface UpOptions {
  /** Who runs the network; our apps when absent. */
  readonly apps?: Apps;
  /** Leave a lab that does not come up as it is. */
  readonly keepFailed?: boolean;
}

/** Make a lab. What a killed one of that name left is removed first; a failure removes what was made. */
export async function up(config: LabConfig, progress: Progress, options: UpOptions = {}): Promise<Lab> {
  const state = new LabState(config.name);
  if (isUp(state)) {
    throw new LabError(
      'LAB_EXISTS',
      `lab "${config.name}" is up already; remove it with: npm run lab -- down --name ${config.name}`,
    );
  }
  const ovn = await progress.step('OVN programs', () => findOvn(config.ovnBin, progress));
  if (config.kube === 'real') await progress.step('Kubernetes programs', () => setupKubernetes(progress));
  if (state.exists) await progress.step('Remove what an earlier lab left', () => removeLab(state));
  state.create();
  state.write('lab.json', config);
  const lab = labOf(state, config);
  try {
    await makeLab(lab, ovn, progress, options.apps ?? ourApps);
    return lab;
  } catch (error) {
    if (!options.keepFailed) await removeLab(state);
    throw error;
  }
}

async function makeLab(lab: Lab, ovn: OvnPrograms, progress: Progress, apps: Apps): Promise<void> {
  const { state, nodes } = lab;
  await progress.step(`Underlay, ${nodes.length} nodes (${lab.config.families.join(', ')})`, async () => {
    await addWire(state, lab.config.families);
    for (const node of nodes) await addNode(state, node);
  });
  await Promise.all([
    progress.step(`Kubernetes API (${lab.config.kube}), kubelets`, () => startDaemon(lab)),
    progress.step('Open vSwitch and databases', async () => {
      await Promise.all(nodes.map((node) => startNode(lab, node, ovn)));
    }),
    progress.step('CNI plugin', () => bundleShim(state)),
  ]);
  const client = new ApiClient(readKubeconfig(kubeconfigFile(state)));
  await progress.step('Master controller and node agents: every node Ready', async () => {
    const started = [apps.startMasterController(lab), ...nodes.map((node) => apps.startNodeAgent(lab, node, ovn))];
    await Promise.race([nodesReady(lab, client), ...started.map(endsTooEarly)]);
  });
}

/** Never resolves; rejects with the program's last words when it ends. */
async function endsTooEarly({ title, logFile, exited }: App): Promise<never> {
  await exited;
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n');
  const words = lines
    .filter((line) => !/^\s+at /.test(line))
    .slice(-12)
    .join('\n  ');
  throw new LabError('NOT_READY', `${title} ended:\n  ${words}`);
}

async function startNode(lab: Lab, node: NodePlace, ovn: OvnPrograms): Promise<void> {
  const files = await startDatabases(lab.state, node, { ovnSchemas: ovn.schemas, ovsSchema });
  await startSwitch(lab.state, node, files);
  await addressNode(node, lab.config.families, externalBridge);
}

/** The lab's own process in the wire's namespace, and the door to its API on this machine's loopback. */
async function startDaemon(lab: Lab): Promise<void> {
  const { state, config } = lab;
  const daemon = startWhenReady(state, {
    title: daemonTitle,
    command: nodeCommand(sibling(import.meta.url, 'daemon'), config.name),
    namespace: wireNamespace(state),
    logFile: state.path('lab.log'),
  });
  const door = startWhenReady(state, {
    title: 'API relay',
    command: nodeCommand(sibling(import.meta.url, 'relay'), apiSocket(lab), '0'),
    logFile: state.path('relay.log'),
  });
  await daemon;
  writeHostKubeconfig(lab, Number((await door).words));
}

async function bundleShim(state: LabState): Promise<void> {
  const { bin } = cniFolders(state, '');
  await mkdir(bin, { recursive: true });
  const out = `${bin}/ovn-k8s-cni-overlay`;
  await rm(out, { force: true });
  await run([
    process.execPath,
    `${workspaceRoot()}/apps/cni-shim/bundle.mjs`,
    '--out',
    out,
    '--node',
    process.execPath,
  ]);
}

/** Wait until every node of the lab is Ready: its agent has written the CNI configuration. */
const nodesReady = (lab: Lab, client: ApiClient): Promise<readonly Node[]> =>
  waitFor<Node>(client, '/api/v1/nodes', (found) => lab.nodes.every(({ name }) => hasReady(found.get(name))), {
    what: `nodes ${lab.nodes.map(({ name }) => name).join(', ')} Ready`,
    seconds: 60,
  });

const hasReady = (node: Node | undefined): boolean => node !== undefined && hasCondition(node, 'Ready');

/**
 * The lab's own process, in the wire's namespace: the Kubernetes API (or a door to the real one), the scheduler, and a
 * kubelet a node. Argument: the lab's name. Says on `readyDescriptor` when the API answers and the nodes are registered.
 */
import { writeSync } from 'node:fs';
import { ApiClient } from './api/client.ts';
import { readKubeconfig } from './api/kubeconfig.ts';
import type { Node, Pod } from './api/objects.ts';
import { type Change, follow } from './api/watch.ts';
import { readyDescriptor } from './background.ts';
import { startControlPlane } from './control-plane.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import { innerKubeconfigFile, type Lab, openLab } from './lab-config.ts';
import { Scheduler } from './scheduler.ts';

const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

/** Pods go to the scheduler and to the kubelet of their node. */
function podRouter(scheduler: Scheduler, kubelets: readonly Kubelet[]): (change: Change<Pod>) => void {
  const byNode = new Map(kubelets.map((kubelet) => [kubelet.name, kubelet]));
  return (change) => {
    scheduler.podChanged(change);
    if (change.kind === 'sync') return;
    const { nodeName } = change.object.spec;
    if (nodeName !== undefined) byNode.get(nodeName)?.podChanged(change);
  };
}

async function main(lab: Lab, signal: AbortSignal): Promise<void> {
  await startControlPlane(lab, log);
  const client = new ApiClient(readKubeconfig(innerKubeconfigFile(lab.state)));
  const kubelets = lab.nodes.map((node) => new Kubelet(lab.state, node, client, log));
  for (const kubelet of kubelets) await kubelet.start(signal);
  const scheduler = new Scheduler(client, log);
  const watches = [
    follow<Node>(client, '/api/v1/nodes', (change) => scheduler.nodeChanged(change), signal),
    follow<Pod>(client, '/api/v1/pods', podRouter(scheduler, kubelets), signal),
  ];
  writeSync(readyDescriptor, 'ready\n');
  await Promise.all(watches);
}

const end = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => end.abort());
main(openLab(process.argv[2] ?? ''), end.signal).then(
  () => process.exit(0),
  (error: unknown) => {
    log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(1);
  },
);

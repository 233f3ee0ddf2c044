import { setTimeout as delay } from 'node:timers/promises';
import { agentTitle, masterTitle } from '../apps.ts';
import { inNamespace } from '../command.ts';
import { LabError } from '../error.ts';
import { callPlugins, findConfiguration } from '../kubelet/cni-plugin.ts';
import { cniFolders } from '../kubelet/kubelet.ts';
import type { Lab } from '../lab-config.ts';
import { nodeEnv, nodeFiles } from '../open-vswitch.ts';
import { isAlive, sendSignal } from '../process-id.ts';
import type { NodePlace } from '../underlay.ts';

/** SIGKILL to the running program of that title, and wait until it is gone. */
async function crash(lab: Lab, title: string): Promise<void> {
  const running = lab.state.journal().filter((entry) => entry.kind === 'process' && entry.title === title);
  const id = running.find((entry) => entry.kind === 'process' && isAlive(entry));
  if (id?.kind !== 'process') throw new LabError('NOT_FOUND', `${title} does not run`);
  sendSignal(id, 'SIGKILL');
  while (isAlive(id)) await delay(5);
}

export const crashAgent = (lab: Lab, node: NodePlace): Promise<void> => crash(lab, agentTitle(node));
export const crashMaster = (lab: Lab): Promise<void> => crash(lab, masterTitle);

/** Wait until the node's plugin answers STATUS: the agent is there, and says that it is ready. */
export async function agentReady(lab: Lab, node: NodePlace, seconds = 30): Promise<number> {
  const begin = performance.now();
  const folders = cniFolders(lab.state, node.name);
  const host = {
    binDir: folders.bin,
    inNode: (command: readonly string[]) => inNamespace(node.namespace, command),
    env: nodeEnv(lab.state, nodeFiles(lab.state, node.name)),
  };
  const attachment = { containerId: 'status', netns: '', ifName: 'eth0', pod: { namespace: '', name: '', uid: '' } };
  for (;;) {
    try {
      const network = await findConfiguration(folders.conf);
      if (network !== undefined) {
        await callPlugins(host, network, 'STATUS', attachment);
        return performance.now() - begin;
      }
    } catch (error) {
      if (performance.now() - begin > seconds * 1000) throw error;
    }
    // STATUS is a question, not a subscription (CNI SPEC.md §"STATUS").
    await delay(50);
  }
}

import { ApiClient } from './api/client.ts';
import { readKubeconfig } from './api/kubeconfig.ts';
import { removeLab } from './down.ts';
import { firstLook } from './first-look.ts';
import { kubeconfigFile, type LabFlags, labConfig } from './lab-config.ts';
import { processesWith } from './process-id.ts';
import type { Progress } from './progress.ts';
import { describe, type Reach, succeeded } from './reachability.ts';
import type { SmokeContext } from './smoke/context.ts';
import { checkNodeDeletion, checkPodDeletedWhileAway } from './smoke/removal.ts';
import { checkAgentRestart, checkMasterRestart } from './smoke/restart.ts';
import { Tally } from './smoke/tally.ts';
import { checkTopology } from './smoke/topology.ts';
import { LabState, labVariable } from './state.ts';
import { up } from './up.ts';

/** Up, every check, down: what came of the checks. */
export async function smoke(flags: LabFlags, progress: Progress, write: (line: string) => void): Promise<Tally> {
  const config = labConfig(flags);
  const state = new LabState(config.name);
  const tally = new Tally(write);
  try {
    const lab = await up(config, progress);
    const client = new ApiClient(readKubeconfig(kubeconfigFile(state)));
    const look = await firstLook(lab, client, progress);
    countPairs(tally, look.reaches);
    await checkRunningLab({ lab, client, pods: look.pods, tally });
  } catch (error) {
    await tally.check('the lab comes up', () => Promise.reject(error));
  } finally {
    await tally.check('down leaves nothing', () => checkDown(state));
  }
  return tally;
}

function countPairs(tally: Tally, reaches: readonly Reach[]): void {
  for (const family of ['ipv4', 'ipv6'] as const) {
    const ours = reaches.filter((reach) => reach.family === family);
    if (ours.length > 0)
      tally.count(
        `Every pair of pods, both directions, ${family}`,
        ours.length,
        ours.filter((reach) => !succeeded(reach)).map(describe),
      );
  }
}

async function checkRunningLab(context: SmokeContext): Promise<void> {
  await checkTopology(context);
  await checkAgentRestart(context);
  await checkMasterRestart(context);
  await checkPodDeletedWhileAway(context);
  if (context.lab.nodes.length > 1) await checkNodeDeletion(context);
}

async function checkDown(state: LabState): Promise<string> {
  const { processes, namespaces } = await removeLab(state);
  const left = processesWith(labVariable, state.folder);
  if (left.length > 0 || state.exists)
    throw new Error(`${left.length} processes are left, folder ${state.exists ? 'too' : 'gone'}`);
  return `${processes} processes, ${namespaces} namespaces`;
}

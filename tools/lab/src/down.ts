import { readdir } from 'node:fs/promises';
import { attempt } from './command.ts';
import { LabError } from './error.ts';
import { isAlive, type ProcessId, processesWith, sendSignal } from './process-id.ts';
import { type LabState, labVariable } from './state.ts';

/** What `down` found and removed. */
export interface Removed {
  readonly processes: number;
  readonly namespaces: number;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Remove everything of a lab: what its journal lists, what carries its mark in the environment, and what carries its
 * name. Works whether the lab runs, was killed, or was half made. Nothing of other labs or of the host is touched.
 */
export async function removeLab(state: LabState): Promise<Removed> {
  const journal = state.journal();
  const listed = journal.filter((entry) => entry.kind === 'process');
  const processes = await killAll(state, listed);
  const names = new Set([
    ...journal.filter((entry) => entry.kind === 'namespace').map(({ name }) => name),
    ...(await readdir('/run/netns').catch(() => [])),
  ]);
  const own = [...names].filter((name) => name.startsWith(state.prefix));
  const results = await Promise.all(own.map((name) => attempt(['ip', 'netns', 'delete', name])));
  const left = (await readdir('/run/netns').catch(() => [])).filter((name) => name.startsWith(state.prefix));
  if (left.length > 0)
    throw new LabError(
      'COMMAND_FAILED',
      `network namespaces ${left.join(', ')} could not be deleted: ${results.map(({ stderr }) => stderr.trim()).join(' ')}`,
    );
  state.remove();
  return { processes, namespaces: results.filter(({ code }) => code === 0).length };
}

/** SIGKILL until none is left: a process may have started another one between the look and the signal. */
async function killAll(state: LabState, listed: readonly ProcessId[]): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < 100; round++) {
    const alive = [...listed.filter(isAlive), ...processesWith(labVariable, state.folder)];
    if (alive.length === 0) return killed.size;
    for (const id of alive) {
      killed.add(id.pid);
      sendSignal(id, 'SIGKILL');
    }
    // A process ends some milliseconds after its signal; there is no event to wait for, because it is not our child.
    await pause(10);
  }
  throw new LabError('COMMAND_FAILED', `processes of lab ${state.name} are still there a second after SIGKILL`);
}

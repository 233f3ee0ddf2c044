import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guardProcess, scratch } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { nodeCommand, startBackground, startWhenReady } from './background.ts';
import { run } from './command.ts';
import { isAlive, sendSignal } from './process-id.ts';
import { LabState, labVariable } from './state.ts';

async function fresh(): Promise<{ state: LabState; logFile: string }> {
  const state = new LabState('unit', join(await scratch('background'), 'unit'));
  state.create();
  return { state, logFile: state.path('x.log') };
}

it('waits for the words of a program, and puts its outputs in the log and itself in the journal', async () => {
  const { state, logFile } = await fresh();
  const command = ['sh', '-c', `echo "$${labVariable}"; echo port 7 >&3; exec sleep 60`];
  const started = await startWhenReady(state, { title: 'one', command, logFile });
  guardProcess(started.pid);
  expect(started.words).toBe('port 7');
  expect(readFileSync(logFile, 'utf8')).toBe(`${state.folder}\n`);
  const { pid, startTime } = started;
  expect(state.journal()).toEqual([{ kind: 'process', title: 'one', pid, startTime }]);
  sendSignal(started, 'SIGKILL');
});

it('rejects when the program ends before it was ready', async () => {
  const { state, logFile } = await fresh();
  const started = startWhenReady(state, { title: 'two', command: ['true'], logFile });
  await expect(started).rejects.toThrowError(`two ended before it was ready; see ${logFile}`);
});

it('a process that has started another one in the background ends, and the other one goes on', async () => {
  const { state, logFile } = await fresh();
  const script = `
    import { startBackground } from ${JSON.stringify(new URL('./background.ts', import.meta.url).href)};
    import { LabState } from ${JSON.stringify(new URL('./state.ts', import.meta.url).href)};
    const state = new LabState('unit', ${JSON.stringify(state.folder)});
    startBackground(state, { title: 'three', command: ['sleep', '60'], logFile: ${JSON.stringify(logFile)} });`;
  const [node = '', ...flags] = nodeCommand(new URL('./background.ts', import.meta.url)).slice(0, -1);
  await run([node, ...flags, '--input-type=module-typescript', '-e', script]);
  const [entry] = state.journal();
  expect(entry?.kind === 'process' && isAlive(entry)).toBe(true);
  if (entry?.kind === 'process') sendSignal(entry, 'SIGKILL');
});

it('says which program could not be started', async () => {
  const { state, logFile } = await fresh();
  expect(() => startBackground(state, { title: 'four', command: ['/no/such/program'], logFile })).toThrowError(
    'four: /no/such/program could not be started',
  );
});

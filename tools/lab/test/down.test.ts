import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { missing } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { removeLab } from '../src/down.ts';
import { processesWith } from '../src/process-id.ts';
import { LabState, labVariable } from '../src/state.ts';
import { guardLab } from './guard-lab.ts';

const reason = missing('root', 'ip', 'nsenter', 'ethtool', 'ovsdb-server');

/** Makes half a lab, says so, and goes on for ever: what is killed below. */
const half = `
import { LabState } from './src/state.ts';
import { startBackground, startWhenReady } from './src/background.ts';
import { addWire, addNode, nodePlace } from './src/underlay.ts';
const state = new LabState(process.argv[1]);
state.create();
await addWire(state, ['ipv4', 'ipv6']);
const place = nodePlace(state, ['ipv4', 'ipv6'], 0);
await addNode(state, place);
const logFile = state.path('x.log');
startBackground(state, { title: 'recorded', command: ['sleep', '600'], logFile, namespace: place.namespace });
await startWhenReady(state, { title: 'parent', command: ['sh', '-c', 'sleep 600 & echo up >&3; sleep 600'], logFile });
console.log('made');
setInterval(() => undefined, 1000);
`;

it.skipIf(reason)('down removes everything of a lab whose maker was killed', async () => {
  const state = new LabState(`down${process.pid % 100000}`);
  guardLab(state.name);
  const child = spawn(
    process.execPath,
    ['-C', '@ovnkube/source', '--input-type=module-typescript', '-e', half, state.name],
    // The program's imports are relative to the package, wherever the tests are run from.
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(import.meta.dirname, '..') },
  );
  const made = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => undefined)]);
  expect(made).toBeDefined();
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processesWith(labVariable, state.folder).length).toBeGreaterThanOrEqual(3);
  const removed = await removeLab(state);
  expect(removed.namespaces).toBe(2);
  expect(processesWith(labVariable, state.folder)).toEqual([]);
  expect(readdirSync('/run/netns').filter((name) => name.startsWith(state.prefix))).toEqual([]);
  expect(state.exists).toBe(false);
});

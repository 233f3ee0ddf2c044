import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { LabState } from './state.ts';

const fresh = async (): Promise<LabState> => {
  const state = new LabState('unit', join(await scratch('lab-state'), 'unit'));
  state.create();
  return state;
};

it('reads back what it recorded, and leaves out a line that a crash cut off', async () => {
  const state = await fresh();
  state.record({ kind: 'namespace', name: 'ovnkube-unit-node1' });
  state.record({ kind: 'process', title: 'node1 ovs-vswitchd', pid: 7, startTime: '42' });
  appendFileSync(state.path('journal'), '{"kind":"namespace","name":"ovnk');
  expect(state.journal()).toEqual([
    { kind: 'namespace', name: 'ovnkube-unit-node1' },
    { kind: 'process', title: 'node1 ovs-vswitchd', pid: 7, startTime: '42' },
  ]);
});

it('has no journal before the first entry', async () => {
  expect((await fresh()).journal()).toEqual([]);
});

it('records a process with its start time', async () => {
  const state = await fresh();
  state.recordProcess('this test', process.pid);
  expect(state.journal()).toMatchObject([
    { kind: 'process', pid: process.pid, startTime: expect.stringMatching(/^\d+$/) },
  ]);
});

it('refuses a folder in which unix sockets would not fit', () => {
  expect(() => new LabState('unit', `/${'x'.repeat(80)}`)).toThrowError('XDG_CACHE_HOME');
});

it('gives labs prefixes of which none begins another', () => {
  expect(new LabState('lab1', '/x').prefix.startsWith(new LabState('lab', '/x').prefix)).toBe(false);
});

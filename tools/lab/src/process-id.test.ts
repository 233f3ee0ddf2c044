import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { guardProcess } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { isAlive, processesWith, sendSignal, startTime } from './process-id.ts';

async function sleeper(env: Record<string, string> = {}) {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', env: { ...process.env, ...env } });
  await once(child, 'spawn');
  const { pid = 0 } = child;
  guardProcess(pid);
  return { child, id: { pid, startTime: startTime(pid) ?? '' } };
}

it('tells a process from a later one with its number', async () => {
  const { child, id } = await sleeper();
  expect(isAlive(id)).toBe(true);
  const other = { pid: id.pid, startTime: `${Number(id.startTime) - 1}` };
  expect(isAlive(other)).toBe(false);
  expect(sendSignal(other, 'SIGKILL')).toBe(false);
  expect(sendSignal(id, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(isAlive(id)).toBe(false);
});

it('finds processes by a variable of their environment, and only by its whole value', async () => {
  const value = `/labs/${process.pid}`;
  const { child, id } = await sleeper({ OVNKUBE_LAB_TEST: value });
  expect(processesWith('OVNKUBE_LAB_TEST', value)).toEqual([id]);
  expect(processesWith('OVNKUBE_LAB_TEST', value.slice(0, -1))).toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processesWith('OVNKUBE_LAB_TEST', value)).toEqual([]);
});

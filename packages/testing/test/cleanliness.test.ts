import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { missing } from '../src/index.ts';

const child = (code: string) =>
  spawn(process.execPath, ['-C', '@ovnkube/source', '--input-type=module', '-e', code], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** Start the program, read its one line of JSON, kill it with SIGKILL, and give the line. */
async function linesBeforeKill(code: string): Promise<unknown> {
  const process = child(code);
  const line = await new Promise<string>((resolve) => process.stdout.once('data', (data) => resolve(String(data))));
  process.kill('SIGKILL');
  return JSON.parse(line);
}

it.skipIf(missing('ovsdb-server', 'ovs-vswitchd', 'root', 'ip'))(
  'leaves no folder, process or namespace when the process that made them is killed',
  async () => {
    const made = (await linesBeforeKill(`
      import { startOpenVSwitch, netns } from './src/index.ts';
      const ovs = await startOpenVSwitch();
      await ovs.addBridge('br0');
      const ns = await netns('kill');
      console.log(JSON.stringify({ dir: ovs.dir, pid: ovs.pid, ns: ns.name }));
      setInterval(() => {}, 1000);
    `)) as { dir: string; pid: number; ns: string };
    await vi.waitFor(
      () => {
        expect(existsSync(made.dir)).toBe(false);
        expect(existsSync(`/proc/${made.pid}`)).toBe(false);
        expect(existsSync(`/run/netns/${made.ns}`)).toBe(false);
      },
      { timeout: 10_000 },
    );
  },
);

it('names what a test lacks, and nothing when it lacks nothing', () => {
  expect(missing('sh')).toBeUndefined();
  expect(missing('sh', 'no-such-program')).toContain('no-such-program');
});

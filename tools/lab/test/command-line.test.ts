import { missing, scratch } from '@ovnkube/testing';
import { beforeAll, expect, it } from 'vitest';
import { nodeCommand } from '../src/background.ts';
import { attempt, type CommandResult } from '../src/command.ts';

let cache: string;
beforeAll(async () => {
  cache = await scratch('lab-cli');
});

/** The command line as a user types it, with a cache folder of its own: no lab of the user's is seen. */
const lab = (args: readonly string[], prefix: readonly string[] = []): Promise<CommandResult> =>
  attempt([...prefix, ...nodeCommand(new URL('../src/main.ts', import.meta.url)), ...args], {
    env: { ...process.env, XDG_CACHE_HOME: cache, COLUMNS: '200' },
  });

it.each<[string[], string]>([
  [['up', '--ip-families', 'ipv5'], '--ip-families ipv5: must be ipv4, ipv6, "ipv4,ipv6" or "ipv6,ipv4"'],
  [['up', '--nodes', '0'], '--nodes 0: must be a whole number'],
  [['up', '--name', 'My_Lab'], '--name My_Lab: a lab name is'],
  [['up', '--gateway-mode', 'none'], '--gateway-mode none: must be shared or local'],
  [['up', '--ovn-bin', '/nowhere'], '--ovn-bin /nowhere: must hold ovn-northd'],
  [['up', '--nonsense'], "unknown option '--nonsense'"],
  [['nonsense'], 'too many arguments'],
  [['get'], "missing required argument 'kind'"],
  [['status', '--output', 'yaml'], 'Allowed choices are text, json'],
])('%j is refused with exit code 2 and says what is wrong', async (args, words) => {
  const { code, stderr } = await lab(args);
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});

it.each<string[]>([['status'], ['get', 'pods'], ['logs'], ['ping', 'a', 'b'], ['nbctl', 'node1', 'show']])(
  '%s without a lab says how to make one, with exit code 1',
  async (...args) => {
    const { code, stderr } = await lab(args);
    expect(stderr).toContain('there is no lab "lab"; npm run lab -- up makes it');
    expect(code).toBe(1);
  },
);

it('down of a lab that is not there is no error', async () => {
  const { code, stdout } = await lab(['down', '--output', 'json']);
  expect(JSON.parse(stdout)).toEqual({ name: 'lab', processes: 0, namespaces: 0 });
  expect(code).toBe(0);
});

it.skipIf(missing('root', 'setpriv'))('without root it prints what is missing, with exit code 2', async () => {
  const { code, stderr } = await lab(['up'], ['setpriv', '--reuid', '65534', '--clear-groups']);
  expect(stderr).toMatch(/A lab cannot run here. Missing:\n {2}root: /);
  expect(code).toBe(2);
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scratch } from '@ovnkube/testing';
import { CommanderError } from 'commander';
import { expect, it } from 'vitest';
import { configure } from '../src/config.ts';
import { exitCodeOf, exitCodes } from '../src/error.ts';
import { masterCommand } from '../src/flags.ts';
import { startMaster } from './master-process.ts';

const subnets = ['--cluster-subnets', '10.244.0.0/16/24'];

/** Parse and check a command line in this process: what it would say, and with which code it would exit. */
async function check(args: readonly string[]): Promise<{ readonly code: number; readonly words: string }> {
  let words = '';
  const command = masterCommand(async (flags) => {
    configure(flags);
  });
  command.exitOverride().configureOutput({
    writeErr: (text) => {
      words += text;
    },
  });
  try {
    await command.parseAsync([...args], { from: 'user' });
    return { code: exitCodes.ok, words };
  } catch (error) {
    if (error instanceof CommanderError) return { code: exitCodes.usage, words };
    return { code: exitCodeOf(error), words: error instanceof Error ? error.message : '' };
  }
}

it.each([
  ['no cluster subnets', [], /--cluster-subnets/],
  [
    'a subnet that is none',
    ['--cluster-subnets', '10.244.0.0'],
    /cluster subnets: "10\.244\.0\.0.*" is not a subnet.*such as/,
  ],
  [
    'a service CIDR inside the cluster subnets',
    [...subnets, '--service-cidrs', '10.244.5.0/24'],
    /service CIDR 10\.244\.5\.0\/24 overlaps cluster subnet 10\.244\.0\.0\/16/,
  ],
  [
    'a cluster subnet that is too small',
    ['--cluster-subnets', '10.244.0.0/24/23'],
    /too small for a node prefix \/23; use a subnet of \/23 or shorter, or write a node prefix of \/24 or longer/,
  ],
  [
    'node subnets that are too small',
    ['--cluster-subnets', '10.244.0.0/16/30'],
    /node prefix \/30 is too small for pods; write \/29 or shorter/,
  ],
  ['a join subnet in the transit subnet', [...subnets, '--join-subnets', '100.88.1.0/24'], /overlaps/],
  [
    'durations in the wrong order',
    [...subnets, '--renew-deadline', '200'],
    /--renew-deadline 200.*each must be longer/,
  ],
  ['a duration that is none', [...subnets, '--retry-period', 'soon'], /"soon" is not a number of seconds/],
])('refuses %s with exit code 2', async (_, args, message) => {
  const { code, words } = await check(args);
  expect([code, words]).toEqual([2, expect.stringMatching(message)]);
});

const kubeconfig = async (text: string): Promise<string> => {
  const file = join(await scratch('master'), 'kubeconfig');
  await writeFile(file, text);
  return file;
};
const valid =
  '{"clusters":[{"name":"a","cluster":{"server":"http://127.0.0.1:1"}}],"contexts":[{"name":"a","context":{"cluster":"a"}}],"current-context":"a"}';

it.each([
  [
    'an unknown flag',
    [...subnets, '--clustersubnets', '10.0.0.0/8'],
    /unknown option '--clustersubnets'[\s\S]*--cluster-subnets/,
  ],
  [
    'overlapping cluster subnets',
    ['--cluster-subnets', '10.244.0.0/16/24,10.244.128.0/17/24'],
    /10\.244\.128\.0\/17 overlaps .*10\.244\.0\.0\/16/,
  ],
  [
    'a metrics address that is none',
    [...subnets, '--metrics-bind-address', 'nowhere', '--kubeconfig', '@'],
    /--metrics-bind-address nowhere: must be HOST:PORT/,
  ],
  [
    'a kubeconfig that is not there',
    [...subnets, '--kubeconfig', '/nonexistent/config'],
    /kubeconfig \/nonexistent\/config does not exist/,
  ],
])('ends the process with exit code 2 for %s, in words and without a stack', async (_, args, message) => {
  const file = await kubeconfig(valid);
  const master = startMaster(...args.map((arg) => (arg === '@' ? file : arg)));
  expect(await master.exited).toBe(2);
  expect(master.output()).toMatch(message);
  expect(master.output()).not.toMatch(/\n\s+at /);
});

it('names the field of a bad kubeconfig', async () => {
  const file = await kubeconfig(
    'current-context: lab\ncontexts:\n- name: lab\n  context: {cluster: nowhere}\nclusters:\n- {name: lab, cluster: {server: "https://127.0.0.1:1"}}\n',
  );
  const master = startMaster(...subnets, '--kubeconfig', file);
  expect(await master.exited).toBe(2);
  expect(master.output()).toContain(
    `kubeconfig ${file}: contexts["lab"].context.cluster is "nowhere", which clusters does not have (it has lab)`,
  );
});

it('teaches with --help', async () => {
  const master = startMaster('--help');
  expect(await master.exited).toBe(0);
  expect(master.output()).toMatch(/Example:[\s\S]*--cluster-subnets[\s\S]*Exit codes: 0/);
});

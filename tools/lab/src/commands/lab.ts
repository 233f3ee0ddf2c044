import { spawnSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { nodeCommand, sibling } from '../background.ts';
import { removeLab } from '../down.ts';
import { LabError } from '../error.ts';
import { firstLook, printFirstLook } from '../first-look.ts';
import { defaultLabName, kubeconfigFile, type Lab, type LabFlags, labConfig, openLab } from '../lab-config.ts';
import { type Progress, silentProgress, textProgress } from '../progress.ts';
import { requireAll } from '../requirements.ts';
import { LabState, labNames, labsFolder } from '../state.ts';
import { labStatus, printStatus } from '../status.ts';
import { isUp, up } from '../up.ts';
import { nameOption, type OutputFlag, outputOption, printJson, runningLab, withLabFlags } from './flags.ts';

type UpFlags = LabFlags & OutputFlag & { readonly keep?: boolean };

const progressFor = ({ output }: OutputFlag): Progress =>
  output === 'json' ? silentProgress : textProgress((text) => process.stdout.write(text));

/** `up`, with the half-made lab removed when the user interrupts it. */
async function bringUp(flags: UpFlags): Promise<Lab> {
  requireAll();
  const config = labConfig(flags);
  await mkdir(labsFolder(), { recursive: true });
  const interrupted = (): void => {
    // In a process of its own while this one stands still: nothing is made any more while `down` removes.
    const [program = '', ...args] = nodeCommand(sibling(import.meta.url, '../main'), 'down', '--name', config.name);
    spawnSync(program, args, { stdio: 'inherit' });
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    return await up(config, progressFor(flags), { keepFailed: flags.keep === true });
  } finally {
    process.removeListener('SIGINT', interrupted).removeListener('SIGTERM', interrupted);
  }
}

async function lookAtExample(flags: UpFlags): Promise<void> {
  const state = new LabState(flags.name);
  requireAll();
  const lab = isUp(state) ? openLab(flags.name) : await bringUp(flags);
  const { client } = runningLab(lab.config.name);
  const look = await firstLook(lab, client, progressFor(flags));
  if (flags.output === 'json') printJson(look);
  else printFirstLook(lab, look);
  if (look.failed.length > 0)
    throw new LabError('NOT_READY', `${look.failed.length} of ${look.reaches.length} connections failed`);
}

async function down(flags: OutputFlag & { readonly name: string; readonly all?: boolean }): Promise<void> {
  const names = flags.all ? labNames() : [new LabState(flags.name).name];
  for (const name of names) {
    const state = new LabState(name);
    const begin = performance.now();
    const removed = await removeLab(state);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    if (flags.output === 'json') printJson({ name, ...removed });
    else
      console.log(
        `Lab "${name}": ${removed.processes} processes and ${removed.namespaces} network namespaces removed in ${seconds} s.`,
      );
  }
}

export function registerLabCommands(program: Command): void {
  withLabFlags(program.command('look', { isDefault: true }))
    .description('(default) bring a lab up, start the example pods, print who reaches whom, and what to type next')
    .action(lookAtExample);
  withLabFlags(program.command('up'))
    .description('bring a lab up')
    .action(async (flags: UpFlags) => {
      const { state, config, nodes } = await bringUp(flags);
      if (flags.output === 'json') printJson({ ...config, kubeconfig: kubeconfigFile(state), nodes });
      else console.log(`Lab "${config.name}" is up.  export KUBECONFIG=${kubeconfigFile(state)}`);
    });
  program
    .command('down')
    .description('remove a lab and everything of it, also when it was killed')
    .addOption(nameOption())
    .option('--all', 'all labs of this user')
    .addOption(outputOption())
    .action(down);
  program
    .command('status')
    .description('nodes, pods and programs of a lab')
    .addOption(nameOption())
    .addOption(outputOption())
    .action(async (flags: OutputFlag & { readonly name: string }) => {
      const { lab, client } = runningLab(flags.name);
      const status = await labStatus(lab, client);
      if (flags.output === 'json') printJson(status);
      else printStatus(status);
    });
  withLabFlags(program.command('smoke'))
    .description('up, every check, down; prints "N passed, N failed"')
    .action(async (flags: UpFlags) => {
      requireAll();
      const { smoke } = await import('../smoke.ts');
      const name = flags.name === defaultLabName ? `smoke${process.pid}` : flags.name;
      const json = flags.output === 'json';
      const write = (line: string): void => (json ? undefined : console.log(line));
      const tally = await smoke({ ...flags, name }, progressFor(flags), write);
      if (json) printJson({ passed: tally.passed, failed: tally.failed, checks: tally.results });
      else console.log(tally.summary());
      process.exitCode = tally.failed === 0 ? 0 : 1;
    });
}

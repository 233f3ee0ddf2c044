import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { runStep, type Step, type StepResult } from './step.ts';
import { type Report, tally } from './tally.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const node = [process.execPath, '-C', '@ovnkube/source'] as const;

const program = new Command('npm test --')
  .description('Build, type-check, lint and test every package, check layers, unused code and packed packages.')
  .option('--only <steps...>', 'run just these steps, by name')
  .option('--verbose', 'show the output of steps that pass', false)
  .addHelpText(
    'after',
    `
Examples:
  npm test
  npm test -- --only tests
  npx nx test @ovnkube/ovsdb        one package alone (also: build, typecheck, lint)

Exit code: 0 when all passed, 1 when a step failed, 2 when a program is missing.`,
  );
program.parse();
const { only, verbose } = program.opts<{ only?: string[]; verbose: boolean }>();

const scratch = mkdtempSync(join(tmpdir(), 'ovnkube-check-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const reportFile = join(scratch, 'tests.json');

const steps: readonly Step[] = [
  { name: 'layers', command: [...node, 'tools/check-layers/src/main.ts'] },
  { name: 'engines', command: [...node, 'tools/oracle/src/main.ts', 'setup'] },
  { name: 'packages', command: ['nx', 'run-many', '-t', 'build', 'typecheck', 'lint'] },
  { name: 'unused', command: ['knip'] },
  {
    name: 'tests',
    command: ['vitest', 'run', '--reporter=dot', '--reporter=json', `--outputFile.json=${reportFile}`],
  },
];

const unknown = only?.filter((name) => !steps.some((step) => step.name === name)) ?? [];
if (unknown.length > 0) {
  program.error(`unknown step ${unknown.join(', ')}; right would be: ${steps.map(({ name }) => name).join(', ')}`, {
    exitCode: 2,
  });
}

const results: StepResult[] = [];
for (const step of steps.filter(({ name }) => !only || only.includes(name))) {
  process.stderr.write(`${step.name.padEnd(10)} … ${step.command.slice(0, 3).join(' ')}\n`);
  const result = await runStep(step, root, !verbose && step.name !== 'tests');
  results.push(result);
  process.stderr.write(`${step.name.padEnd(10)} ${result.ok ? 'ok' : 'FAILED'}  ${result.seconds.toFixed(1)} s\n`);
}
console.log(`\nsteps: ${results.map(({ step, ok }) => `${step.name} ${ok ? 'ok' : 'FAILED'}`).join(', ')}`);
if (results.some(({ step }) => step.name === 'tests')) {
  console.log(tally(JSON.parse(readFileSync(reportFile, 'utf8')) as Report));
}
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;

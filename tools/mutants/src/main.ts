import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { type Fault, readFaults, withFault } from './fault.ts';
import { scratchCopy } from './scratch-copy.ts';
import { runSuite } from './suite.ts';

const workspace = join(import.meta.dirname, '..', '..', '..');
const timeoutMs = 240_000;

async function noticed(folder: string, fault: Fault): Promise<string | undefined> {
  const path = join(folder, fault.file);
  const source = await readFile(path, 'utf8');
  await writeFile(path, withFault(source, fault));
  try {
    const { passed, reason } = await runSuite(workspace, folder, [], timeoutMs);
    return passed ? undefined : reason;
  } finally {
    await writeFile(path, source);
  }
}

const program = new Command('mutants')
  .description(
    "Seeds the faults of a package's test/faults.json into a copy of it, one after the other, and runs its tests on each. Exit code 1 when a fault is not noticed.",
  )
  .argument('<package>', 'folder in packages/')
  .option('--only <text>', 'only faults whose name contains this')
  .action(async (name: string, { only = '' }: { only?: string }) => {
    const all = await readFaults(join(workspace, 'packages', name)).catch((error: Error) =>
      program.error(error.message, { exitCode: 2 }),
    );
    const folder = await scratchCopy(workspace, name);
    const sound = await runSuite(workspace, folder, [], timeoutMs);
    if (!sound.passed) program.error(`the tests fail without any fault: ${sound.reason}`, { exitCode: 2 });
    const faults = all.filter((fault) => fault.name.includes(only));
    let missed = 0;
    for (const fault of faults) {
      const reason = await noticed(folder, fault);
      if (reason === undefined) missed++;
      console.log(reason === undefined ? `MISSED  ${fault.name}` : `caught  ${fault.name}: ${reason}`);
    }
    console.log(`${faults.length} faults, ${faults.length - missed} caught, ${missed} missed`);
    if (missed > 0) process.exitCode = 1;
  });

await program.parseAsync();

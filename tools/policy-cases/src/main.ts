import { Command, Option } from 'commander';
import { readCaseFile } from './case-file.ts';
import { evaluateFile } from './evaluate.ts';

/** Modes that are not there, and what they need. */
const absent: Readonly<Record<string, string>> = {
  trace:
    'it needs flows compiled from southbound rows by @ovnkube/northd and @ovnkube/controller, which do not exist yet',
  packets: 'it needs the lab to enforce policies, which the node agent does not do yet',
};

const limit = 20;

const program = new Command('policy-cases')
  .description('Holds compiled policies against files of cases with their expected answers (netpol-cases/1).')
  .argument('<file...>', 'files of cases')
  .addOption(
    new Option('--mode <mode>', 'what judges: a naive evaluator of ACLs, ofproto/trace, or packets in the lab')
      .choices(['evaluate', ...Object.keys(absent)])
      .default('evaluate'),
  )
  .option('--verbose', `list every wrong probe, not just the first ${limit} of a file`)
  .action(async (files: readonly string[], { mode, verbose }: { mode: string; verbose?: boolean }) => {
    const reason = absent[mode];
    if (reason !== undefined) program.error(`mode ${mode} is not there: ${reason}`, { exitCode: 2 });
    let [probes, wrong] = [0, 0];
    for (const path of files) {
      const file = await readCaseFile(path).catch((error: Error) => program.error(error.message, { exitCode: 2 }));
      let told = 0;
      const tally = evaluateFile(file, (line) => {
        if (verbose || told++ < limit) console.log(line);
      });
      console.log(`${path}: ${file.cases.length} cases, ${tally.probes} probes, ${tally.wrong} wrong`);
      probes += tally.probes;
      wrong += tally.wrong;
    }
    console.log(`${probes} probes, ${wrong} wrong`);
    if (wrong > 0) process.exitCode = 1;
  });

await program.parseAsync();

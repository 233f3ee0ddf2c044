import { Command } from 'commander';

/** One benchmark: it prints its own table and ratios; figures are whole-process unless it says otherwise. */
interface Workload {
  readonly about: string;
  readonly load: () => Promise<(options: { readonly repeat: number; readonly json: boolean }) => Promise<void>>;
}

/** Loaded on demand, so that one benchmark does not pay for the libraries of another. */
const workloads: Readonly<Record<string, Workload>> = {};

const program = new Command('npm run bench --')
  .description('Workloads, and ratios against the real programs in one run.')
  .option('--repeat <n>', 'runs of each side; the median counts', (text) => Number.parseInt(text, 10), 3)
  .option('--output <format>', 'text or json', 'text')
  .addHelpText(
    'after',
    '\nFigures are CPU seconds (user + system) of whole processes, because wall time depends on what else runs.',
  );

for (const [name, { about, load }] of Object.entries(workloads)) {
  program
    .command(name)
    .description(about)
    .action(async () => {
      const { repeat, output } = program.opts<{ repeat: number; output: string }>();
      const bench = await load();
      await bench({ repeat, json: output === 'json' });
    });
}
await program.parseAsync();

import { Command } from 'commander';

/** One benchmark: it prints its own table and ratios; figures are whole-process unless it says otherwise. */
interface Workload {
  readonly about: string;
  readonly load: () => Promise<(options: { readonly repeat: number; readonly json: boolean }) => Promise<void>>;
}

/** Loaded on demand, so that one benchmark does not pay for the libraries of another. */
const workloads: Readonly<Record<string, Workload>> = {
  incremental: {
    about: 'a one-row change in tables of 10^3 to 10^6 rows; memory of units and reads; a cold start of 100,000 units',
    load: async () => (await import('./incremental.ts')).incrementalBench,
  },
  ovsdb: {
    about: "first sync of 100,000 rows against OVN's C client; 256 pipelined transactions against a raw connection",
    load: async () => (await import('./ovsdb.ts')).ovsdbBench,
  },
  policy: {
    about: 'one change of a pod, a label or a policy among 10,000 pods with 100 and with 10,000 policies; memory; ACLs',
    load: async () => (await import('./policy.ts')).policyBench,
  },
  cni: {
    about: '100 pods at 20 a second through the CNI plugin on one node of a lab; start-up of the plugin alone',
    load: async () => (await import('./cni.ts')).cniBench,
  },
};

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

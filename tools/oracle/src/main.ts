import { Command } from 'commander';
import { runDifferential } from './differential/run.ts';
import { findOracle, oracleFolder } from './find-oracle.ts';
import { setupOracle } from './setup.ts';

const program = new Command('npm run oracle --').description('Runs the real OVN beside ours and compares.');

program
  .command('setup')
  .description("Unpacks the real OVN 26.03 from Debian's archive into a cache folder; nothing is installed.")
  .option('--folder <path>', 'where to ($OVN_ORACLE, else the cache folder)')
  .option('--packages <path>', 'a folder with the .deb files, instead of the archive')
  .action(async ({ folder, packages }: { folder?: string; packages?: string }) => {
    const oracle = await setupOracle({
      ...(folder === undefined ? {} : { root: folder }),
      ...(packages === undefined ? {} : { packages }),
      note: (text) => console.error(text),
    });
    console.log(`OVN is in ${oracle.root}`);
  });

const number = (text: string) => Number.parseInt(text, 10);

program
  .command('differential')
  .description(
    'Random logical flows through the real ovn-controller and through ours, and packets through both results.',
  )
  .option('--pairs <n>', 'switches with a router each; 100 logical flows a pair', number, 8)
  .option('--packets <n>', 'packets through each logical flow', number, 200)
  .option('--seed <n>', 'of the random choices', number, 1)
  .option('--show <n>', 'differences to print', number, 10)
  .action(async ({ show, ...options }: { pairs: number; packets: number; seed: number; show: number }) => {
    const oracle = await findOracle();
    if (oracle === undefined) {
      console.error(`The real OVN is not in ${oracleFolder()}: run \`npm run oracle -- setup\` first.`);
      process.exitCode = 2;
      return;
    }
    const result = await runDifferential(oracle, { ...options, note: (text) => console.error(text) });
    const { differences, ...figures } = result;
    for (const difference of differences.slice(0, show)) console.log(difference);
    console.log(JSON.stringify({ ...figures, differences: differences.length }));
    process.exitCode = differences.length === 0 ? 0 : 1;
  });

await program.parseAsync();

import { Command } from 'commander';
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

await program.parseAsync();

import { Command, CommanderError } from 'commander';
import { registerClusterCommands } from './commands/cluster.ts';
import { registerLabCommands } from './commands/lab.ts';
import { registerPodCommands } from './commands/pod.ts';
import { exitCode, LabError } from './error.ts';

const program = new Command('lab')
  .description(
    'A Kubernetes cluster on one machine: nodes are network namespaces with their own real Open vSwitch and OVN.',
  )
  .showHelpAfterError('(--help lists commands and flags)')
  .enablePositionalOptions()
  .exitOverride();

registerLabCommands(program);
registerClusterCommands(program);
registerPodCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  console.error(error instanceof LabError ? error.message : error);
  process.exit(exitCode(error));
}

import { pino } from 'pino';
import { runAgent } from './agent.ts';
import { type AgentFlags, configure } from './config.ts';
import { exitCodeOf, exitCodes } from './error.ts';
import { agentCommand } from './flags.ts';

async function main(flags: AgentFlags): Promise<void> {
  const log = pino({ level: flags.logLevel, base: { node: flags.node } });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info(`${signal}: stopping; OVN's programs and all flows stay`);
      stop.abort();
    });
  }
  try {
    await runAgent(configure(flags), log, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return;
    console.error(error instanceof Error ? error.message : String(error));
    log.debug({ err: error }, 'the error in full');
    process.exitCode = exitCodeOf(error);
  }
}

const command = agentCommand(main);
command.exitOverride((error) => {
  process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
});
await command.parseAsync();

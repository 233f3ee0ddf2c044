#!/usr/bin/env node
import { pino } from 'pino';
import { configure, type MasterFlags } from './config.ts';
import { exitCodeOf, exitCodes } from './error.ts';
import { masterCommand } from './flags.ts';
import { runMaster } from './master.ts';

async function main(flags: MasterFlags): Promise<void> {
  const log = pino({ level: flags.logLevel, base: { identity: flags.identity } });
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  try {
    const outcome = await runMaster(configure(flags), log, stop.signal);
    if (outcome.status !== 'lost') return;
    console.error(`leadership lost: ${outcome.reason}`);
    process.exit(exitCodes.lost);
  } catch (error) {
    if (stop.signal.aborted) return;
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(exitCodeOf(error));
  }
}

const command = masterCommand(main);
command.exitOverride((error) => {
  process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage);
});
await command.parseAsync();

import { execFile } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentError } from '../error.ts';

/** A real OVN program that runs beside the agent and outlives it: its flows and rows must not go away when the agent restarts. */
export interface EngineProgram {
  /** `ovn-northd` or `ovn-controller`; names its pid file, log and process. */
  readonly name: string;
  /** Folder of the program; undefined: PATH. */
  readonly folder: string | undefined;
  readonly args: readonly string[];
  /** Where its pid file and log go. */
  readonly runDir: string;
}

export type EngineStart = { readonly status: 'adopted' | 'started'; readonly pid: number };

/** Take over the program that runs already, or start one: detached, and watched by a monitor process that restarts it after a crash (ovs-vswitchd(8), --monitor). */
export async function ensureEngine(engine: EngineProgram): Promise<EngineStart> {
  const running = await runningPid(engine);
  if (running !== undefined) return { status: 'adopted', pid: running };
  const program = engine.folder === undefined ? engine.name : join(engine.folder, engine.name);
  if (engine.folder !== undefined) await requireExecutable(engine, program);
  await detach(program, engine);
  const pid = await runningPid(engine);
  if (pid === undefined) {
    throw new AgentError('engine', `${engine.name} ended right after its start; its log is ${logFile(engine)}`);
  }
  return { status: 'started', pid };
}

const pidFile = ({ runDir, name }: EngineProgram): string => join(runDir, `${name}.pid`);
const logFile = ({ runDir, name }: EngineProgram): string => join(runDir, `${name}.log`);

/** The pid in the pid file, if that process is alive and is this program: a number may have passed to another one. */
async function runningPid(engine: EngineProgram): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(pidFile(engine), 'utf8').catch(() => ''), 10);
  if (!Number.isInteger(pid)) return undefined;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.includes(engine.name) ? pid : undefined;
}

async function requireExecutable(engine: EngineProgram, program: string): Promise<void> {
  await access(program, constants.X_OK).catch((cause: unknown) => {
    throw new AgentError(
      'engine',
      `--ovn-bin ${engine.folder}: has no executable ${engine.name}; name the folder that holds OVN's programs`,
      { cause },
    );
  });
}

/** OVS daemons return from --detach once they are ready (ovs-vswitchd(8), daemon options). */
function detach(program: string, engine: EngineProgram): Promise<void> {
  const daemon = [
    '--detach',
    '--monitor',
    '--no-chdir',
    `--pidfile=${pidFile(engine)}`,
    `--log-file=${logFile(engine)}`,
    '-vconsole:off',
  ];
  const env = { ...process.env, OVN_RUNDIR: engine.runDir, OVS_RUNDIR: engine.runDir };
  return new Promise((resolve, reject) => {
    execFile(program, [...daemon, ...engine.args], { env }, (error, _stdout, stderr) => {
      if (error) {
        const words = stderr.trim() || error.message;
        reject(
          new AgentError('engine', `${program} did not start: ${words}; its log is ${logFile(engine)}`, {
            cause: error,
          }),
        );
      } else resolve();
    });
  });
}

import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { KubeRealError } from './error.ts';

/** A program started here, with both outputs in a file. */
export interface RunningProgram {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly exited: Promise<void>;
  hasExited(): boolean;
  /** The end of its log, for errors. */
  lastWords(): string;
  /** SIGTERM, and SIGKILL when that is not obeyed within 5 s. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Start a program. `detached`: it outlives this process. */
export function startProgram(
  name: string,
  path: string,
  args: readonly string[],
  options: { readonly logFile: string; readonly detached?: boolean },
): RunningProgram {
  const log = openSync(options.logFile, 'a', 0o600);
  const child: ChildProcess = spawn(path, args, { stdio: ['ignore', log, log], detached: options.detached ?? false });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (options.detached) child.unref();
  if (child.pid === undefined) throw new KubeRealError('start', `${path} could not be started`);
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    name,
    pid: child.pid,
    exited,
    hasExited,
    lastWords: () => readFileSync(options.logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n'),
    stop: async () => {
      if (!hasExited()) child.kill('SIGTERM');
      const impatience = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(impatience);
    },
    kill: async () => {
      if (!hasExited()) child.kill('SIGKILL');
      await exited;
    },
  };
}

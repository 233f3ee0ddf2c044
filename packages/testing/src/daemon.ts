import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { connect } from 'node:net';
import { guardProcess } from './guard.ts';

/** A program started for a test. It never outlives the test's process. */
export interface Daemon {
  readonly pid: number;
  /** Resolves with the exit code, or with the signal's name, once the process is gone. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** SIGTERM, then wait. */
  stop(): Promise<void>;
  /** SIGKILL, then wait: what a crash looks like. */
  kill(): Promise<void>;
}

/**
 * Start `command` in the foreground of a child process with both outputs in `logFile`. `readySocket` waits until
 * something accepts connections on that unix socket; a program that exits before rejects with its last words' file.
 */
export async function startDaemon(
  command: readonly [string, ...string[]],
  options: { readonly logFile: string; readonly readySocket?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Daemon> {
  const [program, ...args] = command;
  const log = createWriteStream(options.logFile, { flags: 'a' });
  await new Promise((resolve) => log.once('open', resolve));
  const child = spawn(program, args, { stdio: ['ignore', log, log], env: options.env ?? process.env });
  const exited = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`${program} could not be started`, { cause })));
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 0));
  });
  exited.catch(() => undefined);
  const { pid } = child;
  if (pid === undefined) {
    await exited;
    throw new Error(`${program} could not be started`);
  }
  guardProcess(pid);
  if (options.readySocket) {
    const died = exited.then((how) => {
      throw new Error(
        `${command.join(' ')} ended (${how}) before it listened on ${options.readySocket}; its log is ${options.logFile}`,
      );
    });
    died.catch(() => undefined);
    await Promise.race([listening(options.readySocket), died]);
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (alive(child)) child.kill(signal);
    await exited;
    log.end();
  };
  return { pid, exited, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

const alive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/**
 * Resolves once a unix socket accepts a connection. Tries again every few milliseconds: a socket that does not exist yet
 * has nothing to watch that would not race with its creation and listen(2).
 */
export async function listening(socket: string, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const ok = await new Promise<boolean>((resolve) => {
      const probe = connect(socket);
      probe.once('connect', () => {
        probe.destroy();
        resolve(true);
      });
      probe.once('error', () => resolve(false));
    });
    if (ok) return;
    if (Date.now() > deadline) throw new Error(`nothing listened on ${socket} within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HostError } from './error.ts';

/** A program to run to its end. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** What is on its standard input; without it, nothing. */
  readonly input?: string;
}

/** How it ended. A program killed by a signal has code -1. */
export interface Completed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program. Rejects with `program-missing`, or with the signal's reason when aborted. */
export type Run = (command: Command, options?: { readonly signal?: AbortSignal }) => Promise<Completed>;

/** The lines of a program that goes on, until it ends or the signal is aborted. */
export type Follow = (command: Command, options: { readonly signal: AbortSignal }) => AsyncIterable<string>;

/** `Run` on this host. */
export const runProcess: Run = (command, options = {}) =>
  new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const child = spawn(command.program, command.args, {
      stdio: [command.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const abort = (): void => {
      child.kill('SIGKILL');
    };
    signal?.addEventListener('abort', abort, { once: true });
    child.once('error', (error) => reject(startError(command, error)));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(signal.reason);
      else resolve({ code: code ?? -1, stdout, stderr });
    });
    // A program that fails early does not read its input: its exit code and stderr say more than EPIPE.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(command.input);
  });

/** `Follow` on this host. */
export async function* followProcess(
  command: Command,
  { signal }: { readonly signal: AbortSignal },
): AsyncGenerator<string, void> {
  const child = spawn(command.program, command.args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let failed: Error | undefined;
  child.once('error', (error) => {
    failed = startError(command, error);
  });
  const abort = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    for await (const line of createInterface({ input: child.stdout })) yield line;
  } finally {
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
  if (failed) throw failed;
}

function startError(command: Command, cause: Error): HostError {
  const missing = 'code' in cause && cause.code === 'ENOENT';
  return missing
    ? new HostError('program-missing', `${command.program} is not installed, or not in PATH`, { cause })
    : new HostError('command-failed', `${command.program} could not be started: ${cause.message}`, { cause });
}

/** The output of a command that has to succeed. Rejects with `command-failed`, which has the command and its words. */
export async function output(run: Run, command: Command, signal?: AbortSignal): Promise<string> {
  const { code, stdout, stderr } = await run(command, signal ? { signal } : {});
  if (code === 0) return stdout;
  const words = [command.program, ...command.args].join(' ');
  throw new HostError('command-failed', `${words}: ${stderr.trim() || `exit code ${code}`}`);
}

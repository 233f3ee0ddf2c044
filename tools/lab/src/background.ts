import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inNamespace } from './command.ts';
import { LabError } from './error.ts';
import { type ProcessId, startTime } from './process-id.ts';
import type { LabState } from './state.ts';

/** A program that outlives the command that starts it. */
export interface BackgroundOptions {
  readonly title: string;
  readonly command: readonly string[];
  readonly logFile: string;
  /** Network namespace it runs in; the caller's when absent. */
  readonly namespace?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A started program; `words` is the line that it wrote when it was ready. */
export interface Background extends ProcessId {
  readonly title: string;
  readonly logFile: string;
  readonly words: string;
  /** Resolves when it has ended; only while the process that started it lives. */
  readonly exited: Promise<void>;
}

/** The file descriptor on which one of our programs says, in one line, that it is ready. */
export const readyDescriptor = 3;

/** Start a program of any origin; it counts as started as soon as it runs. */
export function startBackground(state: LabState, options: BackgroundOptions): Background {
  const { child, id, exited } = launch(state, options, []);
  child.unref();
  return { ...id, title: options.title, logFile: options.logFile, words: '', exited };
}

/** Start one of our own programs and wait for its line on `readyDescriptor`; one that ends before rejects. */
export async function startWhenReady(state: LabState, options: BackgroundOptions): Promise<Background> {
  const { child, id, exited } = launch(state, options, ['pipe']);
  const ready = child.stdio[readyDescriptor];
  const words = await new Promise<string>((resolve, reject) => {
    let text = '';
    ready?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.includes('\n')) resolve(text.trimEnd());
    });
    const gone = (): void =>
      reject(new LabError('NOT_READY', `${options.title} ended before it was ready; see ${options.logFile}`));
    ready?.once('end', gone);
    void exited.then(gone);
  });
  ready?.destroy();
  child.unref();
  return { ...id, title: options.title, logFile: options.logFile, words, exited };
}

/** `more`: descriptors from 3 on. A pipe that is not closed keeps this process from ending while its child lives. */
function launch(state: LabState, options: BackgroundOptions, more: readonly 'pipe'[]) {
  const log = openSync(options.logFile, 'a', 0o600);
  const { namespace } = options;
  const command = namespace === undefined ? options.command : inNamespace(namespace, options.command);
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log, log, ...more],
    env: { ...state.env, ...options.env },
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const { pid } = child;
  const started = pid === undefined ? undefined : startTime(pid);
  if (pid === undefined || started === undefined)
    throw new LabError('COMMAND_FAILED', `${options.title}: ${command.join(' ')} could not be started`);
  const id: ProcessId = { pid, startTime: started };
  state.record({ kind: 'process', title: options.title, ...id });
  return { child, id, exited };
}

/** The command that runs one of our own programs: `module` is its source or, in a built tree, its compiled file. */
export const nodeCommand = (module: string | URL, ...args: readonly string[]): readonly string[] => {
  const file = typeof module === 'string' ? module : fileURLToPath(module);
  return [process.execPath, ...(extname(file) === '.ts' ? ['-C', '@ovnkube/source'] : []), file, ...args];
};

/** A module beside the caller's, with the caller's own extension. */
export const sibling = (callerUrl: string, name: string): URL => new URL(`./${name}${extname(callerUrl)}`, callerUrl);

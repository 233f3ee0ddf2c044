import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { guardProcess } from '@ovnkube/testing';

const main = join(import.meta.dirname, '..', 'src', 'main.ts');

/** The controller as a process of its own, from its sources. */
export interface MasterProcess {
  /** What it has said on both outputs. */
  output(): string;
  /** Resolves as soon as the output contains the text. */
  says(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: Promise<number | NodeJS.Signals>;
}

export function startMaster(...args: readonly string[]): MasterProcess {
  const child = spawn(process.execPath, ['-C', '@ovnkube/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) guardProcess(child.pid);
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  return {
    output: () => output,
    says: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!output.includes(text)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
    kill: (signal) => child.kill(signal),
    exited: new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code ?? 0))),
  };
}

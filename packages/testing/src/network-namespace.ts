import { run } from './command.ts';
import { guard } from './guard.ts';

/** A network namespace of a test's own. */
export interface NetworkNamespace {
  readonly name: string;
  /** Run a program inside; resolves with its standard output. */
  exec(program: string, ...args: string[]): Promise<string>;
  /** `ip` inside. */
  ip(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

let made = 0;

/** A fresh namespace whose name no other process uses, with loopback up; removed when this process ends, also when killed. */
export async function netns(name: string): Promise<NetworkNamespace> {
  const unique = `okt-${name}-${process.pid}-${made++}`;
  guard(['ip', 'netns', 'delete', unique]);
  await run('ip', ['netns', 'add', unique]);
  await run('ip', ['-n', unique, 'link', 'set', 'lo', 'up']);
  return {
    name: unique,
    exec: (program, ...args) => run('ip', ['netns', 'exec', unique, program, ...args]),
    ip: (...args) => run('ip', ['-n', unique, ...args]),
    async remove() {
      await run('ip', ['netns', 'delete', unique]);
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inNamespace } from '../command.ts';
import { LabError } from '../error.ts';

/** A ping of 100 requests a second that goes on until it is asked what was lost. */
export class SteadyPing {
  readonly #stop: () => Promise<void>;
  readonly #seen = new Set<number>();

  private constructor(stop: () => Promise<void>) {
    this.#stop = stop;
  }

  /** Resolves with the first answer. */
  static async start(namespace: string, address: string): Promise<SteadyPing> {
    const [program = '', ...args] = inNamespace(namespace, ['ping', '-n', '-i', '0.01', address]);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const exited = once(child, 'exit');
    const ping = new SteadyPing(async () => {
      child.kill('SIGINT');
      await exited;
    });
    await new Promise<void>((resolve, reject) => {
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const sequence = /icmp_seq=(\d+)/.exec(line)?.[1];
          if (sequence !== undefined) ping.#seen.add(Number(sequence));
        }
        if (ping.#seen.size > 0) resolve();
      });
      child.once('exit', (code) => reject(new LabError('NOT_READY', `ping ${address} ended with ${code}`)));
    });
    return ping;
  }

  /** Stop, and count: a request is lost when a later one was answered and it was not. */
  async finish(): Promise<{ readonly answered: number; readonly lost: number }> {
    await this.#stop();
    return { answered: this.#seen.size, lost: Math.max(...this.#seen) - Math.min(...this.#seen) + 1 - this.#seen.size };
  }

  /** Resolves once `count` more requests are answered: time passes on the wire, not on a clock. */
  async answers(count: number): Promise<void> {
    const wanted = this.#seen.size + count;
    const deadline = Date.now() + count * 10 + 10_000;
    while (this.#seen.size < wanted && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

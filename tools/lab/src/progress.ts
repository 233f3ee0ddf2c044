/** Where progress goes: a terminal, a log, or nowhere. */
export interface Progress {
  /** Run one named step; prints its name, then its time. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  note(line: string): void;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

/** Progress as lines of text: `  ✓ Underlay, 2 nodes                      0.2 s`. */
export function textProgress(write: (text: string) => void, now: () => number = () => performance.now()): Progress {
  return {
    async step(title, work) {
      const begin = now();
      try {
        const result = await work();
        write(`  ✓ ${title.padEnd(64)} ${seconds(now() - begin).padStart(7)}\n`);
        return result;
      } catch (error) {
        write(`  ✗ ${title.padEnd(64)} ${seconds(now() - begin).padStart(7)}\n`);
        throw error;
      }
    },
    note: (line) => write(`    ${line}\n`),
  };
}

/** No output at all, for `--output json` and tests. */
export const silentProgress: Progress = { step: (_title, work) => work(), note: () => undefined };

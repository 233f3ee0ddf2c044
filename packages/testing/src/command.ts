import { execFile } from 'node:child_process';

/** Run a program to its end; resolves with its standard output, rejects with its standard error in the message. */
export function run(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { env: options.env ?? process.env, maxBuffer: 1 << 30 },
      (error, stdout, stderr) => {
        if (error)
          reject(new Error(`${program} ${args.join(' ')}: ${stderr.trim() || error.message}`, { cause: error }));
        else resolve(stdout);
      },
    );
    // A program that ends without reading its input is no error: its exit code says what it is.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}

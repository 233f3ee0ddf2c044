import { execFile } from 'node:child_process';
import { OracleError } from './oracle-error.ts';

/** Runs a program to its end and gives its standard output. */
export function runCommand(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { ...options, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const missing = 'code' in error && error.code === 'ENOENT';
      const message = missing
        ? `${program} is not installed`
        : `${program} ${args.join(' ')}: ${stderr.trim() || error.message}`;
      reject(new OracleError(missing ? 'missing-program' : 'command-failed', message, { cause: error }));
    });
  });
}

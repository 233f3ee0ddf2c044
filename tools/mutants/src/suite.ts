import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** How a run of a suite ended: it passed, a test failed, or it did not end in time. */
export interface SuiteResult {
  readonly passed: boolean;
  /** The first test that failed, or what went wrong otherwise. */
  readonly reason: string;
}

/** Runs a package's tests with vitest until the first one fails. */
export function runSuite(
  workspace: string,
  folder: string,
  filters: readonly string[],
  timeoutMs: number,
): Promise<SuiteResult> {
  const vitest = join(workspace, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--bail', '1', '--reporter', 'json', '--no-color', ...filters];
  const env = { ...process.env, OVNKUBE_END_ON_FAILURE: '1' };
  const child = spawn(process.execPath, args, {
    env,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve({ passed: true, reason: '' });
      else if (signal !== null) resolve({ passed: false, reason: `did not end within ${timeoutMs / 1000} s` });
      else
        resolve({ passed: false, reason: firstFailure(output) ?? errors.trim().split('\n')[0] ?? `exit code ${code}` });
    });
  });
}

interface Report {
  readonly testResults?: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults?: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function firstFailure(output: string): string | undefined {
  const start = output.indexOf('{');
  if (start < 0) return undefined;
  try {
    const { testResults = [] }: Report = JSON.parse(output.slice(start));
    const failed = testResults
      .flatMap(({ assertionResults = [] }) => assertionResults)
      .find(({ status }) => status === 'failed');
    return failed?.fullName ?? testResults.find(({ message }) => message)?.message?.split('\n')[0];
  } catch {
    return undefined;
  }
}

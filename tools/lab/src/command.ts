import { spawn } from 'node:child_process';
import { LabError } from './error.ts';

/** How a command that was allowed to fail ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command may be given beside its arguments. */
export interface CommandOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Run a program to its end, whatever its exit code. A program that cannot be started rejects. */
export function attempt(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.signal && { signal: options.signal }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (cause) =>
      reject(new LabError('COMMAND_FAILED', `${program} could not be run: ${cause.message}`, { cause })),
    );
    child.once('close', (code, killedBy) => resolve({ code: code ?? (killedBy ? 128 : 1), stdout, stderr }));
    // A program that ends without reading its input is no error of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

/** Run a program that has to succeed; resolves with its standard output, rejects with its standard error. */
export async function run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, options);
  if (code !== 0)
    throw new LabError('COMMAND_FAILED', `${command.join(' ')}: exit code ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}

/** Several `ip` commands inside one namespace, in one process (ip-batch); the first failure stops them and is named. */
export async function ipBatch(namespace: string, lines: readonly string[]): Promise<void> {
  const { code, stderr } = await attempt(['ip', '-n', namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
  if (code === 0) return;
  const number = Number(/Command failed -:(\d+)/.exec(stderr)?.[1] ?? 0);
  throw new LabError('COMMAND_FAILED', `ip -n ${namespace} ${lines[number - 1] ?? '-batch'}: ${stderr.trim()}`);
}

/**
 * The command as it runs inside a network namespace. nsenter, not `ip netns exec`: the latter also makes a mount
 * namespace, in which a namespace made later by this process would be invisible outside (ip-netns(8)).
 */
export const inNamespace = (namespace: string, command: readonly string[]): readonly string[] => [
  'nsenter',
  `--net=/run/netns/${namespace}`,
  ...command,
];

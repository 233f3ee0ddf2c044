import { offloadCommand } from './checksum-offload.ts';
import { HostError } from './error.ts';
import { inNamespace, namespacePath } from './namespace.ts';
import type { Completed, Run } from './run.ts';
import { sysctlPath } from './sysctl.ts';

/** Something to do in a namespace. `ip` lines are those of `ip -batch`. */
export type Step =
  /** `netns` where these lines are for another namespace than the other steps. */
  | { readonly kind: 'ip'; readonly lines: readonly string[]; readonly family?: 4 | 6; readonly netns?: string }
  | { readonly kind: 'sysctl'; readonly path: string; readonly value: string }
  /** Whether the link leaves transport checksums to its driver; see checksum-offload.ts. */
  | { readonly kind: 'checksum-offload'; readonly ifname: string; readonly on: boolean };

/** A line that failed, and what was said about it. */
export interface Failure {
  readonly line: string;
  readonly words: string;
}

/** What the steps printed, and what failed (with `goOn`; else the first failure is thrown). */
export interface Performed {
  readonly stdout: string;
  readonly failures: readonly Failure[];
}

export interface ScriptOptions {
  readonly netns?: string;
  /** Also do what comes after a failure. */
  readonly goOn?: boolean;
  readonly signal?: AbortSignal;
}

const heredoc = 'END_OF_BATCH';

/**
 * Do all the steps, in order, in one process tree: one `nsenter`, one shell where there is more than `ip` lines, one `ip -batch`
 * for each run of lines. Rejects with `command-failed`, naming the line, at the first failure unless told to go on.
 */
export async function perform(run: Run, steps: readonly Step[], options: ScriptOptions = {}): Promise<Performed> {
  const [first] = steps;
  if (first === undefined) return { stdout: '', failures: [] };
  const alone = steps.length === 1 && first.kind === 'ip' && first.netns === undefined;
  const command = alone
    ? { program: 'ip', args: ipArgs(first.family, options), input: `${first.lines.join('\n')}\n` }
    : { program: 'sh', args: ['-s'], input: steps.map((step, index) => shell(step, index, options)).join('') };
  const completed = await run(inNamespace(command, options.netns), options.signal ? { signal: options.signal } : {});
  const failures = failuresOf(completed, steps, alone);
  const [failure] = failures;
  if (failure !== undefined && !options.goOn) {
    throw new HostError('command-failed', `${failure.line}: ${failure.words}${where(options.netns)}`);
  }
  return { stdout: completed.stdout, failures };
}

const where = (netns: string | undefined): string =>
  netns === undefined ? '' : ` (in the network namespace ${netns})`;

function ipArgs(family: 4 | 6 | undefined, options: ScriptOptions): string[] {
  return [
    ...(family === undefined ? [] : [`-${family}`]),
    ...['-json', '-details'],
    ...(options.goOn ? ['-force'] : []),
    ...['-batch', '-'],
  ];
}

/** Each step says its number on stderr when it fails, for `failuresOf`. */
function shell(step: Step, index: number, options: ScriptOptions): string {
  const failed = `echo 'Step failed ${index}' >&2${options.goOn ? '' : '; exit 1'}`;
  switch (step.kind) {
    case 'ip':
      return `${enter(step.netns)}ip ${ipArgs(step.family, options).join(' ')} <<'${heredoc}' || { ${failed}; }\n${step.lines.join('\n')}\n${heredoc}\n`;
    case 'sysctl':
      return `printf %s ${quote(step.value)} > ${sysctlPath(step.path)} || { ${failed}; }\n`;
    case 'checksum-offload':
      return `{ ${offloadCommand(quote(step.ifname), step.on)}; } || { ${failed}; }\n`;
  }
}

const enter = (netns: string | undefined): string =>
  netns === undefined ? '' : `nsenter --net=${quote(namespacePath(netns))} `;

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** `ip -batch` ends what it says about a line with `Command failed -:NUMBER`; the shell ends a step's with `Step failed INDEX`. */
function failuresOf({ code, stderr }: Completed, steps: readonly Step[], alone: boolean): readonly Failure[] {
  const failures: Failure[] = [];
  const words: string[] = [];
  let numbers: { readonly number: number; readonly words: string }[] = [];
  const take = (): string => words.splice(0).join('; ').trim();
  const close = (step: Step | undefined): void => {
    if (step?.kind === 'ip') {
      for (const failed of numbers)
        failures.push({ line: step.lines[failed.number - 1] ?? 'ip -batch', words: failed.words });
    }
    const rest = take();
    if (step?.kind !== 'ip' || numbers.length === 0)
      failures.push({ line: nameOf(step), words: rest || `exit code ${code}` });
    numbers = [];
  };
  for (const line of stderr.split('\n')) {
    const batch = /^Command failed -:(\d+)/.exec(line);
    const step = /^Step failed (\d+)$/.exec(line);
    if (batch) numbers.push({ number: Number(batch[1]), words: take() });
    else if (step) close(steps[Number(step[1])]);
    else if (line.trim() !== '') words.push(line.trim());
  }
  // nsenter, or `ip` alone, failed: no shell was there to say so.
  if (code !== 0 && (failures.length === 0 || numbers.length > 0)) close(alone ? steps[0] : undefined);
  return failures;
}

function nameOf(step: Step | undefined): string {
  if (step === undefined) return 'entering the network namespace';
  if (step.kind === 'sysctl') return `sysctl ${step.path}=${step.value}`;
  return step.kind === 'ip' ? (step.lines[0] ?? 'ip -batch') : `checksum offload of ${step.ifname}`;
}

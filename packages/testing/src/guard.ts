import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The watcher's whole program: collect commands from standard input; when it closes (this process ended, however it
 * ended), run them, last one first. A signal to our process group does not reach it, because it has a session of its own.
 */
const watcherScript = `
commands=
while IFS= read -r line; do commands="$line
$commands"; done
printf '%s' "$commands" | while IFS= read -r line; do eval "$line"; done
`;

let watcher: ChildProcess | undefined;

function watcherInput(): NodeJS.WritableStream {
  if (watcher?.stdin) return watcher.stdin;
  watcher = spawn('sh', ['-c', watcherScript], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.unref();
  const { stdin } = watcher;
  if (!stdin) throw new Error('guard: the watcher process has no standard input');
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  return stdin;
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * Have `command` run when this process ends, also when it is killed with SIGKILL. Commands run in reverse order of
 * registration and must be harmless when what they clean up is gone already.
 */
export function guard(command: readonly string[]): void {
  guardShell(command.map(quote).join(' '));
}

/** Have process `pid` killed when this process ends, unless the number has passed to another process by then. */
export function guardProcess(pid: number): void {
  const started = startTime(pid);
  if (started === undefined) return;
  guardShell(`[ "$(sed 's/.*) //' /proc/${pid}/stat 2>/dev/null | cut -d' ' -f20)" = ${started} ] && kill -9 ${pid}`);
}

function guardShell(line: string): void {
  watcherInput().write(`${line}\n`);
}

/** Start time of a process in clock ticks since boot, proc_pid_stat(5) field 22; undefined when there is no such process. */
function startTime(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ')[19];
  } catch {
    return undefined;
  }
}

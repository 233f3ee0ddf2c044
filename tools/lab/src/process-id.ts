import { readdirSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one with the same number by its start time. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since boot, proc_pid_stat(5) field 22. */
  readonly startTime: string;
}

const stat = (pid: number): readonly string[] | undefined => {
  try {
    // The second field is the program's name in brackets and may hold blanks and brackets itself.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ');
  } catch {
    return undefined;
  }
};

/** Start time of a process; undefined when there is none of that number. */
export const startTime = (pid: number): string | undefined => stat(pid)?.[19];

/** Whether that very process still runs (a zombie does not). */
export function isAlive({ pid, startTime }: ProcessId): boolean {
  const fields = stat(pid);
  return fields?.[19] === startTime && fields[0] !== 'Z' && fields[0] !== 'X';
}

/** Send a signal to that very process; false when it is gone. */
export function sendSignal(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, signal);
  } catch {
    return false;
  }
}

/** All processes whose environment holds `variable=value`: everything that a process started with it has started since. */
export function processesWith(variable: string, value: string): readonly ProcessId[] {
  const wanted = `${variable}=${value}`;
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      if (!readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(wanted)) return [];
      const id = { pid, startTime: startTime(pid) ?? '' };
      return isAlive(id) ? [id] : [];
    } catch {
      return [];
    }
  });
}

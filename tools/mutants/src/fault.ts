import { readFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';

/** A fault as a change of text: a piece of a source file that is there exactly once, and what stands there instead. */
export interface Fault {
  /** What is wrong then, in a few words. */
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Reads a list of faults, and sees to it that each still fits its source. Throws Error that names those which do not. */
export async function readFaults(folder: string): Promise<readonly Fault[]> {
  const path = join(folder, 'test', 'faults.json');
  const faults: readonly Fault[] = JSON.parse(await readFile(path, 'utf8'));
  const misfits: string[] = [];
  for (const fault of faults) {
    const problem = misfitOf(fault, await readFile(join(folder, fault.file), 'utf8'));
    if (problem !== undefined) misfits.push(`${fault.name} (${fault.file}): ${problem}`);
  }
  if (misfits.length > 0) throw new Error(`${path}:\n${misfits.join('\n')}`);
  return faults;
}

function misfitOf(fault: Fault, source: string): string | undefined {
  const times = source.split(fault.find).length - 1;
  if (times !== 1) return `its text is there ${times} times, it should be once`;
  try {
    // A source that cannot be read at all would be noticed by any test.
    stripTypeScriptTypes(withFault(source, fault));
  } catch (error) {
    return `the source would not parse: ${String(error)}`;
  }
  return undefined;
}

export const withFault = (source: string, { find, replace }: Fault): string => source.split(find).join(replace);

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { LabError } from './error.ts';
import { type ProcessId, startTime } from './process-id.ts';

/** What a lab has made: written before (names) or as soon as (processes) it exists, so that `down` finds it after a crash. */
export type JournalEntry =
  | { readonly kind: 'namespace'; readonly name: string }
  | ({ readonly kind: 'process'; readonly title: string } & ProcessId);

/** Lab names become part of namespace names; without `-` one lab's prefix is never another's. */
const labNamePattern = /^[a-z][a-z0-9]{0,14}$/;

/** The environment variable by which a process says which lab it belongs to; its value is the state folder. */
export const labVariable = 'OVNKUBE_LAB';

/** Folder of all labs of this user: `$XDG_CACHE_HOME/ovnkube/lab`. Sockets below it must stay under 108 bytes (unix(7)). */
export const labsFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ovnkube', 'lab');

/** The folder and the journal of one lab. */
export class LabState {
  readonly name: string;
  readonly folder: string;

  constructor(name: string, folder = join(labsFolder(), name)) {
    if (!labNamePattern.test(name))
      throw new LabError(
        'BAD_FLAG',
        `--name ${name}: a lab name is a letter and up to 14 letters or digits, lower case`,
      );
    if (Buffer.byteLength(folder) > 70)
      throw new LabError(
        'BAD_FLAG',
        `the lab's folder ${folder} is too long for unix sockets below it (70 bytes at most): set XDG_CACHE_HOME to a shorter path`,
      );
    this.name = name;
    this.folder = folder;
  }

  get exists(): boolean {
    return existsSync(this.folder);
  }

  /** Network namespaces of this lab start with it. */
  get prefix(): string {
    return `ovnkube-${this.name}-`;
  }

  namespace(part: string): string {
    return `${this.prefix}${part}`;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  create(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  record(entry: JournalEntry): void {
    appendFileSync(this.path('journal'), `${JSON.stringify(entry)}\n`);
  }

  recordProcess(title: string, pid: number): void {
    const started = startTime(pid);
    if (started !== undefined) this.record({ kind: 'process', title, pid, startTime: started });
  }

  /** All entries; a last line that a crash cut off is left out. */
  journal(): readonly JournalEntry[] {
    if (!existsSync(this.path('journal'))) return [];
    return readFileSync(this.path('journal'), 'utf8').split('\n').flatMap(parseEntry);
  }

  /** The environment of every process of this lab. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, [labVariable]: this.folder };
  }

  write(file: string, value: unknown): void {
    writeFileSync(this.path(file), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  }
}

function parseEntry(line: string): readonly JournalEntry[] {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('kind' in value)) return [];
    if (value.kind === 'namespace' && 'name' in value && typeof value.name === 'string')
      return [{ kind: 'namespace', name: value.name }];
    if (value.kind !== 'process' || !('pid' in value) || !('startTime' in value)) return [];
    const title = 'title' in value ? String(value.title) : '';
    return [{ kind: 'process', title, pid: Number(value.pid), startTime: String(value.startTime) }];
  } catch {
    return [];
  }
}

/** Names of all labs that have a state folder. */
export const labNames = (): readonly string[] =>
  existsSync(labsFolder()) ? readdirSync(labsFolder()).filter((name) => labNamePattern.test(name)) : [];

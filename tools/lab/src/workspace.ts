import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LabError } from './error.ts';

/** The workspace's root: the lab runs the apps of the tree that it is part of. */
export function workspaceRoot(from = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'nx.json'))) return folder;
    if (folder === dirname(folder))
      throw new LabError('NOT_FOUND', `no workspace (a folder with nx.json) above ${from}`);
  }
}

/** An app's entry: its TypeScript source, which runs without a build. */
export const appEntry = (app: string): string => join(workspaceRoot(), 'apps', app, 'src', 'main.ts');

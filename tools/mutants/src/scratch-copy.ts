import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { scratch } from '@ovnkube/testing';

/**
 * A copy of a package in a workspace of its own: all other packages are those of the real one, this one is found in
 * the copy wherever it is imported by its name. Removed when the process ends.
 */
export async function scratchCopy(workspace: string, name: string): Promise<string> {
  const root = await scratch('mutants');
  const folder = join(root, 'packages', name);
  for (const part of ['src', 'test', 'package.json', 'vitest.config.ts'])
    await cp(join(workspace, 'packages', name, part), join(folder, part), { recursive: true });
  await symlink(join(workspace, 'vitest.base.ts'), join(root, 'vitest.base.ts'));
  await linkModules(join(workspace, 'node_modules'), join(root, 'node_modules'), '@ovnkube');
  const scope = join(root, 'node_modules', '@ovnkube');
  await linkModules(join(workspace, 'node_modules', '@ovnkube'), scope, name);
  await symlink(folder, join(scope, name));
  return folder;
}

async function linkModules(from: string, to: string, but: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from))
    if (entry !== but && !entry.startsWith('.')) await symlink(join(from, entry), join(to, entry));
}

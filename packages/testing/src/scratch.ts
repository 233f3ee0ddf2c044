import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guard } from './guard.ts';

/**
 * A fresh folder, removed when this process ends, also when it is killed. Its path is short: a unix socket's address
 * holds 108 bytes (unix(7)).
 */
export async function scratch(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `ovnkube-${name}-`));
  guard(['rm', '-rf', folder]);
  return folder;
}

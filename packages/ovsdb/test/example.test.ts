import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { missing } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { connect } from '../src/index.ts';
import { remoteOf, startZoo } from './zoo.ts';

it.skipIf(missing('ovsdb-server'))('the example prints rows and changes', async () => {
  const server = await startZoo();
  const example = join(import.meta.dirname, '../examples/watch.ts');
  const child = spawn(process.execPath, ['-C', '@ovnkube/source', example, remoteOf(server), 'Zoo']);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let output = '';
  let look: (() => void) | undefined;
  child.stdout.on('data', (text) => {
    output += text;
    look?.();
  });
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => pattern.test(output) && resolve();
      look();
      void ended.then(() => reject(new Error(`it ended after printing ${output}`)));
    });
  await printed(/Animal: 0 rows\nKeeper: 0 rows\n/);
  const db = await connect({ remotes: [remoteOf(server)], database: 'Zoo' });
  await db.transact([{ op: 'insert', table: 'Keeper', row: { name: 'k' } }]);
  const [row] = db.table('Keeper').rows();
  await printed(new RegExp(`Keeper ${row?._uuid} added\n`));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  await db.close();
  await server.stop();
});

import { join } from 'node:path';
import { run } from '@ovnkube/testing';
import { expect, it } from 'vitest';

const entry = join(import.meta.dirname, '..', 'src', 'index.ts');

it('loads without the client library', async () => {
  const script = `
    const { registerHooks } = await import('node:module');
    const loaded = [];
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    await import(${JSON.stringify(entry)});
    console.log(loaded.filter((url) => url.includes('@kubernetes')).length + ' ' + loaded.length);
  `;
  const [library, all] = (
    await run(process.execPath, ['-C', '@ovnkube/source', '--input-type=module', '-e', script])
  ).split(' ');
  expect(Number(all)).toBeGreaterThan(20);
  expect(Number(library)).toBe(0);
});

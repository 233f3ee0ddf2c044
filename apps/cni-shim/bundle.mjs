// Makes the binary: one CommonJS file with a #! line. usage: node bundle.mjs [--out FILE] [--node PATH-OF-NODE]
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** `interpreter` is what follows `#!`: an absolute path saves the search of env(1) and works without a PATH. */
export async function bundle({
  out = join(here, 'dist/ovn-k8s-cni-overlay.cjs'),
  interpreter = '/usr/bin/env node',
} = {}) {
  const result = await build({
    entryPoints: [join(here, 'src/main.ts')],
    bundle: true,
    platform: 'node',
    // CommonJS starts faster than ESM, and a plugin's file name has no extension that would say "module".
    format: 'cjs',
    target: 'node20',
    conditions: ['@ovnkube/source'],
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: `#!${interpreter}` },
    write: false,
    logLevel: 'warning',
  });
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, result.outputFiles[0].contents);
  await chmod(out, 0o755);
  return out;
}

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { out: { type: 'string' }, node: { type: 'string' } } });
  console.log(await bundle({ out: values.out, interpreter: values.node }));
}

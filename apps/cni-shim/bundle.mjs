// Makes the binary: one CommonJS file with a #! line. usage: node bundle.mjs [--out FILE] [--node PATH-OF-NODE]
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** A run of milliseconds has no use for V8's helper threads, and starting them takes three. */
const flags = '--v8-pool-size=0';

/** `node` is an absolute path, which works without a PATH; else env(1) searches for it. */
async function bundle({ out = join(here, 'dist/ovn-k8s-cni-overlay.cjs'), node }) {
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
    banner: { js: `#!${node ?? '/usr/bin/env -S node'} ${flags}` },
    write: false,
    logLevel: 'warning',
  });
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, result.outputFiles[0].contents);
  await chmod(out, 0o755);
  return out;
}

const { values } = parseArgs({ options: { out: { type: 'string' }, node: { type: 'string' } } });
console.log(await bundle(values));

import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import ts from 'typescript';
import type { Found, ImportLine } from './layers.ts';

interface Manifest {
  readonly name: string;
  readonly nx?: { readonly tags?: readonly string[] };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const isTest = (path: string): boolean =>
  /\.test(-d)?\.ts$|\.bench\.ts$/.test(path) || /\/(test|bench|examples)\//.test(path);

/** `@scope/name/sub` → `@scope/name`; relative and `#` imports stay inside the package and give undefined. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('#')) return undefined;
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function importsOf(file: string, root: string): ImportLine[] {
  const text = readFileSync(file, 'utf8');
  const path = relative(root, file);
  return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName, pos }) => {
    const from = packageOf(fileName);
    return from ? [{ file: path, line: text.slice(0, pos).split('\n').length, from, test: isTest(path) }] : [];
  });
}

/** Every package of the workspace under `root`, with the imports of all its sources. */
export function readWorkspace(root: string): Found[] {
  return globSync('{packages,apps,tools}/*/package.json', { cwd: root }).map((path) => {
    const folder = join(root, dirname(path));
    const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest;
    const sources = globSync('{src,test,bench,examples}/**/*.ts', { cwd: folder });
    const tag = manifest.nx?.tags?.find((entry) => entry.startsWith('layer:'));
    return {
      name: basename(folder),
      layer: tag?.slice('layer:'.length) ?? 'none',
      dependencies: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
      devDependencies: Object.keys(manifest.devDependencies ?? {}),
      imports: sources.flatMap((source) => importsOf(join(folder, source), root)),
    };
  });
}

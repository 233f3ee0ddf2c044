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
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const path = relative(root, file);
  const found: ImportLine[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    const from = specifier && packageOf(specifier.text);
    if (specifier && from) {
      const line = source.getLineAndCharacterOfPosition(specifier.getStart(source)).line + 1;
      found.push({ file: path, line, from, test: isTest(path) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a node imports: `import … from`, `export … from`, `import()` and `import type` alike. */
function specifierOf(node: ts.Node): ts.StringLiteral | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier : undefined;
  }
  const [argument] =
    ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments : [];
  return argument && ts.isStringLiteral(argument) ? argument : undefined;
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

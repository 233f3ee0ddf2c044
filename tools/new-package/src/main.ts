import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { packageFiles } from './template.ts';

const workspace = join(import.meta.dirname, '..', '..', '..');
interface LayerTable {
  layers: string[];
  packages: Record<string, unknown>;
}
const readLayers = (root: string): LayerTable =>
  JSON.parse(readFileSync(join(root, 'layers.json'), 'utf8')) as LayerTable;

const kebab = (value: string): string => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value))
    throw new InvalidArgumentError(`"${value}" is not kebab-case; right would be, say, "egress-router".`);
  return value;
};

/** Layers whose members live elsewhere than in packages/. */
const folders: Record<string, string> = { app: 'apps', tool: 'tools' };

const program = new Command('new-package')
  .description('Make a package that builds, type-checks, lints, tests and packs, and enter it in layers.json.')
  .argument('<name>', 'folder and unscoped name, kebab-case', kebab)
  .addOption(
    new Option('--layer <layer>', 'its layer, see layers.json')
      .choices(readLayers(workspace).layers)
      .makeOptionMandatory(),
  )
  .option('--job <sentence>', 'what it does, in one sentence', 'Says what it does here, in one sentence.')
  .option('--root <folder>', 'the workspace it is made in', workspace)
  .option('--node', "the library needs Node's own types (sockets, processes)", false)
  .addHelpText(
    'after',
    '\nExample:\n  npm run new-package -- egress-router --layer translate --job "Redirects pod traffic through a macvlan address."',
  );

program.parse();
const [name] = program.processedArgs as [string];
const { layer, job, node, root } = program.opts<{ layer: string; job: string; node: boolean; root: string }>();
const layers = readLayers(root);
const folder = join(folders[layer] ?? 'packages', name);
if (existsSync(join(root, folder))) program.error(`${folder} exists already; choose another name`, { exitCode: 2 });

const spec = {
  name,
  layer,
  job,
  node: node || layer === 'app' || layer === 'tool',
  private: ['test', 'tool'].includes(layer),
};
for (const [path, text] of packageFiles(spec)) {
  const file = join(root, folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
if (!(name in layers.packages) && layer !== 'tool') {
  layers.packages[name] = { layer, mayImport: [] };
  writeFileSync(join(root, 'layers.json'), `${JSON.stringify(layers, null, 2)}\n`);
}
console.log(`made ${folder}\nnext: npm install && npx nx run-many -t build typecheck lint test -p @ovnkube/${name}`);

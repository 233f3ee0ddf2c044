import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breaches, type LayerTable } from './layers.ts';
import { readWorkspace } from './workspace.ts';

/** The workspace to check: the one this file lies in, unless another is named. */
const root = process.argv[2] ?? join(import.meta.dirname, '..', '..', '..');
const table = JSON.parse(readFileSync(join(root, 'layers.json'), 'utf8')) as LayerTable;
const tree = readWorkspace(root);
const found = breaches(table, tree);
for (const breach of found) console.error(breach);
const imports = tree.reduce((sum, { imports }) => sum + imports.length, 0);
console.log(`${tree.length} packages, ${imports} imports, ${found.length} breaches of layers.json`);
process.exitCode = found.length === 0 ? 0 : 1;

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { logicalFlowSuites } from './logical-flow.ts';
import { openflowSuites } from './openflow.ts';
import { ovsdbSuites } from './ovsdb.ts';
import type { Outcome, Suites, Vector } from './vector.ts';

interface Tally {
  passed: number;
  failed: number;
  'not applicable': number;
  readonly failures: { readonly id: string; readonly detail: string }[];
}

/** How each package judges the kinds of vectors that are its own. */
const suites: Suites = { ...openflowSuites, ...ovsdbSuites, ...logicalFlowSuites };

/** The vectors of a document: a list, or an object that holds one. */
function vectorsOf(document: unknown): readonly Vector[] {
  if (Array.isArray(document)) return document;
  if (typeof document === 'object' && document !== null) {
    for (const member of ['vectors', 'cases', 'tests']) {
      const list: unknown = Reflect.get(document, member);
      if (Array.isArray(list)) return list;
    }
  }
  return [];
}

async function judge(kind: string, vector: Vector, document: unknown): Promise<Outcome> {
  const suite = suites[kind];
  if (suite === undefined) return { status: 'not applicable', detail: `no suite for '${kind}'` };
  try {
    return await suite(vector, document);
  } catch (error) {
    return { status: 'failed', detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function runFolder(folder: string, only: string | undefined): Promise<Map<string, Tally>> {
  const tallies = new Map<string, Tally>();
  const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
  for (const file of files) {
    const document: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'));
    const list = vectorsOf(document);
    for (const [at, vector] of list.entries()) {
      const kind = vector.kind ?? file.replace(/\.json$/, '');
      if (only !== undefined && kind !== only) continue;
      const tally = tallies.get(kind) ?? { passed: 0, failed: 0, 'not applicable': 0, failures: [] };
      tallies.set(kind, tally);
      const outcome = await judge(kind, vector, document);
      tally[outcome.status]++;
      if (outcome.status === 'failed') {
        tally.failures.push({ id: vector.id ?? `${file}[${at}]`, detail: outcome.detail ?? '' });
      }
    }
  }
  return tallies;
}

function printTable(tallies: ReadonlyMap<string, Tally>, verbose: boolean): void {
  const width = Math.max(4, ...[...tallies.keys()].map((kind) => kind.length));
  console.log(`${'kind'.padEnd(width)}  passed / failed / not applicable`);
  for (const [kind, tally] of tallies) {
    console.log(`${kind.padEnd(width)}  ${tally.passed} / ${tally.failed} / ${tally['not applicable']}`);
    if (verbose) for (const { id, detail } of tally.failures) console.log(`  ${id}: ${detail}`);
  }
}

const program = new Command('vectors')
  .description('Runs every file of a folder of test vectors against the libraries; exit code 1 when one fails.')
  .argument('<folder>')
  .option('--verbose', 'list the failures')
  .option('--kind <kind>', 'only this kind')
  .addOption(new Option('--output <format>').choices(['table', 'json']).default('table'))
  .action(async (folder: string, options: { verbose?: boolean; kind?: string; output: string }) => {
    const tallies = await runFolder(folder, options.kind);
    if (options.output === 'json') console.log(JSON.stringify(Object.fromEntries(tallies), undefined, 2));
    else printTable(tallies, options.verbose === true);
    if ([...tallies.values()].some((tally) => tally.failed > 0)) process.exitCode = 1;
  });

await program.parseAsync();

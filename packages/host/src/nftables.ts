import { HostError } from './error.ts';
import { inNamespace } from './namespace.ts';
import { readTable, type TableContent } from './nftables-content.ts';
import { tableChanges, tableText } from './nftables-difference.ts';
import type { DesiredTable, NftFamily } from './nftables-table.ts';
import { ReconcileLoop } from './reconcile-loop.ts';
import { type Follow, followProcess, output, type Run, runProcess } from './run.ts';

export interface NftOptions {
  readonly netns?: string;
  readonly signal?: AbortSignal;
}

/** What a table holds, by the names of its chains and sets; undefined when there is no such table. */
export async function listTable(
  run: Run,
  table: { readonly family: NftFamily; readonly name: string },
  options: NftOptions = {},
): Promise<TableContent | undefined> {
  const command = { program: 'nft', args: ['-j', 'list', 'table', table.family, table.name] };
  const { code, stdout, stderr } = await run(inNamespace(command, options.netns), signalOf(options));
  if (code === 0) return readTable(stdout);
  if (/No such file or directory/.test(stderr) && stderr.includes('list table')) return undefined;
  throw new HostError('command-failed', `nft list table ${table.family} ${table.name}: ${stderr.trim()}`);
}

/** What nft itself makes of the desired table: it is loaded into a network namespace that exists for that only. */
async function canonical(run: Run, table: DesiredTable, options: NftOptions): Promise<TableContent> {
  const listing = `nft -f - && nft -j list table ${table.family} ${table.name}`;
  const command = { program: 'unshare', args: ['--net', 'sh', '-c', listing], input: tableText(table) };
  return readTable(await output(run, command, options.signal));
}

/**
 * Make the table as desired in one atomic transaction of the fewest commands, and return those: none when it was as desired.
 * Rules are compared as nft prints them, so that no spelling of ours and no version of nft makes a difference, and counters'
 * values do not count. Other tables are not touched. Rejects with `command-failed` when nft refuses the desired table.
 */
export async function reconcileTable(
  run: Run,
  table: DesiredTable,
  options: NftOptions = {},
): Promise<readonly string[]> {
  checkNames(table);
  const [wanted, there] = await Promise.all([canonical(run, table, options), listTable(run, table, options)]);
  const lines = tableChanges(table, wanted, there);
  if (lines.length > 0) {
    const command = { program: 'nft', args: ['-f', '-'], input: `${lines.join('\n')}\n` };
    await output(run, inNamespace(command, options.netns), options.signal);
  }
  return lines;
}

/** Remove a table. Returns whether there was one. */
export async function deleteTable(
  run: Run,
  table: { readonly family: NftFamily; readonly name: string },
  options: NftOptions = {},
): Promise<boolean> {
  if ((await listTable(run, table, options)) === undefined) return false;
  const command = { program: 'nft', args: ['delete', 'table', table.family, table.name] };
  await output(run, inNamespace(command, options.netns), options.signal);
  return true;
}

const signalOf = ({ signal }: NftOptions): { signal?: AbortSignal } => (signal ? { signal } : {});

function checkNames(table: DesiredTable): void {
  const names = [
    table.name,
    ...(table.chains ?? []).map(({ name }) => name),
    ...(table.sets ?? []).map(({ name }) => name),
  ];
  const wrong = names.find((name) => !/^[a-zA-Z_][a-zA-Z0-9_/\\.-]*$/.test(name));
  if (wrong !== undefined) {
    throw new HostError('invalid-desired', `${JSON.stringify(wrong)} cannot name a table, chain or set of nftables`);
  }
  const statements = [
    ...(table.chains ?? []).flatMap(({ base = '', rules = [] }) => [base, ...rules]),
    ...(table.sets ?? []).flatMap(({ definition, elements = [] }) => [definition, ...elements]),
  ];
  const broken = statements.find((statement) => statement.includes('\n'));
  if (broken !== undefined) {
    throw new HostError('invalid-desired', `${JSON.stringify(broken)}: a statement of nftables is one line`);
  }
}

/** Keeps a table as desired, also when somebody else changes it (`nft monitor`). */
export class TableReconciler {
  readonly #loop: ReconcileLoop;
  #table: DesiredTable | undefined;

  constructor(options: {
    readonly netns?: string;
    readonly run?: Run;
    readonly follow?: Follow;
    /** After each reconciliation: the commands that were needed. */
    readonly onReport?: (lines: readonly string[]) => void;
    readonly onError?: (error: unknown) => void;
    readonly signal: AbortSignal;
  }) {
    const { netns, onReport, onError, signal, run = runProcess, follow = followProcess } = options;
    const place = { signal, ...(netns ? { netns } : {}) };
    const monitor = inNamespace({ program: 'nft', args: ['monitor'] }, netns);
    this.#loop = new ReconcileLoop({
      work: async () => {
        if (this.#table) onReport?.(await reconcileTable(run, this.#table, place));
      },
      watch: () => this.#concerning(follow(monitor, { signal })),
      ...(onError ? { onError } : {}),
      signal,
    });
  }

  /** Replace the desired table. Resolves once a reconciliation that saw it has ended. */
  async set(table: DesiredTable): Promise<void> {
    this.#table = table;
    this.#loop.poke();
    await this.#loop.settled();
  }

  settled(): Promise<void> {
    return this.#loop.settled();
  }

  async *#concerning(lines: AsyncIterable<string>): AsyncGenerator<string, void> {
    for await (const line of lines) {
      if (this.#table && line.includes(` ${this.#table.family} ${this.#table.name}`)) yield line;
    }
  }
}

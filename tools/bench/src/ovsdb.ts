import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missing, startOvsdbServer } from '@ovnkube/testing';
import { fillLogicalFlows } from './ovsdb-flows.ts';
import { libraryTransactions, rawTransactions, syncWorker } from './ovsdb-workers.ts';

const root = join(import.meta.dirname, '../../..');
const flows = 100_000;

export interface OvsdbBenchOptions {
  /** Runs of each side; the median counts. */
  readonly repeat: number;
  /** Print one JSON object in place of a table. */
  readonly json: boolean;
}

interface Measured {
  readonly cpuSeconds: number;
  readonly output: Readonly<Record<string, number>>;
}

/** User and system time of ended children, in seconds: proc_pid_stat(5) fields 16 and 17, in ticks of 10 ms. */
function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').replace(/.*\) /s, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

function measure(program: string, args: readonly string[]): Measured {
  const before = childrenCpu();
  const output = execFileSync(program, args, {
    cwd: join(root, 'tools/bench'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { cpuSeconds: childrenCpu() - before, output: output.trim() === '' ? {} : JSON.parse(output) };
}

const worker = (source: string, ...args: string[]): Measured =>
  measure(process.execPath, ['--input-type=module', '-e', source, ...args]);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

const medianOf = (runs: readonly Measured[], figure: string): number =>
  median(runs.map(({ output }) => output[figure] ?? Number.NaN));
const medianCpu = (runs: readonly Measured[]): number => median(runs.map(({ cpuSeconds }) => cpuSeconds));

/**
 * First sync of 100,000 logical flows against the C IDL, and pipelined transactions against a bare socket, side by side on
 * one server. Needs ovsdb-server and ovn-sbctl.
 */
export async function ovsdbBench({ repeat, json }: OvsdbBenchOptions): Promise<void> {
  const reason = missing('ovsdb-server', 'ovn-sbctl');
  if (reason !== undefined) throw new Error(`the ovsdb benchmark was ${reason}`);
  // What is measured is the library as it is installed: compiled.
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'packages/ovsdb/tsconfig.lib.json'],
    { cwd: root, stdio: 'inherit' },
  );
  const schema = fileURLToPath(import.meta.resolve('@ovnkube/ovn-db/schema/ovn-sb.ovsschema'));
  const server = await startOvsdbServer({ schemas: [schema] });
  try {
    await fillLogicalFlows(server.socket, flows);
    const ours: Measured[] = [];
    const idl: Measured[] = [];
    const find = ['--no-leader-only', `--db=unix:${server.socket}`, '--bare', 'find', 'Logical_Flow', 'priority=65535'];
    for (let run = 0; run < repeat; run++) {
      ours.push(worker(syncWorker, server.socket));
      idl.push(measure('ovn-sbctl', find));
    }
    const rates = transactionRates(server.socket, repeat);
    report({ repeat, ours, idl, ...rates }, json);
  } finally {
    await server.stop();
  }
}

function transactionRates(
  socket: string,
  repeat: number,
): { raw: Measured[]; library: Measured[]; replicating: Measured[] } {
  const raw: Measured[] = [];
  const library: Measured[] = [];
  const replicating: Measured[] = [];
  for (let run = 0; run < repeat; run++) {
    // The server's table grows, so neither side is always the first.
    const sides = [
      () => raw.push(worker(rawTransactions, socket)),
      () => library.push(worker(libraryTransactions, socket, '{}')),
    ];
    for (const side of run % 2 === 0 ? sides : sides.reverse()) side();
    replicating.push(worker(libraryTransactions, socket, '{"Chassis_Private":["name"]}'));
  }
  return { raw, library, replicating };
}

interface Runs extends ReturnType<typeof transactionRates> {
  readonly repeat: number;
  readonly ours: readonly Measured[];
  readonly idl: readonly Measured[];
}

function report({ repeat, ours, idl, raw, library, replicating }: Runs, json: boolean): void {
  const found = {
    syncCpuSeconds: medianCpu(ours),
    idlCpuSeconds: medianCpu(idl),
    syncRatio: medianCpu(ours) / medianCpu(idl),
    peakMiB: Math.max(...ours.map(({ output }) => output['peakMiB'] ?? Number.NaN)),
    rows: medianOf(ours, 'rows'),
    rawPerSecond: medianOf(raw, 'perSecond'),
    libraryPerSecond: medianOf(library, 'perSecond'),
    // Of neighbouring runs, because what else the machine does changes from one minute to the next.
    transactRatio: median(
      library.map(({ output }, run) => (output['perSecond'] ?? 0) / (raw[run]?.output['perSecond'] ?? 0)),
    ),
    replicatingPerSecond: medianOf(replicating, 'perSecond'),
  };
  if (json) {
    console.log(JSON.stringify({ repeat, ...found }));
    return;
  }
  const seconds = (value: number): string => `${value.toFixed(2)} s`;
  const lines = [
    `first sync of ${found.rows} Logical_Flow rows, client CPU, median of ${repeat}`,
    `  @ovnkube/ovsdb            ${seconds(found.syncCpuSeconds)}   peak ${found.peakMiB.toFixed(0)} MiB (at most 350)`,
    `  ovn-sbctl find (C IDL)    ${seconds(found.idlCpuSeconds)}`,
    `  ratio                     ${found.syncRatio.toFixed(2)}x  (at most 1.0, aim 0.6)`,
    `one-row transactions, 256 in flight, by the client's clock, median of ${repeat}`,
    `  @ovnkube/ovsdb            ${found.libraryPerSecond.toFixed(0)}/s`,
    `  one bare connection       ${found.rawPerSecond.toFixed(0)}/s`,
    `  ratio                     ${found.transactRatio.toFixed(2)}x  (at least 1.0)`,
    `  while replicating them    ${found.replicatingPerSecond.toFixed(0)}/s`,
  ];
  console.log(lines.join('\n'));
}

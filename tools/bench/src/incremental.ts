import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Graph, type InputTable, type Table } from '@ovnkube/incremental';

/** A row about as large as a port binding. */
interface Port {
  readonly switch: string;
  readonly mac: string;
  readonly tunnelKey: number;
}

interface Switch {
  readonly zone: string;
}

interface Flow {
  readonly match: string;
  readonly priority: number;
}

/** Ports on switches of 50, each port a unit that reads its switch, its zone, its switch's ports and rows that are absent. */
interface World {
  readonly graph: Graph;
  readonly ports: InputTable<Port>;
  readonly flows: Table<Flow>;
}

const portsPerSwitch = 50;
const portKey = (i: number): string => `port-${i}`;
const port = (i: number, generation = 0): Port => ({
  switch: `switch-${Math.floor(i / portsPerSwitch)}`,
  mac: `0a:58:${i}:${generation}`,
  tunnelKey: i,
});

/** A graph of `units` ports whose units make `reads` recorded reads each (0 to 6). */
function world(units: number, reads: number): World {
  const graph = new Graph();
  const switches = graph.input<Switch>('switches');
  const zones = graph.input<{ readonly name: string }>('zones');
  const policies = graph.input<{ readonly verdict: string }>('policies');
  const ports = graph.input<Port>('ports');
  const byMac = ports.index('mac', (row) => [row.mac]);
  const flows = graph.derive<Port, Flow>('flows', ports, (row, read, key) => {
    let match = row.mac;
    if (reads > 0) match += read.row(switches, row.switch)?.zone;
    if (reads > 1) match += read.row(zones, 'local')?.name;
    if (reads > 2) match += read.lookup(byMac, row.mac).length;
    if (reads > 3) match += read.has(policies, key);
    if (reads > 4) match += read.row(policies, row.switch)?.verdict;
    if (reads > 5) match += read.row(policies, 'default')?.verdict;
    return [[key, { match, priority: row.tunnelKey % 100 }]];
  });
  graph.commit(() => {
    zones.set('local', { name: 'zone' });
    for (let i = 0; i < units / portsPerSwitch; i++) switches.set(`switch-${i}`, { zone: 'local' });
    for (let i = 0; i < units; i++) ports.set(portKey(i), port(i));
  });
  return { graph, ports, flows };
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function heapBytes(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

/** CPU milliseconds, user and system, of `work`. */
function cpu(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

const median = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;

interface ChangeCost {
  readonly rows: number;
  /** Microseconds a change when the same hundred rows change over and over: the work that there is to do. */
  readonly hot: number;
  /** When every change is of another row anywhere in the table: the same work on memory that no cache holds. */
  readonly cold: number;
  /** Units that ran for a change. */
  readonly runs: number;
}

/** Tells one version of a row from the next. */
let generations = 0;

function changeCost(rows: number): ChangeCost {
  const made = world(rows, 6);
  collect(); // so that no marking of what the build left behind runs beside the changes
  const runs = (): number => made.graph.statistics().reduce((sum, table) => sum + table.runs, 0);
  const [before, first] = [runs(), generations];
  const hot = changes(made, Math.min(rows, 100));
  const cold = changes(made, rows);
  return { rows, hot, cold, runs: (runs() - before) / (generations - first) };
}

/**
 * Microseconds of wall time per one-row change of the first `rows` ports. The lower quartile of batches, each far above the
 * clock's resolution: what else the machine does only ever adds.
 */
function changes({ ports, flows }: World, rows: number): number {
  let heard = 0;
  const end = flows.subscribe(({ changes }) => {
    heard += changes.size;
  });
  const batch = 200;
  let generation = 0;
  const figures = Array.from({ length: 45 }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < batch; i++) {
      const which = (generation++ * 7919) % rows;
      ports.set(portKey(which), port(which, ++generations));
    }
    return Number(process.hrtime.bigint() - start) / 1000 / batch;
  });
  end();
  if (heard !== generation) throw new Error(`${generation} changes were made and ${heard} heard of`);
  return figures.slice(25).sort((a, b) => a - b)[5] ?? Number.NaN;
}

interface Memory {
  readonly bytesPerUnit: number;
  readonly bytesPerRead: number;
}

/** Heap of a unit with its output and of one recorded read, the input rows not counted. */
function memory(units: number): Memory {
  const inputs = (() => {
    const before = heapBytes();
    const graph = new Graph();
    const ports = graph.input<Port>('ports');
    ports.index('mac', (row) => [row.mac]);
    graph.commit(() => {
      for (let i = 0; i < units; i++) ports.set(portKey(i), port(i));
    });
    const size = heapBytes() - before;
    return ports.size === units ? size : Number.NaN;
  })();
  const total = (reads: number): number => {
    const before = heapBytes();
    const made = world(units, reads);
    const size = heapBytes() - before;
    return made.flows.size === units ? size : Number.NaN;
  };
  const [none, six] = [total(0), total(6)];
  return { bytesPerUnit: (none - inputs) / units, bytesPerRead: (six - none) / units / 6 };
}

/** What one change costs by table size, what units and reads weigh, and how long a cold start takes. */
export async function incrementalBench(options: { readonly repeat: number; readonly json: boolean }): Promise<void> {
  const repeated = (work: () => void): number => median(Array.from({ length: options.repeat }, () => cpu(work)));
  const first = cpu(() => world(54_000, 6));
  const cold = [54_000, 100_000].map((units) => ({ units, cpuMs: repeated(() => world(units, 6)) }));
  const weight = memory(100_000);
  changeCost(1_000); // compiles what is measured
  const change = [1_000, 10_000, 100_000, 1_000_000].map(changeCost);
  if (options.json) {
    console.log(JSON.stringify({ bench: 'incremental', firstColdStartMs: first, cold, memory: weight, change }));
    return;
  }
  console.log('incremental: six recorded reads a unit');
  console.log(`  cold start, 54000 units, first in the process: ${first.toFixed(0)} ms CPU`);
  for (const { units, cpuMs } of cold) console.log(`  cold start, ${units} units: ${cpuMs.toFixed(0)} ms CPU`);
  console.log(
    `  memory: ${weight.bytesPerUnit.toFixed(0)} bytes a unit with its output row, ${weight.bytesPerRead.toFixed(0)} bytes a recorded read`,
  );
  for (const { rows, hot, cold: anywhere, runs } of change)
    console.log(
      `  one-row change, table of ${rows} rows: ${hot.toFixed(1)} µs; of rows all over it ${anywhere.toFixed(1)} µs; ${runs} units run`,
    );
  const ratio = (change.at(-1)?.hot ?? Number.NaN) / (change.at(0)?.hot ?? Number.NaN);
  console.log(`  growth from 10^3 to 10^6 rows: ${ratio.toFixed(2)}x`);
}

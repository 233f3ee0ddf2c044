import { join } from 'node:path';
import type { Oracle } from '../find-oracle.ts';
import { JsonRpc } from '../json-rpc.ts';
import { OracleError } from '../oracle-error.ts';
import { rowsOf, type Sandbox, startSandbox } from '../sandbox.ts';
import { insert, named, type OvsdbOperation } from '../southbound-rows.ts';
import { ComparedBridge, isLogicalTable } from './bridge.ts';
import { compileAll, flowText, isTooLarge, type Ours, type PlacedFlow, type RealIds, readable } from './compile.ts';
import { Random } from './random.ts';
import { randomActions } from './random-actions.ts';
import { randomMatch } from './random-match.ts';
import { randomPacket } from './random-packet.ts';
import { namesOf, type PlacedDatapath, type Topology, topology, topologyRows } from './topology.ts';

/** How much to compare. */
export interface DifferentialOptions {
  /** Pairs of a switch and a router; each pair has 100 logical flows, one in every table. */
  readonly pairs: number;
  /** Packets through each valid logical flow. */
  readonly packets: number;
  readonly seed: number;
  readonly note?: (text: string) => void;
}

/** What came out. */
export interface DifferentialResult {
  readonly logicalFlows: number;
  /** Those that both sides compiled. */
  readonly valid: number;
  /** Those that both sides refused with the same words. */
  readonly refused: number;
  readonly openFlows: number;
  readonly traces: number;
  /** Where the two sides are not alike; empty is the aim. */
  readonly differences: readonly string[];
}

interface RandomFlow {
  readonly datapath: PlacedDatapath;
  readonly row: OvsdbOperation;
}

function randomFlow(
  random: Random,
  world: Topology,
  datapath: PlacedDatapath,
  pipeline: 'ingress' | 'egress',
  table: number,
): RandomFlow {
  const names = namesOf(datapath);
  const { match: needed, actions } = randomActions(random, names);
  let whole: string;
  // The real controller has no limit: what explodes would keep it busy for hours.
  do {
    const match = randomMatch(random, names);
    whole = needed === '1' ? match : `(${match}) && (${needed})`;
  } while (isTooLarge(whole, world, datapath));
  const row = insert('Logical_Flow', {
    logical_datapath: named(datapath.name),
    pipeline,
    table_id: table,
    priority: random.below(65536),
    match: whole,
    actions,
  });
  return { datapath, row };
}

export function randomFlows(random: Random, world: Topology): RandomFlow[] {
  const flows: RandomFlow[] = [];
  for (const datapath of world.datapaths) {
    for (let table = 0; table < 34; table++) flows.push(randomFlow(random, world, datapath, 'ingress', table));
    for (let table = 0; table < 16; table++) flows.push(randomFlow(random, world, datapath, 'egress', table));
  }
  return flows;
}

/** The rows as the database has them, with their UUIDs. */
async function placedFlows(sandbox: Sandbox, { datapaths }: Topology): Promise<PlacedFlow[]> {
  const [bindings, flows] = await sandbox.transact([
    { op: 'select', table: 'Datapath_Binding', where: [], columns: ['_uuid', 'tunnel_key'] },
    { op: 'select', table: 'Logical_Flow', where: [] },
  ]);
  const keys = new Map(rowsOf(bindings).map((row) => [JSON.stringify(row['_uuid']), row['tunnel_key']]));
  return rowsOf(flows).map((row) => {
    const key = keys.get(JSON.stringify(row['logical_datapath']));
    const datapath = datapaths.find(({ tunnelKey }) => tunnelKey === key);
    const { _uuid: uuid, pipeline, table_id: table, priority, match, actions } = row;
    if (datapath === undefined || !Array.isArray(uuid))
      throw new OracleError('command-failed', 'a row without datapath');
    return {
      uuid: String(uuid[1]),
      pipeline: pipeline === 'egress' ? 'egress' : 'ingress',
      table: Number(table),
      priority: Number(priority),
      match: String(match),
      actions: String(actions),
      datapath,
    };
  });
}

/** `text: id` lines of a table of the controller. */
function parseTable(text: string): Map<string, number> {
  const ids = new Map<string, number>();
  for (const line of text.split('\n')) {
    const parts = /^(.*): (\d+)$/.exec(line.trim());
    if (parts?.[1] !== undefined) ids.set(parts[1], Number(parts[2]));
  }
  return ids;
}

async function realIds(sandbox: Sandbox): Promise<RealIds> {
  const control = await JsonRpc.connect(join(sandbox.ovs.dir, `ovn-controller.${sandbox.controllerPid}.ctl`));
  const groups = parseTable(await control.command('group-table-list'));
  const meters = parseTable(await control.command('meter-table-list'));
  const dump = await control.command('debug/dump-lflow-conj-ids');
  control.close();
  const conjunctions = new Map<string, number>();
  for (const [, uuid, start] of dump.matchAll(/lflow: ([0-9a-f-]+),.*?start: (\d+)/g)) {
    if (uuid !== undefined) conjunctions.set(uuid, Number(start));
  }
  return { groups, meters, conjunctions };
}

/** What the controller said about a match or an action list that it refused, by text. */
function realErrors(log: string): Map<string, string> {
  const errors = new Map<string, string>();
  for (const line of log.split('\n')) {
    const at = /\|lflow\|WARN\|error parsing (match|actions) (".*)$/.exec(line);
    if (at?.[2] === undefined) continue;
    const end = at[2].lastIndexOf('": ');
    errors.set(`${at[1]} ${at[2].slice(1, end)}`, at[2].slice(end + 3));
  }
  return errors;
}

function compareErrors(
  flow: PlacedFlow,
  ours: Ours | undefined,
  errors: ReadonlyMap<string, string>,
): string | undefined {
  const real = errors.get(`actions ${flow.actions}`) ?? errors.get(`match ${flow.match}`);
  const got = ours !== undefined && 'error' in ours ? ours.error : undefined;
  if (real === got) return undefined;
  return `${flow.match} | ${flow.actions}\n  real: ${real ?? 'compiles it'}\n  ours: ${got ?? 'compiles it'}`;
}

/** Flows that only one side has, by logical flow: each has a table of its datapath for itself. */
function compareFlows(real: readonly string[], ours: readonly string[], flows: readonly PlacedFlow[]): string[] {
  const [a, b] = [new Set(real), new Set(ours)];
  const byPlace = new Map<string, string[]>();
  const note = (line: string, side: string) => {
    const place = `${/table=\d+/.exec(line)?.[0]} ${/metadata=0x[0-9a-f]+/.exec(line)?.[0]}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), `${side}: ${line}`]);
  };
  for (const line of real) if (!b.has(line)) note(line, 'only real');
  for (const line of ours) if (!a.has(line)) note(line, 'only ours');
  const placeOf = (flow: PlacedFlow) =>
    `table=${openFlowTable(flow)} metadata=0x${flow.datapath.tunnelKey.toString(16)}`;
  return [...byPlace].map(([place, lines]) => {
    const flow = flows.find((candidate) => placeOf(candidate) === place);
    const shown = [...lines.filter((line) => line.startsWith('only real')).slice(0, 3), ...lines.slice(-3)];
    return [`${flow?.match} | ${flow?.actions} (${lines.length} differ)`, ...shown].join('\n  ');
  });
}

function openFlowTable({ pipeline, table }: PlacedFlow): number {
  return (pipeline === 'ingress' ? 8 : 48) + table;
}

/**
 * A trace without what names the bridge or comes from cookies. Datapath port numbers differ by bridge; the OpenFlow ones, which the
 * trace has too, do not. Several flows of one logical flow may match a packet: they all do the same, and which one the switch takes
 * (and so the megaflow) is not defined.
 */
function normalTrace(text: string): string {
  return text
    .replace(/^Datapath actions: .*$/gm, (line) => line.replace(/(?<=[ ,(])\d+(?=[,)]|$)/g, 'port'))
    .replace(/bridge\("[^"]*"\)/g, 'bridge')
    .replace(/^( *\d+\.) .*(priority \d+)/gm, '$1 $2')
    .replace(/^Megaflow: .*$/gm, '')
    .replace(/, cookie 0x[0-9a-f]+/g, '')
    .replace(/rule_cookie=0x[0-9a-f]+/g, '')
    .replace(/recirc\(0x[0-9a-f]+\)|recirc_id=0x[0-9a-f]+|recirc_id=\d+/g, 'recirc');
}

async function comparePackets(
  sandbox: Sandbox,
  flows: readonly PlacedFlow[],
  options: DifferentialOptions,
): Promise<{ readonly traces: number; readonly differences: string[] }> {
  const control = await JsonRpc.connect(join(sandbox.ovs.dir, 'vswitchd.ctl'));
  const random = new Random(options.seed + 1);
  const differences: string[] = [];
  let traces = 0;
  for (const [index, flow] of flows.entries()) {
    const place = {
      table: openFlowTable(flow),
      datapath: flow.datapath.tunnelKey,
      portKeys: [0, ...flow.datapath.ports.values()],
    };
    for (let n = 0; n < options.packets; n++) {
      const packet = randomPacket(random, place);
      const [real, ours] = await Promise.all([
        control.command('ofproto/trace', 'real', packet),
        control.command('ofproto/trace', 'ours', packet),
      ]);
      traces++;
      if (normalTrace(real) !== normalTrace(ours)) differences.push(`${packet}\n  real: ${real}\n  ours: ${ours}`);
    }
    if (index % 100 === 99) options.note?.(`${index + 1} of ${flows.length} logical flows traced`);
  }
  control.close();
  return { traces, differences };
}

/** Random logical flows through the real controller and through ours; then random packets through what both made. */
export async function runDifferential(oracle: Oracle, options: DifferentialOptions): Promise<DifferentialResult> {
  const random = new Random(options.seed);
  const world = topology(options.pairs);
  const sandbox = await startSandbox(oracle, { ports: world.interfaces });
  try {
    await sandbox.transact([...topologyRows(world), ...randomFlows(random, world).map(({ row }) => row)]);
    await sandbox.settled();
    const log = sandbox.log();
    if (log.includes('OpenFlow error')) throw new OracleError('command-failed', `the switch refused: ${refusal(log)}`);
    const flows = await placedFlows(sandbox, world);
    const ids = await realIds(sandbox);
    const { results, groups } = compileAll(flows, world, ids);
    const errors = realErrors(log);
    const differences = flows.flatMap((flow) => compareErrors(flow, results.get(flow.uuid), errors) ?? []);
    const real = await ComparedBridge.create(sandbox.ovs, 'real');
    const ours = await ComparedBridge.create(sandbox.ovs, 'ours');
    const meters = [...ids.meters.values()];
    const realFlows = (await sandbox.flows()).filter((line) =>
      isLogicalTable(Number(/table=(\d+)/.exec(line)?.[1] ?? 0)),
    );
    await real.install({ groups: await sandbox.groups(), meters, flows: realFlows.map(asFlowMod) });
    const compiled = [...results.values()].flatMap((result) => ('flows' in result ? result.flows : []));
    await ours.install({
      groups: [...groups].map(([text, id]) => `group_id=${id},${text}`),
      meters,
      flows: mergeClauses(compiled.map(flowText)),
    });
    const lists = compareFlows(await real.flows(), await ours.flows(), flows);
    const valid = flows.filter((flow) => 'flows' in (results.get(flow.uuid) ?? {}));
    options.note?.(
      `${flows.length} logical flows, ${valid.length} valid, ${realFlows.length} OpenFlow flows; ${lists.length} logical flows differ in text`,
    );
    const packets = await comparePackets(sandbox, valid, options);
    return {
      logicalFlows: flows.length,
      valid: valid.length,
      refused: flows.length - valid.length,
      openFlows: realFlows.length,
      traces: packets.traces,
      differences: [...differences, ...lists, ...packets.differences],
    };
  } finally {
    await sandbox.stop();
  }
}

function refusal(log: string): string {
  return log.slice(Math.max(0, log.indexOf('OpenFlow error') - 1000)).slice(0, 1500);
}

/** A dumped flow as ovs-ofctl takes it back. */
function asFlowMod(line: string): string {
  return readable(line.replace(/cookie=0x[0-9a-f]+,\s*/, ''));
}

/** Clauses with equal matches are one flow with several conjunctions. */
function mergeClauses(lines: readonly string[]): string[] {
  const byMatch = new Map<string, string[]>();
  for (const line of lines) {
    const at = line.indexOf('actions=');
    const key = line.slice(0, at);
    byMatch.set(key, [...(byMatch.get(key) ?? []), line.slice(at + 8)]);
  }
  return [...byMatch].map(([key, actions]) => {
    const plain = actions.find((text) => !text.startsWith('conjunction('));
    return `${key}actions=${plain ?? actions.join(',')}`;
  });
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenVSwitch } from '@ovnkube/testing';

/** Tables of the two logical pipelines; everything else is the controller's own. */
export const isLogicalTable = (table: number): boolean => (table >= 8 && table < 42) || (table >= 48 && table < 64);

/** Tables that logical flows send packets to. */
const HELPERS = [42, 43, 44, 45, 46, 47, ...Array.from({ length: 25 }, (_, n) => 64 + n)];
/** Table t is recorded by an output to port PORT_BASE + t. */
const PORT_BASE = 100;

/** A bridge without a controller that has one side's logical flows, and in place of helper tables a trace that they were reached. */
export class ComparedBridge {
  readonly name: string;
  private readonly ovs: OpenVSwitch;

  private constructor(ovs: OpenVSwitch, name: string) {
    this.ovs = ovs;
    this.name = name;
  }

  static async create(ovs: OpenVSwitch, name: string): Promise<ComparedBridge> {
    await ovs.addBridge(name);
    const ports = [1, ...HELPERS.map((table) => PORT_BASE + table)];
    await ovs.vsctl(
      ...ports.flatMap((port) => [
        ...['--', 'add-port', name, `${name}${port}`],
        ...['--', 'set', 'interface', `${name}${port}`, 'type=dummy', `ofport_request=${port}`],
      ]),
    );
    return new ComparedBridge(ovs, name);
  }

  /** Installs groups, meters and flows in ovs-ofctl's text. */
  async install(side: {
    readonly groups: readonly string[];
    readonly meters: readonly number[];
    readonly flows: readonly string[];
  }): Promise<void> {
    for (const id of side.meters)
      await this.ofctl('add-meter', this.socket, `meter=${id},kbps,band=type=drop,rate=1000000`);
    await this.load('add-groups', side.groups);
    const starts = Array.from({ length: 64 }, (_, table) => table).filter(isLogicalTable);
    const plumbing = [
      ...starts.map((table) => `table=0,priority=1,tun_id=${table},actions=resubmit(,${table})`),
      ...HELPERS.map((table) => `table=${table},priority=0,actions=output:${PORT_BASE + table}`),
    ];
    await this.load('add-flows', [...plumbing, ...side.flows]);
  }

  /** The logical flows as the switch itself prints them, without cookies, conjunctions in order. */
  async flows(): Promise<string[]> {
    const text = await this.ofctl('--no-stats', 'dump-flows', this.socket);
    return text
      .split('\n')
      .map(normalFlow)
      .filter((line) => {
        const table = /^table=(\d+)/.exec(line)?.[1];
        return table !== undefined && isLogicalTable(Number(table));
      })
      .sort();
  }

  private get socket(): string {
    return this.ovs.mgmtSocket(this.name);
  }

  private ofctl(...args: string[]): Promise<string> {
    return this.ovs.ofctl('-O', 'OpenFlow15', ...args);
  }

  private async load(command: string, lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    const file = join(this.ovs.dir, `${this.name}.${command}`);
    await writeFile(file, `${lines.join('\n')}\n`);
    await this.ofctl(command, this.socket, file);
  }
}

/** A dumped flow without cookie; clauses of conjunctions sorted, because their order means nothing. */
export function normalFlow(line: string): string {
  const flow = line
    .trim()
    .replace(/cookie=0x[0-9a-f]+,\s*/, '')
    .replace(/,\s+/g, ',')
    .replace(' actions=', ',actions=');
  const at = flow.indexOf('actions=');
  if (!flow.includes('conjunction(', at)) return flow;
  const clauses = flow.slice(at + 8).split(/,(?=conjunction)/);
  return `${flow.slice(0, at)}actions=${clauses.sort().join(',')}`;
}

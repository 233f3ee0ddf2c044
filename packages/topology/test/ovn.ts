// Real OVN for a test: northbound and southbound ovsdb-servers, ovn-northd, and the tools that ask them.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DesiredRow, DesiredValue } from '@ovnkube/ovn-db';
import { type Daemon, missing, type OvsdbServer, run, scratch, startDaemon, startOvsdbServer } from '@ovnkube/testing';
import { isRef } from './cluster.ts';

const folder = process.env['OVNKUBE_OVN'] ?? join(homedir(), '.cache', 'ovn-oracle');
const schemas = ['ovn-nb', 'ovn-sb'].map((name) => join(folder, 'usr', 'share', 'ovn', `${name}.ovsschema`));
const program = (name: string) => join(folder, 'bin', name);

/** Why real OVN cannot be asked here; undefined when it can. Printed once, so that a skip is never silent. */
export function ovnMissing(): string | undefined {
  const absent = [...['ovn-northd', 'ovn-nbctl', 'ovn-sbctl', 'ovn-trace'].map(program), ...schemas].find(
    (file) => !existsSync(file),
  );
  if (absent === undefined) return missing('ovsdb-server', 'ovsdb-tool', 'ovsdb-client');
  const reason = `skipped: needs OVN 26.03; ${absent} is missing (OVNKUBE_OVN names the folder)`;
  console.warn(reason);
  return reason;
}

export class Ovn {
  readonly #northbound: OvsdbServer;
  readonly #southbound: OvsdbServer;
  readonly #northd: Daemon;
  readonly #log: string;

  private constructor(northbound: OvsdbServer, southbound: OvsdbServer, northd: Daemon, log: string) {
    this.#northbound = northbound;
    this.#southbound = southbound;
    this.#northd = northd;
    this.#log = log;
  }

  static async start(): Promise<Ovn> {
    const [nb = '', sb = ''] = schemas;
    const dir = await scratch('ovn');
    const northbound = await startOvsdbServer({ schemas: [nb] });
    const southbound = await startOvsdbServer({ schemas: [sb] });
    const log = join(dir, 'ovn-northd.log');
    const remotes = [`--ovnnb-db=unix:${northbound.socket}`, `--ovnsb-db=unix:${southbound.socket}`];
    const control = join(dir, 'northd.ctl');
    const northd = await startDaemon(
      [program('ovn-northd'), '--no-chdir', '-vconsole:info', `--unixctl=${control}`, ...remotes],
      { logFile: log, readySocket: control },
    );
    return new Ovn(northbound, southbound, northd, log);
  }

  /** Where a client finds a database. */
  remote(database: 'OVN_Northbound' | 'OVN_Southbound'): string {
    return `unix:${database === 'OVN_Northbound' ? this.#northbound.socket : this.#southbound.socket}`;
  }

  async stop(): Promise<void> {
    await this.#northd.stop();
    await Promise.all([this.#northbound.stop(), this.#southbound.stop()]);
  }

  nbctl(...args: readonly string[]): Promise<string> {
    return run(program('ovn-nbctl'), [`--db=unix:${this.#northbound.socket}`, ...args]);
  }

  sbctl(...args: readonly string[]): Promise<string> {
    return run(program('ovn-sbctl'), [`--db=unix:${this.#southbound.socket}`, ...args]);
  }

  trace(datapath: string, microflow: string): Promise<string> {
    return run(program('ovn-trace'), [`--db=unix:${this.#southbound.socket}`, '--minimal', datapath, microflow]);
  }

  /** Inserts rows into an empty database, in one transaction. */
  async insert(database: 'OVN_Northbound' | 'OVN_Southbound', rows: readonly DesiredRow[]): Promise<void> {
    const { socket } = database === 'OVN_Northbound' ? this.#northbound : this.#southbound;
    const reply = await run('ovsdb-client', [
      'transact',
      `unix:${socket}`,
      JSON.stringify([database, ...operations(rows)]),
    ]);
    const errors = JSON.parse(reply).filter(
      (result: unknown) => typeof result === 'object' && result !== null && 'error' in result,
    );
    if (errors.length > 0) throw new Error(`${database} refuses the rows: ${JSON.stringify(errors)}`);
  }

  /** Warnings and errors that northd has logged. */
  async complaints(): Promise<readonly string[]> {
    const lines = (await readFile(this.#log, 'utf8')).split('\n');
    return lines.filter((line) => /\|(WARN|ERR|EMER)\|/.test(line));
  }
}

/** Tables whose rows have no name column. */
const nameless = new Set([
  'Encap',
  'Logical_Router_Policy',
  'Logical_Router_Static_Route',
  'Meter_Band',
  'NAT',
  'Static_MAC_Binding',
]);

/** Insert operations with named-uuids (RFC 7047 §5.1), rows being references where others name them. */
function operations(rows: readonly DesiredRow[]): readonly unknown[] {
  const names = new Map(rows.map(({ table, name }, index) => [`${table}/${name}`, `row${index}`]));
  const uuid = (table: string, name: string) => [
    'named-uuid',
    names.get(`${table}/${name}`) ?? `no row ${table} ${name}`,
  ];
  const children = new Map<string, Record<string, unknown[]>>();
  for (const { table, name, parents = [] } of rows) {
    for (const parent of parents) {
      const key = `${parent.table}/${parent.name}`;
      const columns = children.get(key) ?? {};
      columns[parent.column] = [...(columns[parent.column] ?? []), uuid(table, name)];
      children.set(key, columns);
    }
  }
  const atom = (value: unknown): unknown => (isRef(value) ? uuid(value.table, value.name) : value);
  const column = (value: DesiredValue): unknown => {
    if (value === undefined) return ['set', []];
    if (isRef(value) || typeof value !== 'object') return atom(value);
    return Array.isArray(value) ? ['set', value.map(atom)] : ['map', Object.entries(value)];
  };
  return rows.map(({ table, name, columns }) => ({
    op: 'insert',
    table,
    'uuid-name': names.get(`${table}/${name}`),
    row: {
      ...(nameless.has(table) ? {} : { name }),
      ...Object.fromEntries(Object.entries(columns).map(([key, value]) => [key, column(value)])),
      ...Object.fromEntries(
        Object.entries(children.get(`${table}/${name}`) ?? {}).map(([key, set]) => [key, ['set', set]]),
      ),
    },
  }));
}

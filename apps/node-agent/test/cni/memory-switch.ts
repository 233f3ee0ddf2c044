import { randomUUID } from 'node:crypto';
import {
  type ChangeBatch,
  type Operation,
  type Outcome,
  type ReplicaTable,
  type Row,
  type RowChange,
  type RowIndex,
  type RowValues,
  type Uuid,
  uuid,
  type Value,
} from '@ovnkube/ovsdb';
import type { SwitchDatabase } from '../../src/cni/switch-port.ts';

type TableName = 'Bridge' | 'Port' | 'Interface';

/** An Open_vSwitch database in memory, as far as the CNI server uses one: inserts, ports of a bridge, rows without a reference. */
export class MemorySwitch implements SwitchDatabase {
  connected = true;
  /** What transactions give instead of being done, first one first. */
  readonly outcomes: Outcome[] = [];
  /** Comments of the transactions that were done. */
  readonly log: string[] = [];
  /** What stands where ovs-vswitchd and ovn-controller do: called with each new Interface. */
  onInterface: (name: string) => void = () => undefined;
  readonly #tables: Readonly<Record<TableName, Map<Uuid, Row>>> = {
    Bridge: new Map(),
    Port: new Map(),
    Interface: new Map(),
  };
  readonly #listeners = new Set<(batch: ChangeBatch) => void>();

  constructor(bridge: string | undefined = 'br-int') {
    if (bridge !== undefined) this.#insert('Bridge', { name: bridge, ports: [] }, new Map());
  }

  table(name: TableName): ReplicaTable<Row> {
    const rows = this.#tables[name];
    return {
      name,
      exists: true,
      columns: [],
      get size() {
        return rows.size;
      },
      get: (id) => rows.get(uuid(id)),
      has: (id) => rows.has(uuid(id)),
      rows: () => rows.values(),
      uuids: () => rows.keys(),
      createIndex: (
        index: string,
        by: readonly string[] | ((row: Row) => Iterable<string | number>),
      ): RowIndex<Row> => ({
        name: index,
        find: (...key: readonly Value[]) =>
          [...rows.values()].filter((row) =>
            typeof by === 'function'
              ? [...by(row)].includes(String(key[0]))
              : by.every((column, at) => row[column] === key[at]),
          ),
      }),
    };
  }

  subscribe(listener: (batch: ChangeBatch) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  transact: SwitchDatabase['transact'] = async (given, options = {}) => {
    options.signal?.throwIfAborted();
    const operations = typeof given === 'function' ? given() : given;
    const prepared = this.outcomes.shift();
    if (prepared) return prepared;
    if (operations.length === 0) return { status: 'unchanged' };
    this.log.push(options.comment ?? '');
    const before = new Map(this.#tables.Interface);
    const names = new Map<string, Uuid>();
    for (const operation of operations) this.#apply(operation, names);
    this.#dropUnreferenced();
    this.#announce(before);
    return { status: 'committed', results: [], uuids: names };
  };

  /** Change an Interface as ovs-vswitchd or ovn-controller would. */
  set(name: string, columns: RowValues): void {
    const before = new Map(this.#tables.Interface);
    for (const [id, row] of this.#tables.Interface) {
      if (row['name'] === name) this.#tables.Interface.set(id, { ...row, ...columns });
    }
    this.#announce(before);
  }

  /** What makes CHECK and ADD content: the port is made and OVN's flows are installed. */
  install(name: string): void {
    const row = this.rows().find((candidate) => candidate['name'] === name);
    const ids = row?.['external_ids'];
    this.set(name, { ofport: 7, external_ids: { ...(typeof ids === 'object' ? ids : {}), 'ovn-installed': 'true' } });
  }

  rows(): readonly Row[] {
    return [...this.#tables.Interface.values()];
  }

  #apply(operation: Operation, names: Map<string, Uuid>): void {
    if (operation.op === 'insert') {
      const name = operation['uuid-name'] ?? '';
      names.set(name, this.#insert(operation.table as TableName, operation.row, names));
      return;
    }
    if (operation.op !== 'mutate') throw new Error(`no ${operation.op} here`);
    for (const [column, mutator, value] of operation.mutations) {
      for (const [id, row] of this.#tables.Bridge) {
        const ports = idsOf(row[column]);
        const given = idsOf(value).map((port) => names.get(port) ?? port);
        const next = mutator === 'insert' ? [...ports, ...given] : ports.filter((port) => !given.includes(port));
        this.#tables.Bridge.set(id, { ...row, [column]: next });
      }
    }
  }

  #insert(table: TableName, row: RowValues, names: ReadonlyMap<string, Uuid>): Uuid {
    const id = uuid(randomUUID());
    const resolved = row['interfaces']
      ? { interfaces: idsOf(row['interfaces']).map((name) => names.get(name) ?? name) }
      : {};
    this.#tables[table].set(id, { ...row, ...resolved, _uuid: id });
    return id;
  }

  #dropUnreferenced(): void {
    const { Bridge, Port, Interface } = this.#tables;
    const ports = new Set([...Bridge.values()].flatMap((row) => idsOf(row['ports'])));
    for (const id of [...Port.keys()]) if (!ports.has(id)) Port.delete(id);
    const interfaces = new Set([...Port.values()].flatMap((row) => idsOf(row['interfaces'])));
    for (const id of [...Interface.keys()]) if (!interfaces.has(id)) Interface.delete(id);
  }

  #announce(before: ReadonlyMap<Uuid, Row>): void {
    const after = this.#tables.Interface;
    const changes = new Map<Uuid, RowChange>();
    for (const id of new Set([...before.keys(), ...after.keys()])) {
      const [old, now] = [before.get(id), after.get(id)];
      if (old !== now) changes.set(id, { ...(old ? { old } : {}), ...(now ? { new: now } : {}) });
    }
    if (changes.size === 0) return;
    for (const listener of this.#listeners) listener({ cause: 'update', tables: new Map([['Interface', changes]]) });
    for (const [id, { old, new: now }] of changes) {
      if (old === undefined && now && after.has(id)) this.onInterface(String(now['name']));
    }
  }
}

const idsOf = (value: Value): readonly string[] =>
  (Array.isArray(value) ? value : []).filter((id) => typeof id === 'string');

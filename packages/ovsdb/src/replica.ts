import type { ChangeBatch, RowChange } from './change-batch.ts';
import { OvsdbError } from './error.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import { callEach } from './listeners.ts';
import type { DatabaseSchema } from './schema.ts';
import { TableCodec } from './table-codec.ts';
import { TableReplica } from './table-replica.ts';
import type { Uuid } from './uuid.ts';
import type { Row } from './value.ts';

export type Changes = Map<string, Map<Uuid, RowChange>>;
/** A whole database as a monitor's first reply gives it. */
export type Image = Map<string, Map<string, Row>>;

/** Columns to replicate by table; undefined columns: all. No map: every table. */
export type WantedTables = ReadonlyMap<string, readonly string[] | undefined>;

/** Every table as the server has it. Changes are worked out first and applied as one; nobody sees half an update. */
export class Replica {
  private readonly wanted: WantedTables | undefined;
  private readonly tables = new Map<string, TableReplica>();
  private readonly listeners = new Set<(batch: ChangeBatch) => void>();
  /** Counts batches: has something changed since? */
  version = 0;

  constructor(wanted: WantedTables | undefined) {
    this.wanted = wanted;
  }

  table(name: string): TableReplica {
    const known = this.tables.get(name);
    if (known) return known;
    const made = new TableReplica(name);
    this.tables.set(name, made);
    return made;
  }

  /** Codecs of the tables to monitor, by name. */
  codecs(): ReadonlyMap<string, TableCodec> {
    const codecs = new Map<string, TableCodec>();
    for (const { name, codec } of this.tables.values()) if (codec) codecs.set(name, codec);
    return codecs;
  }

  /** From now on rows have this schema's form. What is held is compared with the next full image. */
  setSchema(schema: DatabaseSchema): void {
    for (const table of this.tables.values()) table.codec = undefined;
    for (const name of this.wanted?.keys() ?? schema.tables.keys()) {
      const table = schema.tables.get(name);
      if (table) this.table(name).codec = new TableCodec(table, this.wanted?.get(name));
      else this.table(name);
    }
  }

  subscribe(listener: (batch: ChangeBatch) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Everything as one batch of new rows; undefined when there are none. */
  initialBatch(): ChangeBatch | undefined {
    const tables: Changes = new Map();
    for (const table of this.tables.values()) {
      if (table.size === 0) continue;
      const changes = new Map<Uuid, RowChange>();
      for (const row of table.rows()) changes.set(row._uuid, { new: row });
      tables.set(table.name, changes);
    }
    return tables.size > 0 ? { tables, cause: 'initial' } : undefined;
  }

  /** Make the replica equal `image`; tells the number of rows that differed. */
  replace(image: Image): number {
    if (this.version === 0 && this.listeners.size === 0) return this.adopt(image);
    const changes: Changes = new Map();
    for (const table of this.tables.values()) {
      const rows = image.get(table.name) ?? new Map<string, Row>();
      const found = differences(table, rows);
      if (found.size > 0) changes.set(table.name, found);
    }
    return this.commit(changes, 'resync');
  }

  private adopt(image: Image): number {
    let count = 0;
    for (const [name, rows] of image) {
      this.table(name).adopt(rows);
      count += rows.size;
    }
    if (count > 0) this.version++;
    return count;
  }

  /** Apply changes worked out by {@link update2} or {@link update1}. Tells their number. */
  commit(changes: Changes, cause: 'update' | 'resync'): number {
    let count = 0;
    for (const [name, rows] of changes) {
      this.table(name).apply(rows);
      count += rows.size;
    }
    if (count === 0) return 0;
    this.version++;
    const batch: ChangeBatch = { tables: changes, cause };
    callEach(this.listeners, batch);
    return count;
  }

  /** The changes of `<table-updates2>` (ovsdb-server(7) §4.1.14). Throws {@link OvsdbError} `protocol` where they do not fit. */
  update2(updates: Json): Changes {
    return this.changes(updates, (table, codec, uuid, update) => {
      const old = table.get(uuid);
      const initial = update['initial'] ?? update['insert'];
      if (isJsonObject(initial)) {
        if (old && update['insert'] !== undefined) throw misfit(table.name, uuid, 'inserted, but it is there already');
        return { ...(old && { old }), new: codec.row(uuid, initial) };
      }
      if (!old) throw misfit(table.name, uuid, 'changed, but it is not there');
      const { modify } = update;
      if (isJsonObject(modify)) return { old, new: codec.modified(old, modify) };
      return { old };
    });
  }

  /** The changes of `<table-updates>` (RFC 7047 §4.1.6). `keep` filters what the server could not. */
  update1(updates: Json, keep: (table: string, row: Row) => boolean): Changes {
    return this.changes(updates, (table, codec, uuid, update) => {
      const old = table.get(uuid);
      const json = update['new'];
      const row = isJsonObject(json) ? codec.row(uuid, json) : undefined;
      const next = row && keep(table.name, row) ? row : undefined;
      return { ...(old && { old }), ...(next && { new: old && codec.same(old, next) ? old : next }) };
    });
  }

  private changes(
    updates: Json,
    change: (table: TableReplica, codec: TableCodec, uuid: string, update: JsonObject) => RowChange,
  ): Changes {
    if (!isJsonObject(updates)) throw new OvsdbError('protocol', 'the server sent an update without tables');
    const changes: Changes = new Map();
    for (const name of Object.keys(updates)) {
      const table = this.tables.get(name);
      const rows = updates[name];
      if (!table?.codec || !isJsonObject(rows))
        throw new OvsdbError('protocol', `the server sent rows of ${name}, which is not monitored`);
      const changed = new Map<Uuid, RowChange>();
      for (const uuid of Object.keys(rows)) {
        const update = rows[uuid];
        if (!isJsonObject(update)) throw misfit(name, uuid, 'no update');
        const found = change(table, table.codec, uuid, update);
        if (found.old !== found.new) changed.set(uuid as Uuid, found);
      }
      if (changed.size > 0) changes.set(name, changed);
    }
    return changes;
  }
}

function differences(table: TableReplica, rows: ReadonlyMap<string, Row>): Map<Uuid, RowChange> {
  const found = new Map<Uuid, RowChange>();
  for (const row of rows.values()) {
    const old = table.get(row._uuid);
    if (!old) found.set(row._uuid, { new: row });
    else if (!table.codec?.same(old, row)) found.set(row._uuid, { old, new: row });
  }
  for (const old of table.rows()) if (!rows.has(old._uuid)) found.set(old._uuid, { old });
  return found;
}

function misfit(table: string, uuid: string, what: string): OvsdbError {
  return new OvsdbError('protocol', `the server's update does not fit the replica: ${table} ${uuid}: ${what}`, {
    table,
  });
}

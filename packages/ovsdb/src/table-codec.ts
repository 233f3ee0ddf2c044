import type { ColumnType } from './column-type.ts';
import { defaultValue, parseValue, sameValue } from './datum.ts';
import { applyDifference } from './difference.ts';
import { OvsdbError } from './error.ts';
import type { Json, JsonObject } from './json.ts';
import { RowReader } from './row-reader.ts';
import type { TableSchema } from './schema.ts';
import type { Uuid } from './uuid.ts';
import type { Row, Value } from './value.ts';

/** Makes rows of one table of what the server sends. Compiled once for each schema and choice of columns. */
export class TableCodec {
  readonly table: string;
  /** Replicated columns, sorted as servers write them. */
  readonly columns: ReadonlyMap<string, ColumnType>;
  private readonly template: Row;
  private made: RowReader | undefined;

  /** Of `wanted` columns (undefined: all), those that the table has; the others read as undefined. */
  constructor(table: TableSchema, wanted: readonly string[] | undefined) {
    this.table = table.name;
    const names = [...(wanted ?? table.columns.keys())].filter((name) => table.columns.has(name)).sort();
    const columns = new Map<string, ColumnType>();
    for (const name of names) {
      const column = table.columns.get(name);
      if (column) columns.set(name, column.type);
    }
    this.columns = columns;
    // Parsed rather than assembled: the engine then lays all columns out in the object, and copies of it share that layout.
    const template: Record<string, Value> = JSON.parse(
      JSON.stringify(Object.fromEntries(['_uuid', ...names].map((name) => [name, '']))),
    );
    for (const [name, type] of columns) template[name] = defaultValue(type);
    this.template = template as Row;
  }

  /** Reads rows from bytes. */
  get reader(): RowReader {
    this.made ??= new RowReader(this.columns, this.template);
    return this.made;
  }

  /** A row as `initial`, `insert` or `new` carry it: columns left out have their default. */
  row(uuid: string, json: JsonObject): Row {
    const row: Record<string, Value> = { ...this.template, _uuid: uuid as Uuid };
    for (const name of Object.keys(json)) {
      const type = this.columns.get(name);
      if (type) row[name] = this.parse(uuid, name, type, json[name] ?? null);
    }
    return Object.freeze(row) as Row;
  }

  /** `old` with the differences of a `modify` (update2, update3). The same object where nothing differs. */
  modified(old: Row, json: JsonObject): Row {
    const row: Record<string, Value> = { ...old };
    let changed = false;
    for (const name of Object.keys(json)) {
      const type = this.columns.get(name);
      if (!type) continue;
      const value = applyDifference(type, old[name], this.parse(old._uuid, name, type, json[name] ?? null));
      if (sameValue(old[name], value)) continue;
      row[name] = value;
      changed = true;
    }
    return changed ? (Object.freeze(row) as Row) : old;
  }

  /** Do two rows say the same in all replicated columns? */
  same(a: Row, b: Row): boolean {
    for (const name of this.columns.keys()) if (!sameValue(a[name], b[name])) return false;
    // A row from before a conversion may have columns that are gone.
    return Object.keys(a).length === Object.keys(b).length;
  }

  private parse(uuid: string, column: string, type: ColumnType, json: Json): Value {
    try {
      return parseValue(type, json);
    } catch (cause) {
      const message = `the server's ${this.table} ${uuid} has a ${column} that does not fit its type`;
      throw new OvsdbError('protocol', message, { table: this.table, column }, { cause });
    }
  }
}

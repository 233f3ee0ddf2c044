import { identifier } from './atom.ts';
import type { BaseType, ColumnType } from './column-type.ts';
import { OvsdbError } from './error.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, stringifyJson } from './json.ts';
import { parseColumnType } from './parse-column-type.ts';

/** A database's schema (RFC 7047 §3.2) as values. */
export interface DatabaseSchema {
  readonly name: string;
  /** `x.y.z`; empty where the schema names none. */
  readonly version: string;
  readonly tables: ReadonlyMap<string, TableSchema>;
}

export interface TableSchema {
  readonly name: string;
  readonly columns: ReadonlyMap<string, ColumnSchema>;
  /** Infinity where the schema sets no limit. */
  readonly maxRows: number;
  /** Rows of a table that is not a root live as long as something refers to them. */
  readonly isRoot: boolean;
  readonly indexes: readonly (readonly string[])[];
}

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly ephemeral: boolean;
  readonly mutable: boolean;
}

/** Parse a schema: a .ovsschema file's contents, or the reply to get_schema. Throws {@link OvsdbError} `schema`. */
export function parseSchema(json: unknown): DatabaseSchema {
  const schema = asJson(json);
  if (!isJsonObject(schema)) throw new OvsdbError('schema', 'a database schema is an object');
  const { name, version = '', tables } = schema;
  if (typeof name !== 'string' || !identifier.test(name))
    throw new OvsdbError('schema', `the schema's name is ${stringifyJson(name ?? null)}, not an identifier`);
  if (typeof version !== 'string' || (version !== '' && !/^\d+\.\d+\.\d+$/.test(version)))
    throw new OvsdbError('schema', `schema version ${stringifyJson(version)} not in format x.y.z`);
  if (!isJsonObject(tables)) throw new OvsdbError('schema', "Required 'tables' member is missing.");
  const parsed = new Map<string, TableSchema>();
  // Before OVS had isRoot, every table was a root: so it still is in a schema that marks none (ovsdb-server(7) §3.2).
  const anyRoot = Object.values(tables).some((table) => isJsonObject(table) && table['isRoot'] === true);
  for (const table of Object.keys(tables)) {
    if (!identifier.test(table) || table.startsWith('_'))
      throw new OvsdbError('schema', `names beginning with "_" are reserved and others are identifiers: "${table}"`, {
        table,
      });
    parsed.set(table, parseTable(table, tables[table] ?? null, !anyRoot));
  }
  for (const table of parsed.values()) checkReferences(table, parsed);
  return { name, version, tables: parsed };
}

function asJson(json: unknown): Json {
  const isJson = (value: unknown): value is Json => value !== undefined && typeof value !== 'function';
  if (isJson(json)) return json;
  throw new OvsdbError('schema', 'a database schema is an object');
}

function parseTable(name: string, json: Json, everyTableIsRoot: boolean): TableSchema {
  if (!isJsonObject(json) || !isJsonObject(json['columns']))
    throw new OvsdbError('schema', `table ${name} has no columns`, { table: name });
  const { columns, maxRows, indexes = [], isRoot } = json;
  const parsed = new Map<string, ColumnSchema>();
  for (const column of Object.keys(columns)) {
    try {
      parsed.set(column, parseColumn(column, columns[column] ?? null));
    } catch (cause) {
      if (!(cause instanceof OvsdbError)) throw cause;
      throw new OvsdbError('schema', cause.message, { table: name, column }, { cause });
    }
  }
  if (!isJsonArray(indexes)) throw new OvsdbError('schema', `table ${name}: indexes is not an array`, { table: name });
  return {
    name,
    columns: parsed,
    maxRows: typeof maxRows === 'number' ? maxRows : Infinity,
    isRoot: everyTableIsRoot || isRoot === true,
    indexes: indexes.map((index) => (isJsonArray(index) ? index.map(String) : [])),
  };
}

function parseColumn(name: string, json: Json): ColumnSchema {
  if (!isJsonObject(json) || json['type'] === undefined) throw new OvsdbError('schema', `column ${name} has no type`);
  const { type: typeJson, ephemeral, mutable } = json as JsonObject & { readonly type: Json };
  const type = parseColumnType(typeJson);
  // Removing a row clears weak references to it, so such a column cannot be constant (ovsdb-server(7) §3.2).
  const weak = type.key.refType === 'weak' || type.value?.refType === 'weak';
  return { name, type, ephemeral: ephemeral === true, mutable: mutable !== false || weak };
}

function checkReferences(table: TableSchema, tables: ReadonlyMap<string, TableSchema>): void {
  for (const { name, type } of table.columns.values()) {
    const check = (base: BaseType | undefined, part: string): void => {
      if (base?.refTable === undefined || tables.has(base.refTable)) return;
      const message = `column ${name} ${part} refers to undefined table ${base.refTable}`;
      throw new OvsdbError('schema', message, { table: table.name, column: name, tag: 'syntax error' });
    };
    check(type.key, 'key');
    check(type.value, 'value');
  }
}

import type { ColumnType } from './column-type.ts';
import { OvsdbError } from './error.ts';
import type { DatabaseSchema, TableSchema } from './schema.ts';

const uuidType: ColumnType = { key: { type: 'uuid' }, min: 1, max: 1 };

/** The type of a column, `_uuid` and `_version` (RFC 7047 §3.2) included. Throws {@link OvsdbError} `unknown column`. */
export function columnType(table: TableSchema, column: string): ColumnType {
  const found = table.columns.get(column);
  if (found) return found.type;
  if (column === '_uuid' || column === '_version') return uuidType;
  const message = `table ${table.name} has no column ${column} in the server's schema`;
  throw new OvsdbError('unknown column', message, { table: table.name, column });
}

/** Throws {@link OvsdbError} `unknown table`. */
export function tableSchema(schema: DatabaseSchema, table: string): TableSchema {
  const found = schema.tables.get(table);
  if (found) return found;
  const version = schema.version === '' ? '' : ` (version ${schema.version})`;
  throw new OvsdbError('unknown table', `database ${schema.name}${version} has no table ${table}`, {
    database: schema.name,
    table,
  });
}

import { identifier } from './atom.ts';
import { formatCondition } from './condition.ts';
import { formatValue, parseValue } from './datum.ts';
import { OvsdbError } from './error.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, stringifyJson } from './json.ts';
import { formatMutation } from './mutation.ts';
import type { Operation, OperationResult } from './operation.ts';
import type { DatabaseSchema, TableSchema } from './schema.ts';
import { columnType, tableSchema } from './table-columns.ts';
import { isUuid, zeroUuid } from './uuid.ts';
import type { Row, RowValues, Value } from './value.ts';

/**
 * An operation's JSON form (RFC 7047 §5.2), checked against the server's schema. Throws {@link OvsdbError} naming table and
 * column, so that what the server could not take is never sent.
 */
export function formatOperation(schema: DatabaseSchema, operation: Operation): Json {
  switch (operation.op) {
    case 'commit':
    case 'abort':
    case 'comment':
    case 'assert':
      return operation;
    case 'insert': {
      const table = tableSchema(schema, operation.table);
      const name = operation['uuid-name'];
      if (name !== undefined && !identifier.test(name))
        throw new OvsdbError(
          'value',
          `"${name}" is no uuid-name: letters, digits and "_", not beginning with a digit`,
          { table: table.name },
        );
      return {
        op: 'insert',
        table: table.name,
        row: formatRow(table, operation.row),
        ...(name !== undefined && { 'uuid-name': name }),
        ...(operation.uuid !== undefined && { uuid: operation.uuid }),
      };
    }
    case 'select': {
      const { table, where } = formatWhere(schema, operation);
      const { columns } = operation;
      return { op: 'select', table: table.name, where, ...(columns && { columns: known(table, columns) }) };
    }
    case 'update': {
      const { table, where } = formatWhere(schema, operation);
      return { op: 'update', table: table.name, where, row: formatRow(table, operation.row) };
    }
    case 'mutate': {
      const { table, where } = formatWhere(schema, operation);
      return {
        op: 'mutate',
        table: table.name,
        where,
        mutations: operation.mutations.map((mutation) => located(table, () => formatMutation(table, mutation))),
      };
    }
    case 'delete': {
      const { table, where } = formatWhere(schema, operation);
      return { op: 'delete', table: table.name, where };
    }
    case 'wait': {
      const { table, where } = formatWhere(schema, operation);
      const { columns, until, rows, timeout } = operation;
      return {
        op: 'wait',
        table: table.name,
        where,
        columns: known(table, columns),
        until,
        rows: rows.map((row) => formatRow(table, row)),
        ...(timeout !== undefined && { timeout }),
      };
    }
  }
}

type WithWhere = Extract<Operation, { readonly where: unknown }>;

function formatWhere(schema: DatabaseSchema, operation: WithWhere): { table: TableSchema; where: readonly Json[] } {
  const table = tableSchema(schema, operation.table);
  return { table, where: operation.where.map((condition) => located(table, () => formatCondition(table, condition))) };
}

function formatRow(table: TableSchema, row: RowValues): JsonObject {
  const formatted: Record<string, Json> = {};
  for (const column of Object.keys(row))
    formatted[column] = located(table, () => formatValue(columnType(table, column), row[column]), column);
  return formatted;
}

function known(table: TableSchema, columns: readonly string[]): readonly string[] {
  for (const column of columns) columnType(table, column);
  return columns;
}

/** Name the table and the column in an error about a value. */
function located<T>(table: TableSchema, format: () => T, column?: string): T {
  try {
    return format();
  } catch (cause) {
    if (!(cause instanceof OvsdbError) || cause.code !== 'value') throw cause;
    const where = [table.name, column ?? cause.details.column].filter((name) => name !== undefined).join('.');
    throw new OvsdbError(
      'value',
      `${where}: ${cause.message}`,
      { ...cause.details, table: table.name, ...(column !== undefined && { column }) },
      { cause },
    );
  }
}

/** What one operation of a committed transaction gave (RFC 7047 §5.2). Throws {@link OvsdbError} `protocol`. */
export function parseResult(schema: DatabaseSchema, operation: Operation, json: Json | undefined): OperationResult {
  const result = isJsonObject(json) ? json : {};
  switch (operation.op) {
    case 'insert': {
      const uuid = isJsonArray(result['uuid']) ? result['uuid'][1] : undefined;
      if (typeof uuid === 'string' && isUuid(uuid)) return { op: 'insert', uuid };
      throw unexpected(operation, json);
    }
    case 'select': {
      const { rows } = result;
      if (!isJsonArray(rows)) throw unexpected(operation, json);
      const table = tableSchema(schema, operation.table);
      return { op: 'select', rows: rows.map((row) => parseSelected(table, row)) };
    }
    case 'update':
    case 'mutate':
    case 'delete': {
      const { count } = result;
      if (typeof count !== 'number') throw unexpected(operation, json);
      return { op: operation.op, count };
    }
    case 'wait':
    case 'commit':
    case 'abort':
    case 'comment':
    case 'assert':
      return { op: operation.op };
  }
}

function parseSelected(table: TableSchema, json: Json): Row {
  const row: Record<string, Value> = {};
  if (isJsonObject(json))
    for (const column of Object.keys(json)) row[column] = parseValue(columnType(table, column), json[column] ?? null);
  return Object.freeze({ _uuid: zeroUuid, ...row });
}

function unexpected(operation: Operation, json: Json | undefined): OvsdbError {
  return new OvsdbError(
    'protocol',
    `the server answered ${stringifyJson(json ?? null)} to the operation ${operation.op}`,
  );
}

import {
  type BaseType,
  type ColumnType,
  formatValue,
  type Json,
  parseBaseType,
  parseColumnType,
  parseSchema,
} from '@ovnkube/ovsdb';
import { asObject, canonical } from './ovsdb-json.ts';

const unlessDefault = (member: string, value: Json | undefined): Readonly<Record<string, Json>> =>
  value === undefined ? {} : { [member]: value };

function baseJson(base: BaseType): Json {
  const { type, refTable, refType } = base;
  const constrained = Object.keys(base).length > 1;
  if (!constrained) return type;
  const values = base.enum && formatValue({ key: { type }, min: 0, max: Infinity }, base.enum);
  return {
    type,
    ...unlessDefault('enum', values),
    ...unlessDefault('minInteger', base.minInteger),
    ...unlessDefault('maxInteger', base.maxInteger),
    ...unlessDefault('minReal', base.minReal),
    ...unlessDefault('maxReal', base.maxReal),
    ...unlessDefault('minLength', base.minLength === 0 ? undefined : base.minLength),
    ...unlessDefault('maxLength', base.maxLength),
    ...unlessDefault('refTable', refTable),
    ...unlessDefault('refType', refType === 'weak' ? 'weak' : undefined),
  };
}

function typeJson({ key, value, min, max }: ColumnType): Json {
  const json = baseJson(key);
  if (!value && min === 1 && max === 1 && typeof json === 'string') return json;
  return {
    key: json,
    ...(value && { value: baseJson(value) }),
    ...(min === 0 && { min }),
    ...(max !== 1 && { max: max === Infinity ? 'unlimited' : max }),
  };
}

export const canonicalBase = (json: Json): string => canonical(baseJson(parseBaseType(json)));

export const canonicalType = (json: Json): string => canonical(typeJson(parseColumnType(json)));

export function canonicalSchema(json: Json): string {
  const { name, version, tables } = parseSchema(json);
  const tablesJson: Record<string, Json> = {};
  for (const table of tables.values()) {
    const columns: Record<string, Json> = {};
    for (const column of table.columns.values())
      columns[column.name] = {
        type: typeJson(column.type),
        ...(column.ephemeral && { ephemeral: true }),
        ...(!column.mutable && { mutable: false }),
      };
    const { isRoot } = asObject(asObject(asObject(json)['tables'] ?? null)[table.name] ?? null);
    tablesJson[table.name] = {
      columns,
      ...(isRoot === true && { isRoot }),
      ...(table.maxRows !== Infinity && { maxRows: table.maxRows }),
    };
  }
  return canonical({ name, version, tables: tablesJson });
}

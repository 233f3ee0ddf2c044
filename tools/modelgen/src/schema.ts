/** An OVSDB schema file as RFC 7047 §3.2 defines it, as far as types and formatting need it. */
export interface SchemaFile {
  readonly name: string;
  readonly version: string;
  readonly cksum?: string;
  readonly tables: { readonly [table: string]: TableFile };
}

export interface TableFile {
  readonly columns: { readonly [column: string]: ColumnFile };
  readonly maxRows?: number;
  readonly isRoot?: boolean;
  readonly indexes?: readonly (readonly string[])[];
}

export interface ColumnFile {
  readonly type: string | TypeFile;
  readonly ephemeral?: boolean;
  readonly mutable?: boolean;
}

interface TypeFile {
  readonly key: string | BaseTypeFile;
  readonly value?: string | BaseTypeFile;
  readonly min?: number;
  readonly max?: number | 'unlimited';
}

export interface BaseTypeFile {
  readonly type: string;
  /** One atom, or `["set", [atoms]]`. */
  readonly enum?: unknown;
  readonly refTable?: string;
  readonly refType?: string;
}

/** Parse the text of a schema file. Throws where it is no schema. */
export function parseSchema(text: string, origin: string): SchemaFile {
  const value: unknown = JSON.parse(text);
  if (!isSchema(value)) throw new Error(`${origin} is not an OVSDB schema: it needs "name", "version" and "tables"`);
  return value;
}

function isSchema(value: unknown): value is SchemaFile {
  if (typeof value !== 'object' || value === null) return false;
  return 'name' in value && 'version' in value && 'tables' in value && typeof value.tables === 'object';
}

/**
 * A schema as text in this repository's form: one line a column, everything in the order of the file that it came from.
 * What it says is the wire contract and stays untouched, `version` and `cksum` included: OVN's own scripts compare these
 * to decide whether a database needs conversion (ovsdb-tool(1) needs-conversion).
 */
export function formatSchema(schema: SchemaFile): string {
  const { tables, ...head } = schema;
  const lines = ['{'];
  for (const [member, value] of Object.entries(head)) lines.push(`  ${inline(member)}: ${inline(value)},`);
  lines.push('  "tables": {');
  const blocks = Object.entries(tables).map(([name, { columns, ...rest }]) => {
    const columnLines = Object.entries(columns).map(([column, value]) => `        ${inline(column)}: ${inline(value)}`);
    const restLines = Object.entries(rest).map(([member, value]) => `      ${inline(member)}: ${inline(value)}`);
    const columnBlock = `      "columns": {\n${columnLines.join(',\n')}\n      }`;
    return `    ${inline(name)}: {\n${[columnBlock, ...restLines].join(',\n')}\n    }`;
  });
  lines.push(blocks.join(',\n'), '  }', '}', '');
  return lines.join('\n');
}

/** JSON on one line, with spaces as in upstream's files. */
function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([member, each]) => `${JSON.stringify(member)}: ${inline(each)}`)
    .join(', ')}}`;
}

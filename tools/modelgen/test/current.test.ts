import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { databases, expectedFiles } from '../src/databases.ts';
import { rowTypes } from '../src/row-types.ts';
import { formatSchema, parseSchema, type SchemaFile } from '../src/schema.ts';

describe('the files of @ovnkube/ovn-db', () => {
  it('are current: npm run modelgen changes nothing', async () => {
    const files = await expectedFiles();
    expect(files).toHaveLength(2 * databases.length);
    for (const { file, content } of files) expect(await readFile(file, 'utf8'), file.pathname).toBe(content);
  });
});

const schema: SchemaFile = {
  name: 'Small',
  version: '1.0.0',
  tables: {
    Thing: {
      columns: {
        name: { type: 'string' },
        size: { type: { key: { type: 'integer' }, min: 0, max: 1 } },
        kind: { type: { key: { type: 'string', enum: ['set', ['a', 'b']] }, min: 0, max: 'unlimited' } },
        level: { type: { key: { type: 'integer', enum: ['set', [1, 2]] } } },
        ids: { type: { key: 'string', value: { type: 'uuid', refTable: 'Other' }, min: 0, max: 'unlimited' } },
        other: { type: { key: { type: 'uuid', refTable: 'Other' } } },
        any: { type: { key: 'uuid', min: 0, max: 2 } },
        ratio: { type: 'real' },
        on: { type: 'boolean', ephemeral: true },
      },
      isRoot: true,
    },
    Other: { columns: {}, maxRows: 1 },
  },
};

describe('row types', () => {
  it('follow the column types of RFC 7047 §3.2', () => {
    const lines = rowTypes(schema).split('\n');
    expect(lines.slice(3, 15)).toEqual([
      'type Thing = {',
      "  readonly _uuid: Uuid<'Thing'>;",
      '  readonly name: string;',
      '  readonly size: number | undefined;',
      "  readonly kind: readonly ('a' | 'b')[];",
      '  readonly level: 1 | 2;',
      "  readonly ids: { readonly [key: string]: Uuid<'Other'> };",
      "  readonly other: Uuid<'Other'>;",
      '  readonly any: readonly Uuid[];',
      '  readonly ratio: number;',
      '  readonly on: boolean;',
      '};',
    ]);
    expect(lines).toContain('export interface Small {');
  });

  it('refuse what is no type', () => {
    const broken = { ...schema, tables: { Thing: { columns: { x: { type: 'float' } } } } };
    expect(() => rowTypes(broken)).toThrow(/"float" is not an atomic type/);
  });
});

describe('schema files', () => {
  it('say the same after formatting', () => {
    expect(parseSchema(formatSchema(schema), 'test')).toEqual(schema);
    expect(() => parseSchema('[]', 'x.json')).toThrow(/x.json is not an OVSDB schema/);
  });
});

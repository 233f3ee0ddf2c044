import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatValue, put } from './datum.ts';
import { type Json, type JsonObject, stringifyJson } from './json.ts';
import { parseSchema, type TableSchema } from './schema.ts';
import { TableCodec } from './table-codec.ts';
import type { Atom, Value } from './value.ts';

const atoms = {
  integer: fc.oneof(fc.integer(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), fc.maxSafeInteger()),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
  boolean: fc.boolean(),
  string: fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('a"b', 'back\\slash', '\n\t', '__proto__', '\u0007', 'é', '\u{1d11e}', 'ls_in_lb'),
  ),
  uuid: fc.uuid(),
} as const;
type Type = keyof typeof atoms;
const types = Object.keys(atoms) as Type[];
const keyTypes = ['integer', 'string', 'uuid'] as const;

/** A column for each form, and values for it. */
const columns = new Map<string, { readonly json: Json; readonly values: fc.Arbitrary<Value> }>();
for (const type of types) {
  const atom: fc.Arbitrary<Atom> = atoms[type];
  columns.set(`one_${type}`, { json: type, values: atom });
  columns.set(`optional_${type}`, { json: { key: type, min: 0 }, values: fc.option(atom, { nil: undefined }) });
  columns.set(`set_${type}`, { json: { key: type, min: 0, max: 'unlimited' }, values: fc.uniqueArray(atom) });
  for (const key of keyTypes)
    columns.set(`map_${key}_${type}`, {
      json: { key, value: type, min: 0, max: 'unlimited' },
      values: fc.array(fc.tuple(atoms[key], atom)).map((pairs) => {
        const map: Record<string, Atom> = {};
        for (const [name, value] of pairs) put(map, String(name), value);
        return map;
      }),
    });
}

const columnsJson = Object.fromEntries([...columns].map(([name, { json }]) => [name, { type: json }]));
const table = parseSchema({ name: 'T', version: '1.0.0', tables: { T: { columns: columnsJson } } }).tables.get(
  'T',
) as TableSchema;
/** A few columns at a time: one odd value makes the reader decline a whole row. */
const rows = fc
  .subarray([...columns], { maxLength: 5 })
  .chain((some) => fc.record(Object.fromEntries(some.map(([name, { values }]) => [name, values]))));

function wire(row: Readonly<Record<string, Value>>): JsonObject {
  const json: Record<string, Json> = {};
  for (const name of Object.keys(row).sort()) {
    const type = table.columns.get(name)?.type;
    if (type) json[name] = formatValue(type, row[name]);
  }
  return json;
}

const uuid = '8a1dbdb8-416f-4ce9-affa-3332691714b6';

describe('RowReader', () => {
  it('reads what the general way reads, or declines; and never reads half a row', () => {
    const codec = new TableCodec(table, undefined);
    let taken = 0;
    fc.assert(
      fc.property(rows, (row) => {
        const json = wire(row);
        const text = `"${uuid}":{"initial":${stringifyJson(json)}}`;
        const bytes = Buffer.from(`${text},"next`);
        const length = Buffer.byteLength(text);
        const end = codec.reader.read(bytes, 0, bytes.length);
        expect([-1, length]).toContain(end);
        if (end < 0) return;
        taken++;
        expect(codec.reader.row).toEqual(codec.row(uuid, json));
        expect(Object.keys(codec.reader.row)).toEqual(Object.keys(codec.row(uuid, json)));
        for (let limit = 0; limit < length; limit += 1 + (length >> 6))
          expect(codec.reader.read(bytes, 0, limit)).toBe(-1);
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(60);
  });

  it('takes rows as ovsdb-servers write them', () => {
    const codec = new TableCodec(table, [
      'one_string',
      'one_integer',
      'optional_uuid',
      'set_string',
      'map_string_string',
    ]);
    const row = {
      one_string: 'inport == "p"',
      one_integer: -7,
      optional_uuid: uuid,
      set_string: ['a', 'b'],
      map_string_string: { k: 'v', l: '' },
    };
    const bytes = Buffer.from(`"${uuid}":{"initial":${stringifyJson(wire(row))}}`);
    // Twice, and more: pooled strings are the same as fresh ones.
    for (let n = 0; n < 3000; n++) expect(codec.reader.read(bytes, 0, bytes.length)).toBe(bytes.length);
    expect(codec.reader.row).toEqual({ _uuid: uuid, ...row });
    expect(Object.isFrozen(codec.reader.row)).toBe(true);
  });
});

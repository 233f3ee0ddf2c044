import type { AtomicType, ColumnType } from './column-type.ts';
import { StringPool } from './string-pool.ts';
import type { Uuid } from './uuid.ts';
import type { Atom, Row, Value } from './value.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const closeBrace = 0x7d;

/** The escapes of RFC 8259 §7 with one letter. */
const escapes: ReadonlyMap<number, number> = new Map([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x2f, 0x2f],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
]);

interface ColumnReader {
  readonly name: string;
  readonly key: Buffer;
  readonly shape: 'one' | 'optional' | 'set' | 'map';
  readonly atom: AtomicType;
  readonly item: AtomicType;
  readonly pool: StringPool;
  readonly keys: StringPool;
  /** Of a map: a pool for each key, because one key's values repeat and another's do not. */
  readonly byKey: Map<string, StringPool>;
}

const maxKeyPools = 64;

const noItems: readonly Atom[] = Object.freeze([]);

/**
 * Reads rows of one table straight from the bytes of a monitor's first reply, without an object tree between. It knows
 * JSON as ovsdb-servers write it (no white space, sorted members, small integers); whatever else it meets it declines, and
 * the caller takes the general way. So it may be strict without being wrong.
 */
export class RowReader {
  private readonly columns: readonly ColumnReader[];
  private readonly template: Row;
  private bytes: Buffer = Buffer.alloc(0);
  private pos = 0;
  private limit = 0;
  private declined = false;
  private unescaped: Buffer = Buffer.alloc(4096);
  /** What the last successful {@link read} found. */
  row: Row;

  constructor(columns: ReadonlyMap<string, ColumnType>, template: Row) {
    this.template = template;
    this.row = template;
    this.columns = [...columns].map(([name, type]) => ({
      name,
      key: Buffer.from(`${name}"`),
      shape: type.value ? 'map' : type.max > 1 ? 'set' : type.min === 0 ? 'optional' : 'one',
      atom: type.key.type,
      item: type.value?.type ?? type.key.type,
      pool: new StringPool(),
      keys: new StringPool(true),
      byKey: new Map(),
    }));
  }

  /** Read `"UUID":{"initial":{…}}` at `start`; the index after it, or -1 where it is incomplete or of another form. */
  read(bytes: Buffer, start: number, limit: number): number {
    this.bytes = bytes;
    this.limit = limit;
    this.declined = false;
    // "UUID":{"initial":{ is 38 + 2 + 9 + 2 bytes
    if (start + 52 > limit || bytes[start] !== quote || bytes[start + 37] !== quote) return -1;
    if (!isInitial(bytes, start + 38)) return -1;
    const row: Record<string, Value> = { ...this.template };
    row['_uuid'] = bytes.toString('latin1', start + 1, start + 37);
    this.pos = start + 51;
    let expected = 0;
    const { columns } = this;
    let byte = bytes[this.pos];
    while (byte !== closeBrace) {
      if (byte === comma) byte = bytes[++this.pos];
      if (byte !== quote) return -1;
      expected = this.column(expected);
      const column = columns[expected];
      if (!column) return -1;
      this.pos += column.key.length + 1;
      if (bytes[this.pos++] !== colon) return -1;
      const value = this.value(column);
      if (this.declined) return -1;
      row[column.name] = value;
      expected++;
      byte = bytes[this.pos];
      if (this.pos >= limit) return -1;
    }
    if (this.pos + 1 >= limit || bytes[this.pos + 1] !== closeBrace) return -1;
    this.row = Object.freeze(row) as Row;
    return this.pos + 2;
  }

  /** Index of the column whose name is at `pos`: the expected one, or one after it, or, rarely, one before. */
  private column(expected: number): number {
    const { columns, bytes, pos } = this;
    const count = columns.length;
    for (let tried = 0; tried < count; tried++) {
      const index = expected + tried < count ? expected + tried : expected + tried - count;
      const key = columns[index]?.key;
      if (key && matches(key, bytes, pos + 1)) return index;
    }
    return count;
  }

  private decline(): undefined {
    this.declined = true;
    return undefined;
  }

  private value(column: ColumnReader): Value {
    if (column.shape === 'one') return this.atom(column.atom, column.pool);
    const { bytes, pos } = this;
    // ["set",[ or ["map",[ ; ["uuid", is an atom
    const compound = bytes[pos] === openBracket && (bytes[pos + 2] === 0x73 || bytes[pos + 2] === 0x6d);
    if (!compound) {
      const atom = this.atom(column.atom, column.pool);
      if (this.declined || column.shape === 'map') return this.decline();
      return column.shape === 'optional' ? atom : Object.freeze([atom as Atom]);
    }
    if (bytes[pos + 6] !== comma || bytes[pos + 7] !== openBracket) return this.decline();
    this.pos = pos + 8;
    return column.shape === 'map' ? this.pairs(column) : this.items(column);
  }

  private items(column: ColumnReader): Value {
    const { bytes } = this;
    if (bytes[this.pos] === closeBracket) return this.endOf(column.shape === 'optional' ? undefined : noItems);
    if (column.shape === 'optional') return this.decline();
    const items: Atom[] = [];
    for (;;) {
      const atom = this.atom(column.atom, column.pool);
      if (atom === undefined) return this.decline();
      items.push(atom);
      if (bytes[this.pos] !== comma) break;
      this.pos++;
    }
    if (bytes[this.pos] !== closeBracket) return this.decline();
    return this.endOf(Object.freeze(items));
  }

  private pairs(column: ColumnReader): Value {
    const { bytes } = this;
    const map: Record<string, Atom> = {};
    while (bytes[this.pos] === openBracket) {
      this.pos++;
      const key = this.atom(column.atom, column.keys);
      if (key === undefined || key === '__proto__' || bytes[this.pos++] !== comma) return this.decline();
      const item = this.atom(column.item, column.item === 'string' ? poolOf(column, key) : column.pool);
      if (item === undefined || bytes[this.pos++] !== closeBracket) return this.decline();
      map[typeof key === 'string' ? key : String(key)] = item;
      if (bytes[this.pos] === comma) this.pos++;
    }
    if (bytes[this.pos] !== closeBracket) return this.decline();
    return this.endOf(Object.freeze(map));
  }

  /** After the inner bracket of a set or a map: the outer one. */
  private endOf(value: Value): Value {
    if (this.bytes[this.pos + 1] !== closeBracket) return this.decline();
    this.pos += 2;
    return value;
  }

  private atom(type: AtomicType, pool: StringPool): Atom | undefined {
    const { bytes, pos } = this;
    switch (type) {
      case 'string':
        return this.string(pool);
      case 'uuid': {
        // ["uuid","…36…"]
        if (pos + 47 > this.limit || bytes[pos] !== openBracket || bytes[pos + 45] !== quote) return this.decline();
        this.pos = pos + 8;
        const uuid = this.string(pool);
        if (bytes[this.pos++] !== closeBracket || this.pos !== pos + 47) return this.decline();
        return uuid as Uuid;
      }
      case 'boolean':
        if (bytes[pos] === 0x74) this.pos += 4;
        else if (bytes[pos] === 0x66) this.pos += 5;
        else return this.decline();
        return bytes[pos] === 0x74;
      case 'integer':
      case 'real':
        return this.integer();
    }
  }

  /** An integer of at most 15 digits, which a number holds exactly. Fractions and exponents are declined. */
  private integer(): number | undefined {
    const { bytes } = this;
    const negative = bytes[this.pos] === minus;
    const start = negative ? this.pos + 1 : this.pos;
    let i = start;
    let value = 0;
    for (;;) {
      const byte = bytes[i];
      if (byte === undefined || byte < zero || byte > nine) {
        if (byte !== comma && byte !== closeBrace && byte !== closeBracket) return this.decline();
        break;
      }
      value = value * 10 + byte - zero;
      i++;
    }
    if (i === start || i - start > 15 || i >= this.limit) return this.decline();
    this.pos = i;
    return negative ? -value : value;
  }

  private string(pool: StringPool): string | undefined {
    const { bytes, limit } = this;
    if (bytes[this.pos] !== quote) return this.decline();
    const start = this.pos + 1;
    let i = start;
    let seen = 0;
    let hash = 0;
    while (i < limit) {
      const byte = bytes[i];
      if (byte === undefined || byte === quote) break;
      if (byte === backslash) return this.escaped(start, i);
      seen |= byte;
      hash = (Math.imul(hash, 31) + byte) | 0;
      i++;
    }
    if (i >= limit) return this.decline();
    this.pos = i + 1;
    if (seen >= 0x80) return bytes.toString('utf8', start, i);
    return pool.active ? pool.text(bytes, start, i, hash) : bytes.toString('latin1', start, i);
  }

  /** A string with escapes: unescaped into a buffer of our own; `first` is the first backslash. \u is declined. */
  private escaped(start: number, first: number): string | undefined {
    const { bytes, limit } = this;
    let out = this.unescaped;
    let length = first - start;
    if (out.length < length + 64) out = this.grow(length + 64, 0);
    bytes.copy(out, 0, start, first);
    let seen = 0x80;
    let i = first;
    while (i < limit) {
      let byte = bytes[i];
      if (byte === undefined || byte === quote) break;
      if (byte === backslash) {
        byte = escapes.get(bytes[++i] ?? 0);
        if (byte === undefined) return this.decline();
      }
      if (length === out.length) out = this.grow(length + 1, length);
      out[length++] = byte;
      seen |= byte;
      i++;
    }
    if (i >= limit) return this.decline();
    this.pos = i + 1;
    return out.toString(seen >= 0x80 ? 'utf8' : 'latin1', 0, length);
  }

  private grow(needed: number, used: number): Buffer {
    const larger = Buffer.alloc(needed * 2);
    this.unescaped.copy(larger, 0, 0, used);
    this.unescaped = larger;
    return larger;
  }
}

function poolOf(column: ColumnReader, key: Atom): StringPool {
  const name = typeof key === 'string' ? key : '';
  const known = column.byKey.get(name);
  if (known) return known;
  if (column.byKey.size >= maxKeyPools) return column.pool;
  const made = new StringPool();
  column.byKey.set(name, made);
  return made;
}

const initial = Buffer.from(':{"initial":{');

/** `:{"initial":{`, at `pos`. */
function isInitial(bytes: Buffer, pos: number): boolean {
  return matches(initial, bytes, pos);
}

function matches(expected: Buffer, bytes: Buffer, pos: number): boolean {
  for (let i = 0; i < expected.length; i++) if (expected[i] !== bytes[pos + i]) return false;
  return true;
}

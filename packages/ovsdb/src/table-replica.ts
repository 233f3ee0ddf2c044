import { keyOf } from './atom.ts';
import type { RowChange } from './change-batch.ts';
import { isAtomArray, isAtomMap } from './datum.ts';
import type { ReplicaTable, RowIndex } from './replica-table.ts';
import type { TableCodec } from './table-codec.ts';
import type { Uuid } from './uuid.ts';
import type { Row, Value } from './value.ts';

type KeysOf = (row: Row) => Iterable<string | number>;

/** A table's rows and indexes. Only the replica writes to it. */
export class TableReplica implements ReplicaTable<Row> {
  readonly name: string;
  /** Undefined where the server has no such table. */
  codec: TableCodec | undefined;
  private byUuid = new Map<string, Row>();
  private readonly indexes = new Map<string, Index>();

  constructor(name: string) {
    this.name = name;
  }

  get exists(): boolean {
    return this.codec !== undefined;
  }

  get columns(): readonly string[] {
    return this.codec ? [...this.codec.columns.keys()] : [];
  }

  get size(): number {
    return this.byUuid.size;
  }

  get(uuid: string): Row | undefined {
    return this.byUuid.get(uuid);
  }

  has(uuid: string): boolean {
    return this.byUuid.has(uuid);
  }

  rows(): IterableIterator<Row> {
    return this.byUuid.values();
  }

  uuids(): IterableIterator<Uuid> {
    return this.byUuid.keys() as IterableIterator<Uuid>;
  }

  createIndex(name: string, by: readonly string[] | KeysOf): RowIndex<Row> {
    const known = this.indexes.get(name);
    if (known) return known;
    const index = new Index(name, typeof by === 'function' ? by : columnsKey(by));
    for (const row of this.byUuid.values()) index.add(row);
    this.indexes.set(name, index);
    return index;
  }

  /** Take a first image as it is. */
  adopt(rows: Map<string, Row>): void {
    this.byUuid = rows;
    for (const index of this.indexes.values()) {
      index.clear();
      for (const row of rows.values()) index.add(row);
    }
  }

  apply(changes: ReadonlyMap<string, RowChange>): void {
    for (const [uuid, change] of changes) {
      if (change.new) this.byUuid.set(uuid, change.new);
      else this.byUuid.delete(uuid);
      for (const index of this.indexes.values()) {
        if (change.old) index.remove(change.old);
        if (change.new) index.add(change.new);
      }
    }
  }
}

class Index implements RowIndex<Row> {
  readonly name: string;
  private readonly keysOf: KeysOf;
  private readonly buckets = new Map<string | number, Set<Row>>();

  constructor(name: string, keysOf: KeysOf) {
    this.name = name;
    this.keysOf = keysOf;
  }

  find(...key: readonly Value[]): readonly Row[] {
    const bucket = this.buckets.get(keyText(key));
    return bucket ? [...bucket] : [];
  }

  add(row: Row): void {
    for (const key of this.keysOf(row)) {
      const bucket = this.buckets.get(key);
      if (bucket) bucket.add(row);
      else this.buckets.set(key, new Set([row]));
    }
  }

  remove(row: Row): void {
    for (const key of this.keysOf(row)) {
      const bucket = this.buckets.get(key);
      bucket?.delete(row);
      if (bucket?.size === 0) this.buckets.delete(key);
    }
  }

  clear(): void {
    this.buckets.clear();
  }
}

const columnsKey =
  (columns: readonly string[]): KeysOf =>
  (row) => [keyText(columns.map((column) => row[column]))];

/** One key as a map's key: itself where it is one text or number, else a text that two different keys never share. */
function keyText(values: readonly Value[]): string | number {
  const [only] = values;
  if (values.length === 1 && (typeof only === 'string' || typeof only === 'number')) return only;
  return values.map(part).join(' ');
}

function part(value: Value): string {
  if (value === undefined) return '-';
  if (isAtomArray(value)) return `[${value.map(part).join(' ')}]`;
  if (isAtomMap(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${part(value[key])}`).join(' ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : keyOf(value);
}

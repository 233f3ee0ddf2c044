import { type Few, forEachItem, withItem, withoutItem } from './few.ts';
import type { GraphNode, Scheduler } from './scheduler.ts';
import { Slot } from './slot.ts';
import { Source } from './source.ts';
import type { Entry, Index } from './table.ts';

const byKey = (a: Entry<unknown>, b: Entry<unknown>): number => (a[0] < b[0] ? -1 : 1);

/** Entries in the order in which units get to see them: by key, so that no output depends on the history of a table. */
export const sortedEntries = <Row>(entries: Entry<Row>[]): readonly Entry<Row>[] =>
  entries.length > 1 ? entries.sort(byKey) : entries;

/** The rows under one key of an index. */
export class Bucket<Row> extends Source {
  readonly index: TableIndex<Row>;
  readonly key: string;
  members: Few<Slot<Row>> = undefined;
  #cached: readonly Entry<Row>[] | undefined = undefined;

  constructor(index: TableIndex<Row>, key: string) {
    super();
    this.index = index;
    this.key = key;
  }

  slots(): Slot<Row>[] {
    const slots: Slot<Row>[] = [];
    forEachItem(this.members, (slot) => slots.push(slot));
    return slots;
  }

  entries(): readonly Entry<Row>[] {
    const entries: Entry<Row>[] = [];
    forEachItem(this.members, ({ key, row }) => {
      if (row !== undefined) entries.push([key, row]);
    });
    return sortedEntries(entries);
  }

  /** As `entries`, for units: kept until the commit has settled, because many units may look up the same key.
   * It cannot go stale: whoever reads here settles after this table. */
  entriesWhileSettling(): readonly Entry<Row>[] {
    if (this.#cached) return this.#cached;
    if (this.members instanceof Slot) return this.entries();
    this.index.node.scheduler.afterSettling(() => {
      this.#cached = undefined;
    });
    this.#cached = this.entries();
    return this.#cached;
  }

  override vacate(): void {
    if (this.members === undefined && this.readers === undefined) this.index.forget(this.key);
  }
}

/** What an index needs of its table. */
export interface IndexedNode extends GraphNode {
  readonly scheduler: Scheduler;
}

/** The function of an index. */
export interface KeyFunction<Row> {
  keysOf(row: Row, key: string): Iterable<string>;
}

export class TableIndex<Row> implements Index<Row> {
  readonly name: string;
  readonly node: IndexedNode;
  readonly #keys: KeyFunction<Row>;
  readonly #buckets = new Map<string, Bucket<Row>>();

  constructor(node: IndexedNode, name: string, keys: KeyFunction<Row>) {
    this.node = node;
    this.name = name;
    this.#keys = keys;
  }

  /** Keys that have rows or readers. */
  get bucketCount(): number {
    return this.#buckets.size;
  }

  get table(): string {
    return this.node.name;
  }

  isBy(keysOf: (row: Row, key: string) => Iterable<string>): boolean {
    return this.#keys.keysOf === keysOf;
  }

  get(key: string): readonly Entry<Row>[] {
    return this.#buckets.get(key)?.entries() ?? [];
  }

  /** The bucket of a key, made when it does not exist: an empty one remembers who looked in vain. */
  bucket(key: string): Bucket<Row> {
    const known = this.#buckets.get(key);
    if (known) return known;
    const bucket = new Bucket(this, key);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  forget(key: string): void {
    this.#buckets.delete(key);
  }

  /** Follow one settled change of a row. */
  update(slot: Slot<Row>, old: Row | undefined, row: Row | undefined): void {
    const before = old === undefined ? none : this.#keysOf(old, slot.key, false);
    const after = row === undefined ? none : this.#keysOf(row, slot.key, true);
    for (const key of before) {
      const bucket = this.bucket(key);
      if (!holds(after, key)) bucket.members = withoutItem(bucket.members, slot);
      changed(bucket);
    }
    for (const key of after) {
      if (holds(before, key)) continue;
      const bucket = this.bucket(key);
      bucket.members = withItem(bucket.members, slot);
      changed(bucket);
    }
  }

  /** A row whose keys cannot be told is in no bucket. `keysOf` is pure: for the same row it fails again on its way out. */
  #keysOf(row: Row, key: string, report: boolean): Keys {
    try {
      const keys = [...this.#keys.keysOf(row, key)];
      return keys.length < 2 ? keys : new Set(keys);
    } catch (cause) {
      if (report) this.node.scheduler.report({ table: `${this.table}.${this.name}`, unit: key, cause });
      return none;
    }
  }
}

/** Distinct keys. Most indexes give one key a row, which needs no Set. */
type Keys = readonly string[] | ReadonlySet<string>;

const none: readonly string[] = [];

const holds = (keys: Keys, key: string): boolean => ('has' in keys ? keys.has(key) : keys[0] === key);

function changed(bucket: Bucket<unknown>): void {
  forEachItem(bucket.readers, (reader) => reader.sourceChanged());
  bucket.vacate();
}

import { equal as deepEqual } from './equal.ts';
import { GraphError } from './error.ts';
import { forEachItem } from './few.ts';
import type { GraphNode, Scheduler } from './scheduler.ts';
import { Slot, settled } from './slot.ts';
import { Source } from './source.ts';
import type { Batch, Change, Entry, Index, Table, TableOptions, TableStatistics } from './table.ts';
import { sortedEntries, TableIndex } from './table-index.ts';

/** A table that is made from another one's rows, and follows them. */
export interface Follower<Row> {
  rowChanged(slot: Slot<Row>): void;
}

interface Subscriber<Row> {
  listener(batch: Batch<Row>): void;
}

/** All rows of a table, as one thing to read. */
export class WholeTable extends Source {
  readonly table: { readonly name: string; readonly size: number };

  constructor(table: { readonly name: string; readonly size: number }) {
    super();
    this.table = table;
  }

  override vacate(): void {}
}

/** What input tables, derived tables and unions have in common: slots, indexes, subscribers, and settling. */
export abstract class TableNode<Row> implements Table<Row>, GraphNode {
  readonly name: string;
  readonly id: number;
  readonly scheduler: Scheduler;
  readonly whole: WholeTable;
  readonly indexes: TableIndex<Row>[] = [];
  /** Tables that are made from this one's rows. */
  readonly followers: Follower<Row>[] = [];
  readonly dependents = new Set<GraphNode>();
  height = 0;
  size = 0;
  protected readonly changed: Slot<Row>[] = [];
  readonly #slots = new Map<string, Slot<Row>>();
  readonly #subscribers = new Set<Subscriber<Row>>();
  readonly #options: TableOptions<Row>;
  #all: readonly Entry<Row>[] | undefined = undefined;

  constructor(scheduler: Scheduler, id: number, name: string, options: TableOptions<Row>) {
    this.scheduler = scheduler;
    this.id = id;
    this.name = name;
    this.whole = new WholeTable(this);
    this.#options = options;
  }

  get(key: string): Row | undefined {
    return this.#slots.get(key)?.row;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  *keys(): IterableIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  *entries(): IterableIterator<Entry<Row>> {
    for (const { key, row } of this.#slots.values()) if (row !== undefined) yield [key, row];
  }

  index(name: string, keysOf: (row: Row, key: string) => Iterable<string>): Index<Row> {
    this.scheduler.assertOutsideUnit(`make index ${name} of ${this.name}`);
    const known = this.indexes.find((each) => each.name === name);
    if (known?.isBy(keysOf)) return known;
    if (known)
      throw new GraphError(
        'duplicateName',
        `table ${this.name} has another index ${name} already; choose another name`,
      );
    const index = new TableIndex<Row>(this, name, { keysOf });
    for (const slot of this.#slots.values()) index.update(slot, undefined, slot.settledRow());
    this.indexes.push(index);
    return index;
  }

  subscribe(listener: (batch: Batch<Row>) => void, options: { readonly initial?: boolean } = {}): () => void {
    const subscriber = { listener };
    this.#subscribers.add(subscriber);
    if (options.initial) this.scheduler.commit(() => this.#deliver(subscriber, this.#everything()));
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  /** The slot of a key, made when there is none: an empty one remembers who looked in vain. */
  slot(key: string): Slot<Row> {
    const known = this.#slots.get(key);
    if (known) return known;
    const slot = new Slot<Row>(this, key);
    this.#slots.set(key, slot);
    return slot;
  }

  peek(key: string): Slot<Row> | undefined {
    return this.#slots.get(key);
  }

  slots(): IterableIterator<Slot<Row>> {
    return this.#slots.values();
  }

  forget(key: string): void {
    this.#slots.delete(key);
  }

  /** Every row sorted by key; kept while a commit settles. */
  allWhileSettling(): readonly Entry<Row>[] {
    if (this.#all) return this.#all;
    this.scheduler.afterSettling(() => {
      this.#all = undefined;
    });
    this.#all = sortedEntries([...this.entries()]);
    return this.#all;
  }

  abstract settle(): void;

  undo(): void {}

  statistics(): TableStatistics {
    return { table: this.name, rows: this.size, units: 0, reads: 0, runs: 0 };
  }

  /** Change a row, or take it away with undefined; felt by others from the next flush() on. */
  protected put(slot: Slot<Row>, row: Row | undefined): void {
    if (slot.row === row) return;
    if (slot.old === settled) {
      slot.old = slot.row;
      this.changed.push(slot);
    }
    if (slot.row === undefined) this.size++;
    else if (row === undefined) this.size--;
    slot.row = row;
    this.scheduler.touch(this);
  }

  /** Tell everyone of the net changes: indexes, followers, readers, subscribers. */
  protected flush(): void {
    const batch = this.#subscribers.size > 0 ? new Map<string, Change<Row>>() : undefined;
    let any = false;
    for (const slot of this.changed) {
      const old = slot.settledRow();
      slot.old = settled;
      const { row } = slot;
      if (this.#same(old, row)) slot.row = old;
      else {
        any = true;
        batch?.set(slot.key, change(old, row));
        this.#spread(slot, old);
      }
      slot.vacate();
    }
    this.changed.length = 0;
    if (!any) return;
    forEachItem(this.whole.readers, tell);
    if (batch) for (const subscriber of this.#subscribers) this.#deliver(subscriber, { changes: batch });
  }

  #same(old: Row | undefined, row: Row | undefined): boolean {
    if (old === undefined || row === undefined || old === row) return old === row;
    try {
      return this.#options.equal ? this.#options.equal(old, row) : deepEqual(old, row);
    } catch {
      return false;
    }
  }

  #spread(slot: Slot<Row>, old: Row | undefined): void {
    for (const index of this.indexes) index.update(slot, old, slot.row);
    for (const follower of this.followers) follower.rowChanged(slot);
    forEachItem(slot.readers, tell);
  }

  #deliver(subscriber: Subscriber<Row>, batch: Batch<Row>): void {
    if (batch.changes.size === 0) return;
    this.scheduler.deliver(() => {
      if (this.#subscribers.has(subscriber)) subscriber.listener(batch);
    });
  }

  #everything(): Batch<Row> {
    const changes = new Map<string, Change<Row>>();
    for (const slot of this.#slots.values()) {
      const row = slot.settledRow();
      if (row !== undefined) changes.set(slot.key, { new: row });
    }
    return { changes };
  }
}

function change<Row>(old: Row | undefined, row: Row | undefined): Change<Row> {
  if (row === undefined) return old === undefined ? {} : { old };
  return old === undefined ? { new: row } : { old, new: row };
}

const tell = (reader: { sourceChanged(): void }): void => reader.sourceChanged();

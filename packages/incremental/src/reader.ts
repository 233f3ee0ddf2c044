import { GraphError } from './error.ts';
import type { GraphNode, Scheduler } from './scheduler.ts';
import type { Recipient, Source } from './source.ts';
import type { Entry, Index, Reader, Table } from './table.ts';
import { TableIndex } from './table-index.ts';
import { TableNode } from './table-node.ts';

/** A table whose units read. */
export interface ReadingNode extends GraphNode {
  /** By table id: which tables its units are known to read, so that order is only looked into once per pair of tables. */
  readonly reading: boolean[];
}

/** Thrown through a unit that read a table which has not settled yet; the unit runs again after it has. */
class PutOff extends Error {}

/** The one reader of a graph; units run one after the other. */
export class TrackingReader implements Reader {
  readonly #scheduler: Scheduler;
  #node: ReadingNode | undefined = undefined;
  #sources: Source[] = [];
  #stamp = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  begin(node: ReadingNode): void {
    this.#node = node;
    this.#scheduler.running = node.name;
    this.#sources.length = 0;
    this.#stamp = this.#scheduler.nextStamp();
  }

  end(): void {
    this.#node = undefined;
    this.#scheduler.running = undefined;
  }

  row<Row>(table: Table<Row>, key: string): Row | undefined {
    const node = this.#own(table);
    this.#order(node);
    const slot = node.slot(key);
    this.#note(slot);
    return slot.row;
  }

  has(table: Table<unknown>, key: string): boolean {
    return this.row(table, key) !== undefined;
  }

  lookup<Row>(index: Index<Row>, key: string): readonly Entry<Row>[] {
    if (!(index instanceof TableIndex) || index.node.scheduler !== this.#scheduler)
      throw new GraphError('foreign', `index ${index.name} of ${index.table} is not of this graph`);
    this.#order(index.node);
    const bucket = index.bucket(key);
    this.#note(bucket);
    return bucket.entriesWhileSettling();
  }

  all<Row>(table: Table<Row>): readonly Entry<Row>[] {
    const node = this.#own(table);
    this.#order(node);
    this.#note(node.whole);
    return node.allWhileSettling();
  }

  /**
   * Make what was read since begin() the reads of `unit`, which were `before`, and return the list to keep. In the
   * common case that a unit reads the same again, nothing is touched.
   */
  record(unit: Recipient, before: readonly Source[]): readonly Source[] {
    const now = this.#sources;
    if (now.length === before.length && now.every((source, i) => source === before[i])) return before;
    for (const source of before) if (source.stamp !== this.#stamp) source.removeReader(unit);
    const known = this.#scheduler.nextStamp();
    for (const source of before) source.stamp = known;
    for (const source of now) if (source.stamp !== known) source.addReader(unit);
    return now.slice();
  }

  /** Forget that anything was read, of a unit that could not finish. The places that were made for it are cleared away. */
  discard(): void {
    for (const source of this.#sources) source.vacate();
    this.#sources.length = 0;
  }

  #own<Row>(table: Table<Row>): TableNode<Row> {
    if (table instanceof TableNode && table.scheduler === this.#scheduler) return table;
    throw new GraphError('foreign', `table ${table.name} is not of this graph`);
  }

  /** See to it that `node` settles before the table whose unit reads it. */
  #order(node: GraphNode): void {
    const reading = this.#node;
    if (reading === undefined)
      throw new GraphError(
        'readOutside',
        `${node.name} was read after the unit had returned; read before, or use get()`,
      );
    if (reading.reading[node.id]) return;
    const { height } = reading;
    this.#scheduler.depend(reading, node);
    reading.reading[node.id] = true;
    if (reading.height !== height) throw new PutOff(`${reading.name} waits for ${node.name}`);
  }

  #note(source: Source): void {
    if (source.stamp === this.#stamp) return;
    source.stamp = this.#stamp;
    this.#sources.push(source);
  }
}

import { GraphError, type UnitError } from './error.ts';
import { ProducedNode } from './produced-node.ts';
import type { ReadingNode, TrackingReader } from './reader.ts';
import type { Scheduler } from './scheduler.ts';
import type { Slot } from './slot.ts';
import type { DerivedOptions, Entry, Reader, TableStatistics } from './table.ts';
import type { Follower, TableNode } from './table-node.ts';
import { Unit } from './unit.ts';

const nothing: readonly never[] = [];

interface Computation<From, Row> {
  compute(source: From, read: Reader, key: string): Iterable<Entry<Row>>;
}

/** A derived table: one unit for each row of its source. */
export class DerivedNode<From, Row> extends ProducedNode<Row> implements Follower<From>, ReadingNode {
  readonly reading: boolean[] = [];
  readonly #computation: Computation<From, Row>;
  readonly #reader: TrackingReader;
  readonly #units = new Map<string, Unit<From, Row>>();
  readonly #failures = new Map<Unit<From, Row>, UnitError>();
  #queue: Unit<From, Row>[] = [];
  #runs = 0;
  #reads = 0;

  constructor(
    scheduler: Scheduler,
    id: number,
    name: string,
    options: DerivedOptions<Row> & Computation<From, Row> & { readonly reader: TrackingReader },
  ) {
    super(scheduler, id, name, options);
    this.#computation = options;
    this.#reader = options.reader;
  }

  derivedFrom(source: TableNode<From>): void {
    this.scheduler.depend(this, source);
    this.reading[source.id] = true;
    source.followers.push(this);
    for (const slot of source.slots()) if (slot.settledRow() !== undefined) this.rowChanged(slot);
  }

  rowChanged(slot: Slot<From>): void {
    let unit = this.#units.get(slot.key);
    if (unit === undefined) {
      unit = new Unit(this, slot);
      this.#units.set(slot.key, unit);
    }
    unit.sourceChanged();
  }

  enqueue(unit: Unit<From, Row>): void {
    this.#queue.push(unit);
    this.scheduler.touch(this);
  }

  override statistics(): TableStatistics {
    return { table: this.name, rows: this.size, units: this.#units.size, reads: this.#reads, runs: this.#runs };
  }

  override *errors(): Generator<UnitError> {
    yield* this.#failures.values();
    yield* super.errors();
  }

  /** Run what is queued. When a unit turns out to read a table of this height or above, it and the rest wait for that one. */
  override settle(): void {
    const { height } = this;
    const queue = this.#queue;
    this.#queue = [];
    for (const [position, unit] of queue.entries()) {
      this.#run(unit);
      if (this.height === height) continue;
      this.#reader.discard();
      for (const rest of queue.slice(position)) this.enqueue(rest);
      return;
    }
    this.flush();
  }

  #run(unit: Unit<From, Row>): void {
    const { height } = this;
    const { row, key } = unit.source;
    let outputs: readonly Entry<Row>[] = nothing;
    let failure: UnitError | undefined;
    this.#reader.begin(this);
    if (row !== undefined) {
      this.#runs++;
      try {
        outputs = this.#checked(this.#computation.compute(row, this.#reader, key));
      } catch (cause) {
        failure = { table: this.name, unit: key, cause };
      }
    }
    this.#reader.end();
    if (this.height !== height) return;
    unit.queued = false;
    this.#reads -= unit.reads.length;
    unit.reads = this.#reader.record(unit, unit.reads);
    this.#reads += unit.reads.length;
    if (failure === undefined) this.#apply(unit, outputs);
    this.#remember(unit, failure);
    if (row === undefined) this.#units.delete(key);
  }

  /** The outputs as a list of distinct keys with rows; a lazy unit does its reads here. */
  #checked(produced: Iterable<Entry<Row>>): readonly Entry<Row>[] {
    const outputs = Array.isArray(produced) ? produced : [...produced];
    for (const output of outputs) {
      const [key, row] = output;
      if (typeof key !== 'string' || row === undefined)
        throw new GraphError(
          'badOutput',
          `table ${this.name}: ${String(key)} with row ${String(row)} is not a string key and a row`,
        );
    }
    if (outputs.length < 2 || new Set(outputs.map(([key]) => key)).size === outputs.length) return outputs;
    return this.#merged(outputs);
  }

  /** Outputs of one unit in which a key occurs more than once. */
  #merged(outputs: readonly Entry<Row>[]): readonly Entry<Row>[] {
    const byKey = new Map<string, Row[]>();
    for (const [key, row] of outputs) {
      const rows = byKey.get(key);
      if (rows) rows.push(row);
      else byKey.set(key, [row]);
    }
    return [...byKey].map(([key, [row, ...more]]): Entry<Row> => {
      if (row === undefined) throw new GraphError('badOutput', `table ${this.name}: key ${key} without a row`);
      if (more.length === 0) return [key, row];
      if (this.policy.merge) return [key, this.policy.merge([row, ...more], key)];
      throw new GraphError(
        'duplicateKey',
        `table ${this.name}: one unit produces key ${JSON.stringify(key)} ${more.length + 1} times`,
      );
    });
  }

  #apply(unit: Unit<From, Row>, outputs: readonly Entry<Row>[]): void {
    const stamp = this.scheduler.nextStamp();
    const slots = outputs.map(([key, row]) => {
      const slot = this.slot(key);
      slot.stamp = stamp;
      this.contribute(slot, unit, row);
      return slot;
    });
    for (const slot of unit.outputs) if (slot.stamp !== stamp) this.retract(slot, unit);
    unit.outputs = slots.length === 0 ? nothing : slots;
  }

  #remember(unit: Unit<From, Row>, failure: UnitError | undefined): void {
    if (failure) {
      this.#failures.set(unit, failure);
      this.scheduler.report(failure);
    } else if (this.#failures.size > 0) this.#failures.delete(unit);
  }
}

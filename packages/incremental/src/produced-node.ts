import { GraphError, type UnitError } from './error.ts';
import type { Scheduler } from './scheduler.ts';
import { Contest, type Producer, type Slot } from './slot.ts';
import type { DerivedOptions } from './table.ts';
import { TableNode } from './table-node.ts';

/** A table whose rows are produced by others: units or member tables. It settles who has a key that several produce. */
export abstract class ProducedNode<Row> extends TableNode<Row> {
  protected readonly policy: DerivedOptions<Row>;
  /** Slots whose contest may have changed since the last decision. */
  readonly #undecided = new Set<Slot<Row>>();
  /** Errors of the contests that stand, by slot. */
  readonly #contested = new Map<Slot<Row>, readonly UnitError[]>();

  constructor(scheduler: Scheduler, id: number, name: string, options: DerivedOptions<Row>) {
    super(scheduler, id, name, options);
    this.policy = options;
  }

  *errors(): Generator<UnitError> {
    for (const errors of this.#contested.values()) yield* errors;
  }

  protected contribute(slot: Slot<Row>, producer: Producer, row: Row): void {
    if (slot.producer === undefined || slot.producer === producer) {
      slot.producer = producer;
      this.put(slot, row);
      return;
    }
    if (!(slot.producer instanceof Contest)) {
      const contest = new Contest<Row>();
      if (slot.row !== undefined) contest.rows.set(slot.producer, slot.row);
      slot.producer = contest;
    }
    slot.producer.rows.set(producer, row);
    this.#reconsider(slot);
  }

  protected retract(slot: Slot<Row>, producer: Producer): void {
    if (slot.producer instanceof Contest) {
      slot.producer.rows.delete(producer);
      this.#reconsider(slot);
    } else if (slot.producer === producer) {
      slot.producer = undefined;
      this.put(slot, undefined);
    }
  }

  protected override flush(): void {
    for (const slot of this.#undecided) this.#decide(slot);
    this.#undecided.clear();
    super.flush();
  }

  #reconsider(slot: Slot<Row>): void {
    this.#undecided.add(slot);
    this.scheduler.touch(this);
  }

  #decide(slot: Slot<Row>): void {
    const contest = slot.producer;
    this.#contested.delete(slot);
    if (!(contest instanceof Contest)) return;
    const claims = [...contest.rows].sort(([a], [b]) => (a.label < b.label ? -1 : 1));
    const [first, ...others] = claims;
    if (first === undefined || others.length === 0) {
      slot.producer = first?.[0];
      this.put(slot, first?.[1]);
      return;
    }
    try {
      if (this.policy.merge === undefined) throw this.#duplicate(slot.key, claims);
      this.put(
        slot,
        this.policy.merge(
          claims.map(([, row]) => row),
          slot.key,
        ),
      );
    } catch (cause) {
      this.put(slot, first[1]);
      const errors = others.map(([{ label }]) => ({ table: this.name, unit: label, cause }));
      this.#contested.set(slot, errors);
      for (const error of errors) this.scheduler.report(error);
    }
  }

  #duplicate(key: string, claims: readonly (readonly [Producer, Row])[]): GraphError {
    const units = claims.map(([{ label }]) => JSON.stringify(label));
    return new GraphError(
      'duplicateKey',
      `table ${this.name}: units ${units.join(', ')} all produce key ${JSON.stringify(key)}; the row of ${units[0]} stands. Give the table a merge function, or the units different keys`,
    );
  }
}

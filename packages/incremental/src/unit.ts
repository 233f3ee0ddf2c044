import type { Producer, Slot } from './slot.ts';
import type { Recipient, Source } from './source.ts';

/** What a unit needs of its table. */
interface UnitOwner<From, Row> {
  enqueue(unit: Unit<From, Row>): void;
}

const nothing: readonly never[] = [];

/** The work for one source row: what it read and what it produced when it last ran. */
export class Unit<From, Row> implements Recipient, Producer {
  readonly owner: UnitOwner<From, Row>;
  readonly source: Slot<From>;
  reads: readonly Source[] = nothing;
  outputs: readonly Slot<Row>[] = nothing;
  queued = false;

  constructor(owner: UnitOwner<From, Row>, source: Slot<From>) {
    this.owner = owner;
    this.source = source;
  }

  get label(): string {
    return this.source.key;
  }

  sourceChanged(): void {
    if (this.queued) return;
    this.queued = true;
    this.owner.enqueue(this);
  }
}

import { Source } from './source.ts';

/** Stands in `Slot.old` while nothing has changed since the table settled. */
export const settled: unique symbol = Symbol('settled');

/** Who is responsible for a row of a derived table. */
export interface Producer {
  /** Key of the unit's source row, or name of a union's member. Unique among the producers of a table. */
  readonly label: string;
}

/** What several producers made for one key. */
export class Contest<Row> {
  readonly rows = new Map<Producer, Row>();
}

/** What a slot needs of its table. */
export interface SlotOwner {
  readonly name: string;
  forget(key: string): void;
}

/** The place of one key in a table: its row, or the fact that there is none, and who has read either. */
export class Slot<Row> extends Source {
  readonly table: SlotOwner;
  readonly key: string;
  row: Row | undefined = undefined;
  /** The row as it was when the table last settled, while that may differ from `row`. */
  old: Row | undefined | typeof settled = settled;
  producer: Producer | Contest<Row> | undefined = undefined;

  constructor(table: SlotOwner, key: string) {
    super();
    this.table = table;
    this.key = key;
  }

  settledRow(): Row | undefined {
    return this.old === settled ? this.row : this.old;
  }

  override vacate(): void {
    if (this.row === undefined && this.old === settled && this.producer === undefined && this.readers === undefined)
      this.table.forget(this.key);
  }
}

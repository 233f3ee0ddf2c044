import { type Few, withItem, withoutItem } from './few.ts';

/** What a source tells when it changes: a unit, which then runs again. */
export interface Recipient {
  sourceChanged(): void;
}

/** What a unit can read: a row or its absence, the rows under an index key, a whole table. It knows who read it. */
export abstract class Source {
  readers: Few<Recipient> = undefined;
  /** Scratch mark for "seen in this pass", compared with a number that only grows: a set without allocation. */
  stamp = 0;

  addReader(reader: Recipient): void {
    this.readers = withItem(this.readers, reader);
  }

  removeReader(reader: Recipient): void {
    this.readers = withoutItem(this.readers, reader);
    if (this.readers === undefined) this.vacate();
  }

  /** Nobody reads it any more: it may be forgotten when it holds nothing either. */
  abstract vacate(): void;
}

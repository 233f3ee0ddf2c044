import { GraphError } from './error.ts';
import type { Entry, InputTable } from './table.ts';
import { TableNode } from './table-node.ts';

export class InputNode<Row> extends TableNode<Row> implements InputTable<Row> {
  set(key: string, row: Row): void {
    if (row === undefined)
      throw new GraphError(
        'badRow',
        `table ${this.name}, key ${JSON.stringify(key)}: undefined is not a row; use delete`,
      );
    this.scheduler.assertOutsideUnit(`set a row of ${this.name}`);
    this.scheduler.commit(() => this.put(this.slot(key), row));
  }

  delete(key: string): void {
    this.scheduler.assertOutsideUnit(`delete a row of ${this.name}`);
    if (this.has(key)) this.scheduler.commit(() => this.put(this.slot(key), undefined));
  }

  replace(entries: Iterable<Entry<Row>>): void {
    this.scheduler.commit(() => {
      const gone = new Set(this.keys());
      for (const [key, row] of entries) {
        gone.delete(key);
        this.set(key, row);
      }
      for (const key of gone) this.delete(key);
    });
  }

  override settle(): void {
    this.flush();
  }

  override undo(): void {
    for (const slot of this.changed) this.put(slot, slot.settledRow());
  }
}

import { GraphError } from './error.ts';
import { ProducedNode } from './produced-node.ts';
import type { Producer, Slot } from './slot.ts';
import type { Table, UnionTable } from './table.ts';
import { TableNode } from './table-node.ts';

/** A table made of the rows of others, each row at its own key. */
export class UnionNode<Row> extends ProducedNode<Row> implements UnionTable<Row> {
  /** By name, which is the label of that member's rows. */
  readonly members = new Map<string, TableNode<Row>>();

  add(table: Table<Row>): void {
    this.scheduler.assertOutsideUnit(`add ${table.name} to ${this.name}`);
    if (!(table instanceof TableNode) || table.scheduler !== this.scheduler)
      throw new GraphError('foreign', `table ${table.name} is not of the graph of ${this.name}`);
    if (this.members.has(table.name)) return;
    this.scheduler.commit(() => this.#admit(table));
  }

  override settle(): void {
    this.flush();
  }

  #admit(table: TableNode<Row>): void {
    this.scheduler.depend(this, table);
    this.members.set(table.name, table);
    const member: Producer = { label: table.name };
    table.followers.push({ rowChanged: (slot) => this.#follow(member, slot.key, slot.row) });
    for (const slot of table.slots()) {
      const row = slot.settledRow();
      if (row !== undefined) this.#follow(member, slot.key, row);
    }
  }

  #follow(member: Producer, key: string, row: Row | undefined): void {
    const slot: Slot<Row> = this.slot(key);
    if (row === undefined) this.retract(slot, member);
    else this.contribute(slot, member, row);
  }
}

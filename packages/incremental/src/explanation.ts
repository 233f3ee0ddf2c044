import { Contest, type Producer, Slot } from './slot.ts';
import type { Source } from './source.ts';
import { Bucket } from './table-index.ts';
import { type TableNode, WholeTable } from './table-node.ts';
import { UnionNode } from './union-node.ts';
import { Unit } from './unit.ts';
import type { Why, WhyRead, WhyUnit } from './why.ts';

/** Walks from a row back to the inputs. Tables form no cycles, so it ends; each row is explained once. */
export class Explanation {
  readonly #known = new Map<Slot<unknown>, Why>();

  row(table: TableNode<unknown>, key: string): Why {
    const slot = table.peek(key);
    return slot ? this.#slot(slot) : { table: table.name, key, present: false, units: [] };
  }

  #slot(slot: Slot<unknown>): Why {
    const known = this.#known.get(slot);
    if (known) return known;
    const units: WhyUnit[] = [];
    const why: Why = { table: slot.table.name, key: slot.key, present: slot.row !== undefined, units };
    this.#known.set(slot, why);
    for (const producer of producersOf(slot)) units.push(this.#producer(slot, producer));
    return why;
  }

  #producer(slot: Slot<unknown>, producer: Producer): WhyUnit {
    if (producer instanceof Unit)
      return {
        unit: producer.label,
        from: this.#slot(producer.source),
        reads: [...producer.reads].flatMap((source) => this.#read(source)),
      };
    const member = slot.table instanceof UnionNode ? slot.table.members.get(producer.label) : undefined;
    const from: Why = member
      ? this.row(member, slot.key)
      : { table: producer.label, key: slot.key, present: true, units: [] };
    return { unit: producer.label, from, reads: [] };
  }

  #read(source: Source): readonly WhyRead[] {
    if (source instanceof Slot)
      return [{ kind: 'row', table: source.table.name, key: source.key, row: this.#slot(source) }];
    if (source instanceof WholeTable) return [{ kind: 'all', table: source.table.name, size: source.table.size }];
    if (source instanceof Bucket) {
      const { index, key } = source;
      const rows = source.slots().map((slot) => this.#slot(slot));
      return [{ kind: 'lookup', table: index.table, index: index.name, key, rows }];
    }
    return [];
  }
}

function producersOf({ producer }: Slot<unknown>): readonly Producer[] {
  if (producer === undefined) return [];
  return producer instanceof Contest ? [...producer.rows.keys()] : [producer];
}

import type { ChangeBatch, Row, RowChange } from '@ovnkube/ovsdb';
import { elementsOf } from './column-difference.ts';
import type { DatabaseView, TableView } from './database-view.ts';
import { rowKey } from './desired-row.ts';

/** Told of a row by its key. `moved`: the name has come, gone, or passed to another row, so whoever refers to it is affected. */
export type NameListener = (key: string, rows: readonly Row[], moved: boolean) => void;

/** Tells `changed` the key of every row that a change of the replica is about. */
export function forEachChangedName(view: DatabaseView, batch: ChangeBatch, changed: NameListener): void {
  for (const [name, rows] of batch.tables) {
    const table = view.known(name);
    if (!table) continue;
    for (const change of rows.values()) {
      namesOf(table, change, changed);
      membersOf(view, table, change, changed);
    }
  }
}

/** The row itself, under the name that it had and the one that it has. */
function namesOf(table: TableView, change: RowChange, changed: NameListener): void {
  const before = change.old && table.nameOf(change.old);
  const after = change.new && table.nameOf(change.new);
  const moved = before !== after || !change.old || !change.new;
  const rows = [change.old, change.new].filter((row) => row !== undefined);
  for (const name of new Set([before, after])) if (name !== undefined) changed(rowKey(table.name, name), rows, moved);
}

/** The rows that a parent has lost or gained. */
function membersOf(view: DatabaseView, table: TableView, change: RowChange, changed: NameListener): void {
  for (const { column, of } of table.members) {
    if (change.old?.[column] === change.new?.[column]) continue;
    const [before, after] = [new Set(elementsOf(change.old?.[column])), new Set(elementsOf(change.new?.[column]))];
    const children = view.known(of);
    for (const uuid of [...before, ...after]) {
      if (before.has(uuid) && after.has(uuid)) continue;
      const child = children?.replica.get(String(uuid));
      const name = child && children?.nameOf(child);
      if (child && name !== undefined) changed(rowKey(of, name), [child], false);
    }
  }
}

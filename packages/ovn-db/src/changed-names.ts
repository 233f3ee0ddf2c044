import type { ChangeBatch, Row, RowChange } from '@ovnkube/ovsdb';
import { elementsOf } from './column-difference.ts';
import type { DatabaseView, TableView } from './database-view.ts';
import { rowKey } from './desired-row.ts';

/** Tells `changed` the key of every row that a change of the replica is about, and the row where it is still known. */
export function forEachChangedName(
  view: DatabaseView,
  batch: ChangeBatch,
  changed: (key: string, rows: readonly Row[]) => void,
): void {
  for (const [name, rows] of batch.tables) {
    const table = view.known(name);
    if (!table) continue;
    for (const change of rows.values()) {
      namesOf(table, change, changed);
      if (change.old) membersOf(view, table, change.old, change.new, changed);
    }
  }
}

/** The row itself, under the name that it had and the one that it has. */
function namesOf(table: TableView, change: RowChange, changed: (key: string, rows: readonly Row[]) => void): void {
  const rows = [change.old, change.new].filter((row) => row !== undefined);
  const names = new Set(rows.map((row) => table.nameOf(row)));
  for (const name of names) if (name !== undefined) changed(rowKey(table.name, name), rows);
}

/** The rows that a parent has lost or gained. */
function membersOf(
  view: DatabaseView,
  table: TableView,
  old: Row,
  row: Row | undefined,
  changed: (key: string, rows: readonly Row[]) => void,
): void {
  for (const { column, of } of table.members) {
    if (old[column] === row?.[column]) continue;
    const [before, after] = [new Set(elementsOf(old[column])), new Set(elementsOf(row?.[column]))];
    const children = view.known(of);
    for (const uuid of [...before, ...after]) {
      if (before.has(uuid) && after.has(uuid)) continue;
      const child = children?.replica.get(String(uuid));
      const name = child && children?.nameOf(child);
      if (child && name !== undefined) changed(rowKey(of, name), [child]);
    }
  }
}

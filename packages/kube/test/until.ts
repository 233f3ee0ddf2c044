import type { Table } from '@ovnkube/incremental';

/** Resolves as soon as `condition` holds; asked again at every change of the table. A test's own timeout bounds it. */
export function until<Row>(table: Table<Row>, condition: (table: Table<Row>) => boolean): Promise<void> {
  return new Promise((resolve) => {
    let stop: (() => void) | undefined;
    const check = (): void => {
      if (!condition(table)) return;
      stop?.();
      resolve();
    };
    stop = table.subscribe(check);
    check();
  });
}

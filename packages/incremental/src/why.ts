/** Why a row is there. Shared parts are shared objects, so a large answer costs no more than the rows in it. */
export interface Why {
  readonly table: string;
  readonly key: string;
  /** Whether there is such a row. Absent rows appear because units read their absence. */
  readonly present: boolean;
  /** Who produced it: no unit for an input's row or an absent one, several for a merged one. */
  readonly units: readonly WhyUnit[];
}

export interface WhyUnit {
  /** Key of the unit's source row; in a union the name of the member table. */
  readonly unit: string;
  readonly from: Why;
  readonly reads: readonly WhyRead[];
}

export type WhyRead =
  | { readonly kind: 'row'; readonly table: string; readonly key: string; readonly row: Why }
  | {
      readonly kind: 'lookup';
      readonly table: string;
      readonly index: string;
      readonly key: string;
      readonly rows: readonly Why[];
    }
  /** A whole table; its rows are not listed. */
  | { readonly kind: 'all'; readonly table: string; readonly size: number };

/** `why` as indented text; a row that was explained further up is only named. */
export function formatWhy(why: Why): string {
  const lines: string[] = [];
  const explained = new Set<Why>();
  const rowLines = (row: Why, depth: number, how: string): void => {
    const again = explained.has(row) && row.units.length > 0;
    const remark = row.present ? (again ? ' (see above)' : '') : ' (absent)';
    lines.push(`${'  '.repeat(depth)}${how}${row.table} ${JSON.stringify(row.key)}${remark}`);
    if (again) return;
    explained.add(row);
    for (const unit of row.units) {
      rowLines(unit.from, depth + 1, 'from ');
      for (const read of unit.reads) readLines(read, depth + 1);
    }
  };
  const readLines = (read: WhyRead, depth: number): void => {
    const indent = '  '.repeat(depth);
    switch (read.kind) {
      case 'row':
        rowLines(read.row, depth, 'read ');
        break;
      case 'all':
        lines.push(`${indent}read all ${read.size} rows of ${read.table}`);
        break;
      case 'lookup':
        lines.push(
          `${indent}read ${read.table} by ${read.index} ${JSON.stringify(read.key)}: ${read.rows.length} rows`,
        );
        for (const row of read.rows) rowLines(row, depth + 1, '');
    }
  };
  rowLines(why, 0, '');
  return lines.join('\n');
}

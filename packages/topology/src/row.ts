/** A reference to another row, by the name that {@link DesiredRow} gives it. */
export interface RowRef {
  readonly ref: { readonly table: string; readonly name: string };
}

/** A reference to the row of that table and name. */
export function ref(table: string, name: string): RowRef {
  return { ref: { table, name } };
}

type Atom = string | number | boolean | RowRef;

/** A column's value: a scalar, a set, or a map. */
export type ColumnValue = Atom | readonly Atom[] | Readonly<Record<string, string>>;

/** A row that a database should have. Its key in a table of rows is `<table>/<name>`. */
export interface DesiredRow {
  readonly table: string;
  /** Unique in its table: how other rows refer to it. */
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnValue>>;
  /** Rows whose set of references holds this one, as Logical_Switch.ports does. */
  readonly parents?: readonly { readonly table: string; readonly name: string; readonly column: string }[];
}

export const rowKey = (row: { readonly table: string; readonly name: string }) => `${row.table}/${row.name}`;

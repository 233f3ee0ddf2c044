import type { Entry } from '@ovnkube/incremental';
import type { Atom, Uuid } from '@ovnkube/ovsdb';

/** Stands for the UUID of a row that is named, whether it is there already or inserted in the same transaction. */
export interface Ref<Table extends string = string> {
  readonly kind: 'ref';
  readonly table: Table;
  readonly name: string;
}

/** A reference by name, for columns whose type is a UUID. */
export function ref<const Table extends string>(table: Table, name: string): Ref<Table> {
  return { kind: 'ref', table, name };
}

/** One element of a desired value. */
export type DesiredAtom = Atom | Ref;

/** What a column should hold, shaped as `Value` of `@ovnkube/ovsdb`; undefined empties an optional column. */
export type DesiredValue = DesiredAtom | readonly DesiredAtom[] | { readonly [key: string]: DesiredAtom } | undefined;

/** A row whose set column `column` should hold this row, such as the Logical_Switch whose `ports` holds a port. */
export interface Parent {
  readonly table: string;
  readonly name: string;
  readonly column: string;
}

/** A row that should be in the database. */
export interface DesiredRow {
  readonly table: string;
  /** Unique in its table, and how other rows refer to it. The table's identity says where the database keeps it. */
  readonly name: string;
  /** The columns that are ours. All others are left as they are; in a new row they get the schema's defaults. */
  readonly columns: { readonly [column: string]: DesiredValue };
  /** Rows that should hold this one. Several rows may share a parent: each is one element, added and removed by itself. */
  readonly parents?: readonly Parent[];
  /**
   * For map columns that others write to as well: the keys that are ours. Those of them that `columns` does not name are
   * removed, all other keys are left alone. Without an entry here the whole map is ours.
   */
  readonly ownedKeys?: { readonly [column: string]: readonly string[] | undefined };
}

/**
 * Membership of a desired row in a parent, as a row by itself: for a feature that puts rows of another one into its sets,
 * such as a policy the ports of pods into a port group. The key of such a row is the feature's choice.
 */
export interface DesiredMember {
  readonly parent: Parent;
  readonly child: { readonly table: string; readonly name: string };
}

/** The key of a desired row in the table of all of them. */
export const rowKey = (table: string, name: string): string => `${table}/${name}`;

/** A desired row as a unit returns it: `[rowKey, row]`. */
export const desiredEntry = (row: DesiredRow): Entry<DesiredRow> => [rowKey(row.table, row.name), row];

/** A column of a row type as a desired row may give it: references by name or by UUID. */
type Desired<Column> =
  Column extends Uuid<infer Table>
    ? Ref<Table> | Column
    : Column extends readonly (infer Element)[]
      ? readonly Desired<Element>[]
      : Column extends { readonly [key: string]: infer Element }
        ? Element extends Uuid
          ? { readonly [key: string]: Desired<Element> }
          : Column
        : Column;

/** The columns of a table as desired rows give them; any may be left out. */
export type DesiredColumns<Row> = { readonly [Column in Exclude<keyof Row, '_uuid'>]?: Desired<Row[Column]> };

/** A parent in a database whose tables are known. */
export type TypedParent<Database> = {
  readonly [Table in keyof Database & string]: {
    readonly table: Table;
    readonly name: string;
    readonly column: keyof Database[Table] & string;
  };
}[keyof Database & string];

/** Builds desired rows of one table; table, columns, values and parents are checked by the compiler. */
export type RowBuilder<Database> = <Table extends keyof Database & string>(
  table: Table,
  name: string,
  columns: DesiredColumns<Database[Table]>,
  options?: {
    readonly parents?: readonly TypedParent<Database>[];
    readonly ownedKeys?: { readonly [Column in keyof Database[Table] & string]?: readonly string[] };
  },
) => DesiredRow;

/**
 * A builder for the desired rows of a database:
 *
 *     const nb = rowsOf<OVN_Northbound>();
 *     nb('Logical_Switch', 'node-1', { other_config: { subnet: '10.128.0.0/23' } });
 */
export function rowsOf<Database>(): RowBuilder<Database> {
  return (table, name, columns, options = {}) => ({
    table,
    name,
    columns: columns as DesiredRow['columns'],
    ...options,
  });
}

import type {
  ChangeBatch,
  DatabaseSchema,
  Operation,
  Outcome,
  ReplicaTable,
  Row,
  RowIndex,
  TableSchema,
  TransactOptions,
} from '@ovnkube/ovsdb';
import { elementsOf } from './column-difference.ts';
import { OvnDbError } from './error.ts';
import { defaultIdentity, type Identity, identityColumns, lookupName, nameOf } from './identity.ts';

/** What the reconciler needs of a database client; an `OvsdbClient` is one. */
export interface Database {
  readonly database: string;
  readonly schema: DatabaseSchema;
  table(name: string): ReplicaTable<Row>;
  subscribe(listener: (batch: ChangeBatch) => void, options?: { readonly initial?: boolean }): () => void;
  on(event: 'schemaChanged' | 'connected' | 'lock', listener: (data: object) => void): () => void;
  transact(operations: readonly Operation[], options?: TransactOptions): Promise<Outcome>;
}

/** Whether an existing row is one of those that the desired rows are all of. */
export type OwnerFilter = (table: string, row: Row) => boolean;

/** A column that may hold rows of another table, one element each. */
export interface MemberColumn {
  readonly table: string;
  readonly column: string;
  /** The table whose rows it holds. */
  readonly of: string;
}

/** A row that holds another one in a member column. */
export interface Holder extends MemberColumn {
  readonly row: Row;
}

/** One table as the reconciler sees it: rows by name. */
export interface TableView {
  readonly name: string;
  readonly schema: TableSchema;
  readonly replica: ReplicaTable<Row>;
  readonly identity: Identity;
  readonly members: readonly MemberColumn[];
  readonly replicated: ReadonlySet<string>;
  /** Rows of this name; more than one only after interference. */
  named(name: string): readonly Row[];
  nameOf(row: Row): string | undefined;
}

/** The replica, seen by names: which row has which name, and who holds whom. Made anew when the schema changes. */
export class DatabaseView {
  /** Tables whose rows are ours to write and delete. */
  readonly managed: ReadonlySet<string>;
  readonly #database: Database;
  readonly #identities: { readonly [table: string]: Identity };
  readonly #missing: (table: string, column?: string) => void;
  readonly #tables = new Map<string, TableView | undefined>();
  readonly #holders = new Map<string, readonly (MemberColumn & { readonly index: RowIndex<Row> })[]>();

  constructor(
    database: Database,
    tables: readonly string[],
    identities: { readonly [table: string]: Identity },
    missing: (table: string, column?: string) => void,
  ) {
    this.#database = database;
    this.#missing = missing;
    this.#identities = identities;
    this.managed = new Set(tables);
    for (const name of tables) this.table(name);
    const members = [...this.managed].flatMap((name) => this.table(name)?.members ?? []);
    for (const [of, columns] of groupBy(members, (member) => member.of))
      this.#holders.set(
        of,
        columns.map((member) => ({ ...member, index: this.#memberIndex(member) })),
      );
  }

  /** The view of a table; undefined where the server's schema has none, or not the column with the names. Throws OvnDbError `identity` where its rows have no names. */
  table(name: string): TableView | undefined {
    if (this.#tables.has(name)) return this.#tables.get(name);
    const view = this.#view(name);
    this.#tables.set(name, view);
    return view;
  }

  /** The view of a table that is managed or that something has referred to. */
  known(name: string): TableView | undefined {
    return this.#tables.get(name);
  }

  /** The rows of managed tables that hold this one. */
  holders(table: string, uuid: string): readonly Holder[] {
    return (this.#holders.get(table) ?? []).flatMap(({ index, ...member }) =>
      index.find(uuid).map((row) => ({ ...member, row })),
    );
  }

  #view(name: string): TableView | undefined {
    const schema = this.#database.schema.tables.get(name);
    if (!schema) {
      this.#missing(name);
      return undefined;
    }
    const identity = this.#identities[name] ?? defaultIdentity(schema);
    if (!identity)
      throw new OvnDbError(
        'identity',
        `table ${name} of ${this.#database.database} has neither an index without UUIDs nor external_ids nor name: give its identity`,
        { table: name },
      );
    const replica = this.#database.table(name);
    const replicated = new Set(replica.columns);
    const absent = identityColumns(identity).find((column) => !replicated.has(column));
    if (absent !== undefined) {
      this.#missing(name, absent);
      return undefined;
    }
    const namesOf = (row: Row): readonly string[] => {
      const found = nameOf(identity, row);
      return found === undefined ? [] : [found];
    };
    const index = replica.createIndex(`name: ${describe(identity)}`, namesOf);
    const members = this.managed.has(name) ? memberColumns(schema, this.#database.schema) : [];
    return {
      name,
      schema,
      replica,
      identity,
      members,
      replicated,
      named: (wanted) => index.find(lookupName(identity, wanted)),
      nameOf: (row) => nameOf(identity, row),
    };
  }

  #memberIndex({ table, column }: MemberColumn): RowIndex<Row> {
    return this.#database.table(table).createIndex(`holder: ${column}`, (row) => elementsOf(row[column]).map(String));
  }
}

const describe = (identity: Identity): string =>
  identity.kind === 'computed' ? `computed ${identity.label}` : JSON.stringify(identity);

/**
 * The columns of a table that others' rows live in: sets of references to tables that are no roots. Rows there exist only
 * as long as something refers to them, so they name their parents rather than the parent naming them.
 */
function memberColumns(schema: TableSchema, database: DatabaseSchema): readonly MemberColumn[] {
  return [...schema.columns.values()].flatMap(({ name: column, type }) => {
    const of = type.key.refTable;
    if (of === undefined || type.value !== undefined || type.max === 1) return [];
    return database.tables.get(of)?.isRoot === false ? [{ table: schema.name, column, of }] : [];
  });
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

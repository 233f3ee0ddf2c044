import type { Table } from '@ovnkube/incremental';
import type { Atom, BaseType, ColumnSchema, Row, Value } from '@ovnkube/ovsdb';
import { columnDifference, elementsOf } from './column-difference.ts';
import type { DatabaseView, Holder, OwnerFilter, TableView } from './database-view.ts';
import { type DesiredAtom, type DesiredRow, type DesiredValue, type Parent, rowKey } from './desired-row.ts';
import { columnsWithName } from './identity.ts';
import { isList, isRef } from './needs.ts';
import { type Insert, PendingWrites, type PlannedOperation } from './pending-writes.ts';

/** What a plan is made from. */
export interface PlanContext {
  readonly view: DatabaseView;
  readonly desired: Table<DesiredRow>;
  readonly owns: OwnerFilter;
  /** The rows that should hold this one: those that it names itself, and further ones. */
  parentsOf(key: string): readonly Parent[];
  /** Whether it was refused and is not to be tried now. */
  isRefused(key: string): boolean;
  /** The schema has no such column. */
  missing(table: string, column: string): void;
}

/**
 * One transaction in the making. Rows are added by `reconcile`; what they need of other desired rows that are not there
 * yet comes in with them, so that any subset of the rows gives a transaction that stands by itself.
 */
export class TransactionPlan {
  /** Rows that wait, themselves or for a reference of theirs: by key, the keys of what they wait for. */
  readonly waiting = new Map<string, Set<string>>();
  /** Rows that cannot be written, for reasons that show without asking the server. */
  readonly impossible = new Map<string, string>();
  readonly #context: PlanContext;
  readonly #writes = new PendingWrites();
  readonly #known = new Map<string, readonly string[]>();

  constructor(context: PlanContext) {
    this.#context = context;
  }

  operations(): readonly PlannedOperation[] {
    return this.#writes.operations();
  }

  /** Make the row of this key what it should be, or have it gone when it is not desired. */
  reconcile(table: string, name: string): void {
    const key = rowKey(table, name);
    const desired = this.#context.desired.get(key);
    if (desired && !this.#context.view.managed.has(table))
      this.impossible.set(key, 'its table is not among those that this reconciler looks after');
    const view = this.#managed(table);
    if (!view) return;
    const [row, ...others] = this.#rows(view, name);
    if (!desired) {
      for (const each of row ? [row, ...others] : [])
        if (this.#context.owns(table, each)) this.#remove(key, view, each);
      return;
    }
    for (const each of others) if (this.#context.owns(table, each)) this.#remove(key, view, each);
    if (row) this.#update(key, view, desired, row);
    else if (!this.#insert(key, desired, false))
      for (const obstacle of this.#obstacles(key, false)) this.#wait(key, obstacle);
  }

  /** Rows of a name, ours first and otherwise in a fixed order: the first one is kept. */
  #rows(view: TableView, name: string): readonly Row[] {
    const rows = view.named(name);
    if (rows.length < 2) return rows;
    const foreign = (row: Row): number => (this.#context.owns(view.name, row) ? 0 : 1);
    return [...rows].sort((a, b) => foreign(a) - foreign(b) || (a._uuid < b._uuid ? -1 : 1));
  }

  #update(key: string, view: TableView, desired: DesiredRow, row: Row): void {
    for (const [column, wanted] of Object.entries(columnsWithName(view.identity, desired))) {
      const schema = this.#column(key, view, column);
      const value = schema && this.#resolve(key, schema, wanted);
      if (!schema || !value) continue;
      const difference = columnDifference(column, schema.type, row[column], value.value, desired.ownedKeys?.[column]);
      if (difference.kind === 'same') continue;
      if (!schema.mutable) {
        this.impossible.set(key, `column ${column} cannot be changed from ${JSON.stringify(row[column])}`);
        continue;
      }
      const edit = this.#writes.edit(key, view.name, row);
      if (difference.kind === 'update') edit.update[column] = difference.value;
      else edit.mutations.push(...difference.mutations);
    }
    this.#hold(key, view, row);
  }

  /** Put an existing row into the parents that should hold it, and out of those that should not. */
  #hold(key: string, view: TableView, row: Row): void {
    const holders = this.#context.view.holders(view.name, row._uuid);
    const claimed = new Set<Holder>();
    for (const parent of this.#context.parentsOf(key)) {
      const holder = holders.find((each) => this.#isRow(each, parent));
      if (holder) claimed.add(holder);
      else this.#join(key, parent, row._uuid);
    }
    for (const holder of holders) if (!claimed.has(holder)) this.#leave(key, holder, row);
  }

  #isRow({ table, column, row }: Holder, parent: Parent): boolean {
    if (table !== parent.table || column !== parent.column) return false;
    return this.#existing(parent.table, parent.name)?._uuid === row._uuid;
  }

  #join(key: string, { table, name, column }: Parent, id: string): void {
    const view = this.#context.view.table(table);
    if (!view || !this.#column(key, view, column)) return;
    const existing = this.#existing(table, name);
    if (existing) {
      this.#writes.edit(key, table, existing).members(column).fresh.add(id);
      return;
    }
    const parentKey = rowKey(table, name);
    const insert = this.#insert(parentKey, this.#context.desired.get(parentKey), false);
    if (insert) insert.row[column] = [...new Set([...elementsOf(insert.row[column]), id])];
    else this.#wait(key, parentKey);
  }

  /** A parent that names the column itself decides alone what is in it. */
  #leave(key: string, { table, column, row }: Holder, child: Row): void {
    const view = this.#context.view.table(table);
    const name = view?.nameOf(row);
    const parent = name === undefined ? undefined : this.#context.desired.get(rowKey(table, name));
    if (parent && Object.hasOwn(parent.columns, column)) return;
    this.#writes.edit(key, table, row).members(column).gone.add(child._uuid);
  }

  /** RFC 7047 §3.2 isRoot: a row of a table that is no root goes when nothing refers to it, and cannot go before. */
  #remove(key: string, view: TableView, row: Row): void {
    if (view.schema.isRoot) this.#writes.delete(key, view.name, row);
    else
      for (const { table, column, row: holder } of this.#context.view.holders(view.name, row._uuid))
        this.#writes.edit(key, table, holder).members(column).gone.add(row._uuid);
  }

  /** Insert a desired row unless it is there or in this plan already. `held`: the row that asks refers to it strongly. */
  #insert(key: string, desired: DesiredRow | undefined, held: boolean): Insert | undefined {
    const known = this.#writes.inserted(key);
    if (known) return known;
    const view = desired && this.#managed(desired.table);
    if (!desired || !view || this.#obstacles(key, held).length > 0) return undefined;
    const insert = this.#writes.insert(key, desired.table);
    for (const [column, wanted] of Object.entries(columnsWithName(view.identity, desired))) {
      const schema = this.#column(key, view, column);
      const value = schema && this.#resolve(key, schema, wanted);
      if (value?.value !== undefined) insert.row[column] = value.value;
    }
    for (const parent of this.#context.parentsOf(key)) this.#join(key, parent, insert.uuidName);
    return insert;
  }

  /**
   * What stands in the way of inserting a desired row: keys of rows that it cannot do without. Empty when it can be done.
   * Rows that need each other are taken to be possible together.
   */
  #obstacles(key: string, held: boolean): readonly string[] {
    const question = `${held} ${key}`;
    const known = this.#known.get(question);
    if (known) return known;
    this.#known.set(question, []);
    const obstacles = this.#findObstacles(key, held);
    this.#known.set(question, obstacles);
    return obstacles;
  }

  #findObstacles(key: string, held: boolean): readonly string[] {
    const desired = this.#context.desired.get(key);
    const view = desired && this.#managed(desired.table);
    if (!desired || !view || this.#context.isRefused(key)) return [key];
    const references = Object.entries(desired.columns).flatMap(([column, value]) => {
      const type = view.schema.columns.get(column)?.type;
      return type?.min === 1 && type.max === 1 && type.value === undefined && isRef(value)
        ? [{ value, base: type.key }]
        : [];
    });
    const missing = references
      .filter(({ value, base }) => !this.#isObtainable(value, isStrong(base)))
      .map(({ value }) => rowKey(value.table, value.name));
    if (missing.length > 0 || view.schema.isRoot || held) return missing;
    const parents = this.#context.parentsOf(key).filter((parent) => this.#holdsStrongly(parent));
    if (parents.length === 0) return ['a row that refers to it'];
    return parents.some((parent) => this.#isObtainable(parent, false))
      ? []
      : parents.map(({ table, name }) => rowKey(table, name));
  }

  #isObtainable({ table, name }: { readonly table: string; readonly name: string }, held: boolean): boolean {
    return this.#existing(table, name) !== undefined || this.#obstacles(rowKey(table, name), held).length === 0;
  }

  #holdsStrongly({ table, column }: Parent): boolean {
    const base = this.#context.view.table(table)?.schema.columns.get(column)?.type.key;
    return base !== undefined && isStrong(base);
  }

  /**
   * A desired value with its references resolved: those that wait are left out, as from a new row they would be. Undefined
   * where the column cannot do without.
   */
  #resolve(
    key: string,
    { name: column, type }: ColumnSchema,
    wanted: DesiredValue,
  ): { readonly value: Value } | undefined {
    if (wanted === undefined || typeof wanted !== 'object') return { value: wanted };
    if (isList(wanted)) return { value: wanted.flatMap((atom) => this.#atom(key, type.key, atom) ?? []) };
    if (type.value === undefined) {
      if (!isRef(wanted)) {
        this.impossible.set(key, `column ${column} takes no map: ${JSON.stringify(wanted)}`);
        return undefined;
      }
      const value = this.#atom(key, type.key, wanted);
      return value === undefined && type.min === 1 ? undefined : { value };
    }
    const { value: base } = type;
    const pairs = Object.entries(wanted).map(([each, atom]) => [each, this.#atom(key, base, atom)] as const);
    return {
      value: Object.fromEntries(pairs.flatMap(([each, value]) => (value === undefined ? [] : [[each, value]]))),
    };
  }

  #atom(key: string, base: BaseType, atom: DesiredAtom): Atom | undefined {
    if (typeof atom !== 'object') return atom;
    const existing = this.#existing(atom.table, atom.name);
    if (existing) return existing._uuid;
    const target = rowKey(atom.table, atom.name);
    const insert = this.#insert(target, this.#context.desired.get(target), isStrong(base));
    if (!insert) this.#wait(key, target);
    return insert?.uuidName;
  }

  /** The row of a name, unless it is ours and on its way out because nothing desires it. */
  #existing(table: string, name: string): Row | undefined {
    const view = this.#context.view.table(table);
    const row = view && this.#rows(view, name)[0];
    if (!row || !this.#context.view.managed.has(table) || this.#context.desired.has(rowKey(table, name))) return row;
    return this.#context.owns(table, row) ? undefined : row;
  }

  #managed(table: string): TableView | undefined {
    return this.#context.view.managed.has(table) ? this.#context.view.table(table) : undefined;
  }

  #column(key: string, view: TableView, column: string): ColumnSchema | undefined {
    const schema = view.schema.columns.get(column);
    if (!schema) this.#context.missing(view.name, column);
    else if (view.replicated.has(column)) return schema;
    else this.impossible.set(key, `column ${view.name}.${column} is not replicated: name it in the client's tables`);
    return undefined;
  }

  #wait(key: string, target: string): void {
    const targets = this.waiting.get(key);
    if (targets) targets.add(target);
    else this.waiting.set(key, new Set([target]));
  }
}

const isStrong = ({ refType }: BaseType): boolean => refType !== 'weak';

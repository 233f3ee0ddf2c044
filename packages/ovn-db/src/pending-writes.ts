import type { Mutation, Operation, Row, Uuid, Value } from '@ovnkube/ovsdb';
import { setMutations } from './column-difference.ts';

/** An operation and the key of the desired row that it is for. */
export interface PlannedOperation {
  readonly key: string;
  readonly operation: Operation;
}

/** A row that is to be inserted. */
export interface Insert {
  readonly key: string;
  readonly table: string;
  readonly uuidName: string;
  readonly row: { [column: string]: Value };
}

interface Members {
  readonly fresh: Set<string>;
  readonly gone: Set<string>;
}

/** What is to be done to one row that exists. */
class Edit {
  readonly key: string;
  readonly table: string;
  readonly uuid: Uuid;
  readonly update: { [column: string]: Value } = {};
  readonly mutations: Mutation[] = [];
  readonly #members = new Map<string, Members>();

  constructor(key: string, table: string, uuid: Uuid) {
    this.key = key;
    this.table = table;
    this.uuid = uuid;
  }

  members(column: string): Members {
    const known = this.#members.get(column);
    if (known) return known;
    const members = { fresh: new Set<string>(), gone: new Set<string>() };
    this.#members.set(column, members);
    return members;
  }

  operations(): readonly PlannedOperation[] {
    const { key, table, update } = this;
    const where = [['_uuid', '==', this.uuid]] as const;
    const mutations = [...this.mutations];
    for (const [column, { fresh, gone }] of this.#members)
      mutations.push(...setMutations(column, [...fresh], [...gone]));
    const operations: PlannedOperation[] = [];
    if (Object.keys(update).length > 0)
      operations.push({ key, operation: { op: 'update', table, where, row: update } });
    if (mutations.length > 0) operations.push({ key, operation: { op: 'mutate', table, where, mutations } });
    return operations;
  }
}

/** The writes of one transaction, gathered by row: each row is inserted, updated, mutated or deleted once. */
export class PendingWrites {
  readonly #inserts = new Map<string, Insert>();
  readonly #edits = new Map<Uuid, Edit>();
  readonly #deletes = new Map<Uuid, PlannedOperation>();

  inserted(key: string): Insert | undefined {
    return this.#inserts.get(key);
  }

  insert(key: string, table: string): Insert {
    const insert: Insert = { key, table, uuidName: `row${this.#inserts.size}`, row: {} };
    this.#inserts.set(key, insert);
    return insert;
  }

  /** The edit of an existing row, made for the sake of `key`. */
  edit(key: string, table: string, { _uuid }: Row): Edit {
    const known = this.#edits.get(_uuid);
    if (known) return known;
    const edit = new Edit(key, table, _uuid);
    this.#edits.set(_uuid, edit);
    return edit;
  }

  delete(key: string, table: string, { _uuid }: Row): void {
    this.#deletes.set(_uuid, { key, operation: { op: 'delete', table, where: [['_uuid', '==', _uuid]] } });
  }

  operations(): readonly PlannedOperation[] {
    const inserts = [...this.#inserts.values()].map(
      ({ key, table, uuidName, row }): PlannedOperation => ({
        key,
        operation: { op: 'insert', table, row, 'uuid-name': uuidName },
      }),
    );
    const edits = [...this.#edits.values()].filter(({ uuid }) => !this.#deletes.has(uuid));
    return [...inserts, ...edits.flatMap((edit) => edit.operations()), ...this.#deletes.values()];
  }
}

import type { Row, TableSchema } from '@ovnkube/ovsdb';
import type { DesiredRow, DesiredValue } from './desired-row.ts';
import { idKey } from './external-ids.ts';

/** Where the rows of a table keep the name that desired rows know them by. */
export type Identity =
  /** In these columns, joined by a space where there are several. A single one is written by the reconciler itself. */
  | { readonly kind: 'columns'; readonly columns: readonly string[] }
  /** In `external_ids`, under `k8s.ovn.org/id` or another key; written by the reconciler itself. */
  | { readonly kind: 'external_ids'; readonly key?: string }
  /** The table has one row at most, whatever it is called. */
  | { readonly kind: 'singleton' }
  /** Told by a function; undefined for rows that are none of ours. */
  | {
      readonly kind: 'computed' /** Tells this function from others on the table. */;
      readonly label: string;
      nameOf(row: Row): string | undefined;
    };

/** Tables whose rows are known by `name` although their schema has no index on it. */
const named = new Set(['Logical_Switch', 'Logical_Router', 'Load_Balancer', 'Forwarding_Group', 'DHCP_Relay']);

/**
 * The identity of a table where none is declared: the only row of a singleton; else the first index of its schema that
 * has no UUID in it; else `name` for those known by it; else `external_ids["k8s.ovn.org/id"]`; else, where the table has
 * no external_ids, `name`. Undefined where it has neither.
 */
export function defaultIdentity(schema: TableSchema): Identity | undefined {
  if (schema.maxRows === 1) return { kind: 'singleton' };
  const natural = schema.indexes.find((columns) =>
    columns.every((column) => schema.columns.get(column)?.type.key.type !== 'uuid'),
  );
  if (natural) return { kind: 'columns', columns: natural };
  const byName = { kind: 'columns', columns: ['name'] } as const;
  if (named.has(schema.name)) return byName;
  if (schema.columns.has('external_ids')) return { kind: 'external_ids' };
  return schema.columns.has('name') ? byName : undefined;
}

/** The name of a row of the database; undefined when it has none. */
export function nameOf(identity: Identity, row: Row): string | undefined {
  switch (identity.kind) {
    case 'singleton':
      return '';
    case 'computed':
      return identity.nameOf(row);
    case 'external_ids': {
      const ids = row['external_ids'];
      if (typeof ids !== 'object' || ids === null || Array.isArray(ids)) return undefined;
      const name: unknown = Reflect.get(ids, identity.key ?? idKey);
      return typeof name === 'string' ? name : undefined;
    }
    case 'columns':
      return identity.columns.map((column) => String(row[column] ?? '')).join(' ');
  }
}

/** The name that a desired row is looked up by: singletons go by any. */
export const lookupName = (identity: Identity, name: string): string => (identity.kind === 'singleton' ? '' : name);

/** The columns that names are in. */
export function identityColumns(identity: Identity): readonly string[] {
  if (identity.kind === 'columns') return identity.columns;
  return identity.kind === 'external_ids' ? ['external_ids'] : [];
}

/** The columns of a desired row with its name where the identity wants it. */
export function columnsWithName(identity: Identity, desired: DesiredRow): { readonly [column: string]: DesiredValue } {
  const { columns, name } = desired;
  const [first, ...others] = identity.kind === 'columns' ? identity.columns : [];
  if (first !== undefined && others.length === 0 && columns[first] === undefined) return { ...columns, [first]: name };
  if (identity.kind !== 'external_ids') return columns;
  const ids = columns['external_ids'];
  return { ...columns, external_ids: { ...(typeof ids === 'object' ? ids : {}), [identity.key ?? idKey]: name } };
}

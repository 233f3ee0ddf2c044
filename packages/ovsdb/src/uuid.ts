import { OvsdbError } from './error.ts';

declare const refTable: unique symbol;

/** A row's id, in lower case with hyphens. `Table` is the table it points into, so that ids of two tables do not mix. */
export type Uuid<Table extends string = string> = string & { readonly [refTable]: Table };

const pattern = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

/** Has this text the form of a UUID? */
export function isUuid(text: string): text is Uuid {
  return text.length === 36 && pattern.test(text);
}

/** Brand a text as UUID. Throws {@link OvsdbError} `value` when it is none. */
export function uuid<Table extends string = string>(text: string): Uuid<Table> {
  if (!pattern.test(text)) throw new OvsdbError('value', `"${text}" is not a valid UUID`);
  return text.toLowerCase() as Uuid<Table>;
}

/** All zeros: the default of a uuid column, and "no transaction id yet" in monitor_cond_since. */
export const zeroUuid = '00000000-0000-0000-0000-000000000000' as Uuid;

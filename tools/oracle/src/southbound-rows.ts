/** A value of a southbound column in OVSDB's JSON form (RFC 7047 §5.1). */
export type OvsdbValue = string | number | boolean | readonly ['set' | 'map' | 'uuid' | 'named-uuid', unknown];

/** One operation of an OVSDB transaction. */
export type OvsdbOperation = Readonly<Record<string, unknown>>;

/** `["map", …]` of an object. */
export const map = (entries: Readonly<Record<string, string>>): OvsdbValue => ['map', Object.entries(entries)];

/** `["set", …]` of a list. */
export const set = (values: readonly OvsdbValue[]): OvsdbValue => ['set', values];

/** An insert whose row others in the transaction may refer to by `name`. */
export function insert(table: string, row: Readonly<Record<string, OvsdbValue>>, name?: string): OvsdbOperation {
  return { op: 'insert', table, row, ...(name === undefined ? {} : { 'uuid-name': name }) };
}

/** A reference to a row inserted under `name`. */
export const named = (name: string): OvsdbValue => ['named-uuid', name];

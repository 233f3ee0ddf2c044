import {
  atomOfKey,
  atomViolation,
  compareAtoms,
  defaultAtom,
  describe,
  formatAtom,
  keyOf,
  parseAtom,
  syntaxError,
} from './atom.ts';
import type { BaseType, ColumnType } from './column-type.ts';
import { OvsdbError } from './error.ts';
import { isJsonArray, type Json } from './json.ts';
import type { Atom, Value } from './value.ts';

export type AtomMap = { readonly [key: string]: Atom };

const noAtoms: readonly Atom[] = Object.freeze([]);
const noPairs: AtomMap = Object.freeze({});

/** One atom or none: kept as the atom itself, not as a set. */
export function isSingle(type: ColumnType): boolean {
  return type.max === 1 && !type.value;
}

export function isAtomArray(value: Value): value is readonly Atom[] {
  return Array.isArray(value);
}

export function isAtomMap(value: Value): value is AtomMap {
  return typeof value === 'object' && !Array.isArray(value);
}

/** RFC 7047 §5.2.1: the value of a column that an insert leaves out. */
export function defaultValue(type: ColumnType): Value {
  if (type.value)
    return type.min === 0
      ? noPairs
      : Object.freeze({ [keyOf(defaultAtom(type.key.type))]: defaultAtom(type.value.type) });
  if (type.max === 1) return type.min === 0 ? undefined : defaultAtom(type.key.type);
  return type.min === 0 ? noAtoms : Object.freeze([defaultAtom(type.key.type)]);
}

/** A value from its JSON form (RFC 7047 §5.1 <value>), frozen. Throws {@link OvsdbError} `value` when it is not of this type. */
export function parseValue(type: ColumnType, json: Json): Value {
  if (type.value) return parseMap(type.key, type.value, json);
  const items = isJsonArray(json) && json[0] === 'set' ? json[1] : undefined;
  if (items === undefined) {
    const atom = parseAtom(type.key.type, json);
    return type.max === 1 ? atom : Object.freeze([atom]);
  }
  if (!isJsonArray(items) || !isJsonArray(json) || json.length !== 2)
    throw syntaxError(json, 'expected ["set", <array>]');
  if (type.max === 1)
    return items.length === 0 && type.min === 0 ? undefined : parseAtom(type.key.type, onlyItem(type, items));
  const atoms = items.map((item) => parseAtom(type.key.type, item));
  if (atoms.length > 1 && new Set(atoms).size < atoms.length)
    throw new OvsdbError('value', 'set contains duplicate', { tag: 'ovsdb error' });
  return Object.freeze(atoms);
}

function onlyItem(type: ColumnType, items: readonly Json[]): Json {
  const [item] = items;
  if (items.length === 1 && item !== undefined) return item;
  throw syntaxError(['set', items], `${type.min} to ${type.max} items expected, ${items.length} found`);
}

function parseMap(key: BaseType, value: BaseType, json: Json): AtomMap {
  const pairs = isJsonArray(json) && json.length === 2 && json[0] === 'map' ? json[1] : undefined;
  if (!isJsonArray(pairs)) throw syntaxError(json, 'expected ["map", <array>]');
  const map: Record<string, Atom> = {};
  for (const pair of pairs) {
    const [left, right] = isJsonArray(pair) && pair.length === 2 ? pair : [];
    if (left === undefined || right === undefined) throw syntaxError(pair, 'expected 2-element array');
    put(map, keyOf(parseAtom(key.type, left)), parseAtom(value.type, right));
  }
  if (pairs.length > 1 && Object.keys(map).length < pairs.length)
    throw new OvsdbError('value', 'map contains duplicate key', { tag: 'ovsdb error' });
  return Object.freeze(map);
}

/** A plain object's `__proto__` is not a property unless it is defined as one. */
export function put(map: Record<string, Atom>, key: string, atom: Atom): void {
  if (key === '__proto__')
    Object.defineProperty(map, key, { value: atom, enumerable: true, configurable: true, writable: true });
  else map[key] = atom;
}

/** A value's JSON form. One atom is accepted for a set. Throws {@link OvsdbError} `value`. */
export function formatValue(type: ColumnType, value: Value): Json {
  if (type.value) return formatMap(type.key, type.value, value);
  if (isAtomArray(value)) {
    if (isSingle(type))
      throw new OvsdbError('value', `one ${type.key.type} is expected, not an array: ${describe(value)}`);
    const [first] = value;
    const format = (atom: Atom): Json => formatAtom(type.key.type, atom);
    return value.length === 1 && first !== undefined ? format(first) : ['set', value.map(format)];
  }
  if (value === undefined && type.min === 0) return ['set', []];
  if (value === undefined || isAtomMap(value))
    throw new OvsdbError('value', `${describe(value)} is not ${typeName(type)}`);
  return formatAtom(type.key.type, value);
}

function formatMap(key: BaseType, item: BaseType, value: Value): Json {
  if (value === undefined || !isAtomMap(value)) throw new OvsdbError('value', `${describe(value)} is not a map`);
  return [
    'map',
    Object.keys(value).map((name) => {
      const atom = value[name];
      if (atom === undefined) throw new OvsdbError('value', `the map has no value for its key "${name}"`);
      return [formatAtom(key.type, atomOfKey(key.type, name)), formatAtom(item.type, atom)];
    }),
  ];
}

/** Why a server would refuse this value in a column of this type; undefined if it would not. */
export function violation(type: ColumnType, value: Value): string | undefined {
  const size = isSingle(type)
    ? value === undefined
      ? 0
      : 1
    : isAtomArray(value)
      ? value.length
      : Object.keys(value ?? {}).length;
  if (size < type.min || size > type.max) return `Attempted to store ${size} elements in ${typeName(type)}.`;
  if (isAtomArray(value)) return first(value, (atom) => atomViolation(type.key, atom));
  if (value === undefined || !isAtomMap(value)) return value === undefined ? undefined : atomViolation(type.key, value);
  const item = type.value ?? type.key;
  return first(Object.keys(value), (key) => {
    const atom = value[key];
    return (
      atomViolation(type.key, atomOfKey(type.key.type, key)) ??
      (atom === undefined ? undefined : atomViolation(item, atom))
    );
  });
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As in OVS's messages: `set of 1 to 2 integers`, `map of 0 or more string-string pairs`. */
export function typeName({ key, value, min, max }: ColumnType): string {
  if (!value && max === 1) return min === 0 ? `optional ${key.type}` : key.type;
  const count =
    max === Infinity ? (min === 0 ? '' : `${min} or more `) : min === 0 ? `up to ${max} ` : `${min} to ${max} `;
  return value ? `map of ${count}${key.type}-${value.type} pairs` : `set of ${count}${key.type}s`;
}

/** Do two values of one column say the same? The order in sets and maps says nothing. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isAtomArray(a)) return isAtomArray(b) && sameAtoms(a, b);
  if (!isAtomMap(a) || !isAtomMap(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) if (a[name] !== b[name] || !Object.hasOwn(b, name)) return false;
  return true;
}

function sameAtoms(a: readonly Atom[], b: readonly Atom[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const rest = new Set(b.slice(i));
    return a.slice(i).every((atom) => rest.has(atom));
  }
  return true;
}

/** In the server's order, without duplicates. */
export function sortedAtoms(atoms: Iterable<Atom>): readonly Atom[] {
  return Object.freeze([...new Set(atoms)].sort(compareAtoms));
}

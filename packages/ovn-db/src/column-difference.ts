import type { Atom, ColumnType, Mutation, Value } from '@ovnkube/ovsdb';

/** What has to be written to a column: nothing, its whole value, or what is to go from it and to come to it. */
export type ColumnDifference =
  | { readonly kind: 'same' }
  | { readonly kind: 'update'; readonly value: Value }
  | { readonly kind: 'mutate'; readonly mutations: readonly Mutation[] };

const same: ColumnDifference = { kind: 'same' };

/** A map column's value. */
export type AtomMap = { readonly [key: string]: Atom };

/** The elements of a set column, or of the value of one, which may be a single atom. */
export function elementsOf(value: Value): readonly Atom[] {
  if (value === undefined) return [];
  if (isArray(value)) return value;
  return isMap(value) ? [] : [value];
}

export function mapOf(value: Value): AtomMap {
  return value !== undefined && isMap(value) ? value : {};
}

const isArray = (value: Value): value is readonly Atom[] => Array.isArray(value);
const isMap = (value: Value): value is AtomMap => typeof value === 'object' && !isArray(value);

/** Integers come as bigint where they are large: the same number in two types is the same atom. */
const sameAtom = (a: Atom | undefined, b: Atom | undefined): boolean =>
  a === b || (typeof a !== typeof b && isNumber(a) && isNumber(b) && String(a) === String(b));

const isNumber = (atom: Atom | undefined): boolean => typeof atom === 'number' || typeof atom === 'bigint';

/**
 * How `actual` has to change to become `wanted`. A set or map of which less changes than stays is mutated, so that its
 * size does not matter and what others write to it meanwhile is not lost. With `ownedKeys`, a map's other keys are left alone.
 */
export function columnDifference(
  column: string,
  type: ColumnType,
  actual: Value,
  wanted: Value,
  ownedKeys?: readonly string[],
): ColumnDifference {
  if (type.value !== undefined) return mapDifference(column, mapOf(actual), mapOf(wanted), ownedKeys);
  if (type.max !== 1) return setDifference(column, type, elementsOf(actual), elementsOf(wanted));
  const [was] = elementsOf(actual);
  const [value] = elementsOf(wanted);
  return sameAtom(was, value) ? same : { kind: 'update', value };
}

function setDifference(
  column: string,
  type: ColumnType,
  actual: readonly Atom[],
  wanted: readonly Atom[],
): ColumnDifference {
  const [before, after] = [new Set(actual), new Set(wanted)];
  const gone = [...before].filter((atom) => !after.has(atom));
  const fresh = [...after].filter((atom) => !before.has(atom));
  const changes = gone.length + fresh.length;
  if (changes === 0) return same;
  // With a limit on its size a set could break it between the two mutations.
  if (changes >= after.size || type.max !== Number.POSITIVE_INFINITY) return { kind: 'update', value: [...after] };
  return { kind: 'mutate', mutations: setMutations(column, fresh, gone) };
}

/** Inserting comes first, so that a set that must not be empty never is. */
export function setMutations(column: string, fresh: readonly Atom[], gone: readonly Atom[]): readonly Mutation[] {
  const mutations: Mutation[] = [];
  if (fresh.length > 0) mutations.push([column, 'insert', fresh]);
  if (gone.length > 0) mutations.push([column, 'delete', gone]);
  return mutations;
}

function mapDifference(
  column: string,
  actual: AtomMap,
  wanted: AtomMap,
  ownedKeys: readonly string[] | undefined,
): ColumnDifference {
  const ours = ownedKeys ?? Object.keys(actual);
  const gone = ours.filter((key) => Object.hasOwn(actual, key) && !Object.hasOwn(wanted, key));
  const stale = Object.keys(wanted).filter((key) => Object.hasOwn(actual, key) && !sameAtom(actual[key], wanted[key]));
  const fresh = Object.keys(wanted).filter((key) => !Object.hasOwn(actual, key));
  const changes = gone.length + stale.length + fresh.length;
  if (changes === 0) return same;
  if (ownedKeys === undefined && changes >= Object.keys(wanted).length) return { kind: 'update', value: wanted };
  // RFC 7047 §5.1: inserting does not replace the value of a key that is there, so a changed pair is deleted first.
  const mutations: Mutation[] = [];
  if (gone.length + stale.length > 0) mutations.push([column, 'delete', pick(actual, [...gone, ...stale])]);
  if (stale.length + fresh.length > 0) mutations.push([column, 'insert', pick(wanted, [...stale, ...fresh])]);
  return { kind: 'mutate', mutations };
}

/** Through entries, because a key may be called `__proto__`. */
const pick = (map: AtomMap, keys: readonly string[]): AtomMap =>
  Object.fromEntries(keys.flatMap((key) => (map[key] === undefined ? [] : [[key, map[key]]])));

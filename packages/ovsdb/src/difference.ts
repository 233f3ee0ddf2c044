import { compareAtoms } from './atom.ts';
import type { ColumnType } from './column-type.ts';
import { type AtomMap, isAtomArray, isAtomMap, put, sameValue } from './datum.ts';
import type { Atom, Value } from './value.ts';

/**
 * Apply a difference as update2 and update3 carry it (ovsdb-server(7) §4.1.14): columns of at most one element are
 * replaced; of sets, the elements that changed sides; of maps, pairs to add, to change, or (equal to what is there) to remove.
 */
export function applyDifference(type: ColumnType, old: Value, difference: Value): Value {
  if (type.max === 1) return difference;
  if (type.value) return isAtomMap(old) && isAtomMap(difference) ? toggledPairs(old, difference) : difference;
  return isAtomArray(old) && isAtomArray(difference) ? toggled(old, difference) : difference;
}

/** What {@link applyDifference} needs to make `next` of `old`; undefined where they are the same. */
export function difference(type: ColumnType, old: Value, next: Value): { readonly value: Value } | undefined {
  if (sameValue(old, next)) return undefined;
  if (type.max === 1) return { value: next };
  if (isAtomArray(old) && isAtomArray(next)) return { value: toggled(old, next) };
  if (isAtomMap(old) && isAtomMap(next)) return { value: pairDifference(old, next) };
  return { value: next };
}

/** The symmetric difference of two sorted sets, sorted. A few changes in a large set cost copies, not comparisons. */
function toggled(old: readonly Atom[], changes: readonly Atom[]): readonly Atom[] {
  if (changes.length * 16 > old.length) return mergedToggle(old, changes);
  const next = [...old];
  for (const atom of changes) {
    const at = lowerBound(next, atom);
    if (next[at] === atom) next.splice(at, 1);
    else next.splice(at, 0, atom);
  }
  return Object.freeze(next);
}

function lowerBound(sorted: readonly Atom[], atom: Atom): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = sorted[middle];
    if (candidate !== undefined && compareAtoms(candidate, atom) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergedToggle(old: readonly Atom[], changes: readonly Atom[]): readonly Atom[] {
  const next: Atom[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const a = old[i];
    const b = changes[j];
    if (a === undefined && b === undefined) return Object.freeze(next);
    const order = a === undefined ? 1 : b === undefined ? -1 : compareAtoms(a, b);
    if (order <= 0) i++;
    if (order >= 0) j++;
    if (order < 0 && a !== undefined) next.push(a);
    if (order > 0 && b !== undefined) next.push(b);
  }
}

function toggledPairs(old: AtomMap, changes: AtomMap): AtomMap {
  const next: Record<string, Atom> = {};
  for (const key of Object.keys(old)) {
    const was = old[key];
    const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
    if (was !== undefined && change !== was) put(next, key, change ?? was);
  }
  for (const key of Object.keys(changes)) {
    const change = changes[key];
    if (change !== undefined && !Object.hasOwn(old, key)) put(next, key, change);
  }
  return Object.freeze(next);
}

function pairDifference(old: AtomMap, next: AtomMap): AtomMap {
  const changes: Record<string, Atom> = {};
  for (const key of Object.keys(old)) {
    const was = old[key];
    if (was !== undefined && !Object.hasOwn(next, key)) put(changes, key, was);
  }
  for (const key of Object.keys(next)) {
    const now = next[key];
    if (now !== undefined && (!Object.hasOwn(old, key) || old[key] !== now)) put(changes, key, now);
  }
  return Object.freeze(changes);
}

/**
 * A set of objects that mostly holds none, one or a handful: nothing, the object itself, a short array, and only beyond
 * that a Set. An empty Set alone costs about 200 bytes, and there is one of these for every row that is read.
 */
export type Few<T extends object> = undefined | T | T[] | Set<T>;

const arrayLimit = 8;

const isSet = <T extends object>(few: T | T[] | Set<T>): few is Set<T> => few instanceof Set;
const isArray = <T extends object>(few: T | T[] | Set<T>): few is T[] => Array.isArray(few);

/** With `item`, which must not be in it. The argument is used up. */
export function withItem<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === undefined) return item;
  if (isSet(few)) return few.add(item);
  if (!isArray(few)) return [few, item];
  if (few.length === arrayLimit) return new Set(few).add(item);
  few.push(item);
  return few;
}

/** Without `item`, which must be in it. The argument is used up. */
export function withoutItem<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === undefined || few === item) return undefined;
  if (isSet(few)) {
    few.delete(item);
    return few.size === 0 ? undefined : few;
  }
  if (!isArray(few)) return few;
  const last = few.pop();
  if (last !== item && last !== undefined) few[few.indexOf(item)] = last;
  return few.length === 0 ? undefined : few;
}

/** Visit every member; `visit` must not change the set. */
export function forEachItem<T extends object>(few: Few<T>, visit: (item: T) => void): void {
  if (few === undefined) return;
  if (isSet(few) || isArray(few)) for (const item of few) visit(item);
  else visit(few);
}

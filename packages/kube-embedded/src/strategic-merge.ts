import { badRequest } from './api-error.ts';
import { listType } from './list-keys.ts';
import { type Fields, isFields, sameJson } from './object.ts';

const orderDirective = '$setElementOrder/';
const deleteDirective = '$deleteFromPrimitiveList/';

/**
 * Strategic merge patch (sig-api-machinery, strategic-merge-patch.md): like a merge patch, but lists with a merge key are
 * merged item by item, and directives (`$patch`, `$retainKeys`, `$setElementOrder`, `$deleteFromPrimitiveList`) are obeyed.
 */
export function strategicMerge(kind: string, target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) throw badRequest('error decoding patch: a strategic merge patch is an object');
  return mergeFields(kind, '', isFields(target) ? target : {}, patch);
}

function mergeFields(kind: string, path: string, target: Fields, patch: Fields): Fields {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  if (patch['$patch'] === 'delete') return {};
  const result: Fields = { ...target };
  const retain = patch['$retainKeys'];
  if (Array.isArray(retain)) for (const name of Object.keys(result)) if (!retain.includes(name)) delete result[name];
  for (const [name, value] of Object.entries(patch)) {
    const here = path ? `${path}.${name}` : name;
    if (name.startsWith(deleteDirective)) {
      const list = name.slice(deleteDirective.length);
      result[list] = without(result[list], value);
    } else if (name.startsWith('$')) {
      // Directives are no fields.
    } else if (value === null) delete result[name];
    else if (Array.isArray(value)) {
      const order = patch[`${orderDirective}${name}`];
      result[name] = mergeList(kind, here, result[name], value, Array.isArray(order) ? order : value);
    } else if (isFields(value)) {
      const old = result[name];
      result[name] = mergeFields(kind, here, isFields(old) ? old : {}, value);
    } else result[name] = value;
  }
  for (const [name, order] of Object.entries(patch)) {
    const list = name.slice(orderDirective.length);
    // An order without changes of its list.
    if (!name.startsWith(orderDirective) || !Array.isArray(order) || patch[list] !== undefined) continue;
    const items = result[list];
    if (Array.isArray(items)) result[list] = ordered(kind, path ? `${path}.${list}` : list, items, items, order);
  }
  return result;
}

function mergeList(
  kind: string,
  path: string,
  old: unknown,
  patch: readonly unknown[],
  order: readonly unknown[],
): readonly unknown[] {
  const before = Array.isArray(old) ? old : [];
  const items = [...before];
  const type = listType(kind, path);
  if (type.type === 'set') return [...items, ...patch.filter((item) => !items.some((has) => sameJson(has, item)))];
  const key = type.type === 'map' ? type.keys[0] : undefined;
  if (key === undefined) return patch.map(withoutDirectives);
  if (patch.some((item) => isFields(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !(isFields(item) && item['$patch'] === 'replace'));
  }
  for (const item of patch) {
    if (!isFields(item)) throw badRequest(`error decoding patch: an item of ${path} is not an object`);
    if (item[key] === undefined) throw badRequest(`map: ${path} does not contain declared merge key: ${key}`);
    const index = items.findIndex((has) => isFields(has) && has[key] === item[key]);
    const existing = items[index];
    if (item['$patch'] === 'delete') {
      if (index >= 0) items.splice(index, 1);
    } else if (index >= 0 && isFields(existing)) items[index] = mergeFields(kind, path, existing, item);
    else items.push(withoutDirectives(item));
  }
  return ordered(kind, path, items, before, order);
}

/**
 * The items of `order` in that order, and the others in the order they had `before`: one of these goes first only where
 * both were there and it was in front (strategicpatch, mergeSortedSlice).
 */
function ordered(
  kind: string,
  path: string,
  items: readonly unknown[],
  before: readonly unknown[],
  order: readonly unknown[],
): unknown[] {
  const type = listType(kind, path);
  const key = type.type === 'map' ? type.keys[0] : undefined;
  const rank = (list: readonly unknown[], item: unknown): number =>
    list.findIndex((other) =>
      key === undefined
        ? sameJson(other, item)
        : isFields(item) && (isFields(other) ? other[key] === item[key] : other === item[key]),
    );
  const named = items.filter((item) => rank(order, item) >= 0).toSorted((a, b) => rank(order, a) - rank(order, b));
  const others = items.filter((item) => rank(order, item) < 0);
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [other, one] = [rank(before, others[0]), rank(before, named[0])];
    result.push(other >= 0 && one >= 0 && other < one ? others.shift() : named.shift());
  }
  return [...result, ...named, ...others];
}

const without = (list: unknown, gone: unknown): unknown[] =>
  (Array.isArray(list) ? list : []).filter(
    (item) => !(Array.isArray(gone) && gone.some((other) => sameJson(other, item))),
  );

function withoutDirectives<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutDirectives) as T & unknown[];
  if (!isFields(value)) return value;
  const result: Fields = {};
  for (const [name, inner] of Object.entries(value)) {
    if (!name.startsWith('$') && inner !== null) result[name] = withoutDirectives(inner);
  }
  return result as T & Fields;
}

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
      // Element orders are applied below, when their lists are complete.
    } else if (value === null) delete result[name];
    else if (Array.isArray(value)) result[name] = mergeList(kind, here, result[name], value);
    else if (isFields(value)) {
      const old = result[name];
      result[name] = mergeFields(kind, here, isFields(old) ? old : {}, value);
    } else result[name] = value;
  }
  for (const [name, order] of Object.entries(patch)) {
    if (!name.startsWith(orderDirective) || !Array.isArray(order)) continue;
    const list = name.slice(orderDirective.length);
    const items = result[list];
    if (Array.isArray(items)) result[list] = ordered(kind, path ? `${path}.${list}` : list, items, order);
  }
  return result;
}

function mergeList(kind: string, path: string, old: unknown, patch: readonly unknown[]): readonly unknown[] {
  const items = Array.isArray(old) ? [...old] : [];
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
  return items;
}

/** Items named by the directive in its order, the others after them. */
function ordered(kind: string, path: string, items: readonly unknown[], order: readonly unknown[]): unknown[] {
  const type = listType(kind, path);
  const key = type.type === 'map' ? type.keys[0] : undefined;
  const rank = (item: unknown): number => {
    const index = order.findIndex((other) =>
      key === undefined ? sameJson(other, item) : isFields(other) && isFields(item) && other[key] === item[key],
    );
    return index < 0 ? order.length : index;
  };
  return items.toSorted((a, b) => rank(a) - rank(b));
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

import { keyDefault, type ListType, listType } from './list-keys.ts';
import { type Fields, isFields } from './object.ts';

/**
 * The leaves of an object by path, as FieldsV1 counts them (structured-merge-diff): a path is a list of `f:<field>`,
 * `k:{"name":"a"}` (item of a keyed list), `v:"x"` (item of a set) and `.` (the item itself), joined by U+0000.
 */
export type Leaves = ReadonlyMap<string, unknown>;

const separator = '\u0000';

/** Fields of an object that nobody manages: its identity and what only the server writes. */
const unmanaged: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  ...[
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
    'selfLink',
  ].map((field) => `metadata.${field}`),
]);

/** All managed leaves of an object. */
export function leaves(kind: string, object: Fields): Leaves {
  const found = new Map<string, unknown>();
  collect(kind, '', '', object, found);
  found.delete('');
  return found;
}

function collect(kind: string, dotted: string, path: string, value: unknown, found: Map<string, unknown>): void {
  if (isFields(value)) {
    const names = Object.keys(value).filter((name) => value[name] !== undefined);
    for (const name of names) {
      const inner = dotted ? `${dotted}.${name}` : name;
      if (!unmanaged.has(inner)) collect(kind, inner, join(path, `f:${name}`), value[name], found);
    }
    if (names.length === 0 && path) found.set(path, value);
    return;
  }
  const type: ListType = Array.isArray(value) ? listType(kind, dotted) : { type: 'atomic' };
  if (!Array.isArray(value) || type.type === 'atomic') {
    if (path) found.set(path, value);
    return;
  }
  for (const item of value) {
    const step = itemStep(type, item);
    found.set(join(path, step, '.'), true);
    if (type.type === 'map') collect(kind, dotted, join(path, step), item, found);
  }
}

const join = (...steps: readonly string[]): string => steps.filter((step) => step !== '').join(separator);

/** The path step of a list item: its keys, or its value. */
export function itemStep(type: ListType, item: unknown): string {
  if (type.type !== 'map') return `v:${JSON.stringify(item)}`;
  const fields = isFields(item) ? item : {};
  const keys = type.keys.toSorted().flatMap((key) => {
    const value = fields[key] ?? keyDefault(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

/** Remove the leaf at `path`, and the objects and lists that it leaves empty. */
export function removeLeaf(kind: string, object: Fields, path: string): Fields {
  const result = removed(kind, '', object, path.split(separator));
  return isFields(result) ? result : {};
}

function removed(kind: string, dotted: string, value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === '.') return undefined;
  // An object that was applied empty and has been filled by others since stays.
  if (step === undefined) return isFields(value) && Object.keys(value).length > 0 ? value : undefined;
  if (step.startsWith('f:') && isFields(value)) {
    const name = step.slice(2);
    const { [name]: inner, ...others } = value;
    if (inner === undefined) return value;
    const left = removed(kind, dotted ? `${dotted}.${name}` : name, inner, rest);
    if (left !== undefined) return { ...others, [name]: left };
    return Object.keys(others).length > 0 || dotted === '' ? others : undefined;
  }
  if (!Array.isArray(value)) return value;
  const type = listType(kind, dotted);
  const items = value.flatMap((item) => {
    if (itemStep(type, item) !== step) return [item];
    const left = removed(kind, dotted, item, rest);
    return left === undefined ? [] : [left];
  });
  return items.length > 0 ? items : undefined;
}

/** A set of paths as the nested object of `managedFields[].fieldsV1`. */
export function toFieldsV1(paths: Iterable<string>): Fields {
  const root: Fields = {};
  for (const path of paths) {
    let here = root;
    for (const step of path.split(separator)) {
      const next = here[step];
      if (isFields(next)) here = next;
      else {
        const made: Fields = {};
        here[step] = made;
        here = made;
      }
    }
  }
  return root;
}

/** The paths of a FieldsV1 object. */
export function fromFieldsV1(fields: Fields): Set<string> {
  const found = new Set<string>();
  const walk = (here: Fields, path: string): void => {
    const steps = Object.entries(here);
    if (steps.length === 0 && path) found.add(path);
    for (const [step, inner] of steps) walk(isFields(inner) ? inner : {}, join(path, step));
  };
  walk(fields, '');
  return found;
}

/** `.spec.containers[name="a"].image`, as conflicts are told. */
export function pathText(path: string): string {
  return path
    .split(separator)
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      if (!step.startsWith('k:')) return '';
      const keys: unknown = JSON.parse(step.slice(2));
      return `[${Object.entries(isFields(keys) ? keys : {})
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}

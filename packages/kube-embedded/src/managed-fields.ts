import { ApiError } from './api-error.ts';
import { fromFieldsV1, itemStep, type Leaves, leaves, pathText, removeLeaf, toFieldsV1 } from './field-set.ts';
import { listType } from './list-keys.ts';
import { type Fields, fieldsOf, isFields, type KubeObject, type ManagedFields, sameJson, withMeta } from './object.ts';

/** Who writes: the `fieldManager` parameter or the user agent, and the subresource written. */
export interface Writer {
  readonly manager: string;
  readonly subresource: string | undefined;
  /** RFC 3339 time of the write. */
  readonly time: string;
}

interface Owned {
  readonly entry: ManagedFields;
  readonly paths: Set<string>;
}

const ownedBy = (object: KubeObject | undefined): Owned[] =>
  (object?.metadata.managedFields ?? []).map((entry) => ({ entry, paths: fromFieldsV1(entry.fieldsV1) }));

const isWriter = (entry: ManagedFields, operation: ManagedFields['operation'], writer: Writer): boolean =>
  entry.operation === operation && entry.manager === writer.manager && entry.subresource === writer.subresource;

/** Account a create, update or patch: the writer owns what it changed, and nobody owns what is gone. */
export function trackUpdate(next: KubeObject, old: KubeObject | undefined, writer: Writer): KubeObject {
  const before: Leaves = old ? leaves(next.kind, old) : new Map();
  const after = leaves(next.kind, next);
  const changed = [...after.keys()].filter((path) => !before.has(path) || !sameJson(before.get(path), after.get(path)));
  const gone = [...before.keys()].filter((path) => !after.has(path));
  const all = ownedBy(old);
  if (changed.length === 0 && gone.length === 0) return withManagers(next, all);
  for (const { entry, paths } of all) {
    for (const path of gone) paths.delete(path);
    if (!isWriter(entry, 'Update', writer)) for (const path of changed) paths.delete(path);
  }
  own(all, 'Update', writer, next.apiVersion, (paths) => {
    for (const path of changed) paths.add(path);
  });
  return withManagers(next, all);
}

function own(
  all: Owned[],
  operation: ManagedFields['operation'],
  writer: Writer,
  apiVersion: string,
  change: (paths: Set<string>) => void,
): void {
  const index = all.findIndex(({ entry }) => isWriter(entry, operation, writer));
  const paths = all[index]?.paths ?? new Set<string>();
  change(paths);
  const entry: ManagedFields = {
    manager: writer.manager,
    operation,
    apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1',
    fieldsV1: {},
    ...(writer.subresource && { subresource: writer.subresource }),
  };
  if (index >= 0) all[index] = { entry, paths };
  else all.push({ entry, paths });
}

const withManagers = (object: KubeObject, all: readonly Owned[]): KubeObject => {
  const kept = all.filter(({ paths }) => paths.size > 0);
  return withMeta(object, {
    managedFields:
      kept.length > 0 ? kept.map(({ entry, paths }) => ({ ...entry, fieldsV1: toFieldsV1(paths) })) : undefined,
  });
};

/**
 * Server-side apply (KEP-555): the configuration is merged in, what the manager had applied before and leaves out now is
 * removed unless somebody else owns it too, and a field with another value of another owner is a conflict unless forced.
 */
export function applied(live: KubeObject | undefined, config: KubeObject, writer: Writer, force: boolean): KubeObject {
  const { kind } = config;
  const wanted = leaves(kind, config);
  const present: Leaves = live ? leaves(kind, live) : new Map();
  const all = ownedBy(live);
  const others = all.filter(({ entry }) => !isWriter(entry, 'Apply', writer));
  const conflicts = others.flatMap(({ entry, paths }) =>
    [...wanted]
      .filter(([path, value]) => paths.has(path) && !sameJson(value, present.get(path)))
      .map(([path]) => ({ path, owner: entry })),
  );
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);
  for (const { paths } of others) for (const { path } of conflicts) paths.delete(path);

  const before = all.find(({ entry }) => isWriter(entry, 'Apply', writer))?.paths ?? new Set<string>();
  let merged: Fields = live ? fieldsOf(mergeApplied(kind, '', live, config)) : config;
  for (const path of before) {
    if (wanted.has(path) || others.some(({ paths }) => paths.has(path))) continue;
    merged = removeLeaf(kind, merged, path);
  }
  own(all, 'Apply', writer, config.apiVersion, (paths) => {
    paths.clear();
    for (const path of wanted.keys()) paths.add(path);
  });
  const metadata = fieldsOf(merged['metadata']);
  return withManagers(
    { ...merged, apiVersion: config.apiVersion, kind, metadata: { ...metadata, name: config.metadata.name } },
    all,
  );
}

function mergeApplied(kind: string, dotted: string, live: unknown, config: unknown): unknown {
  if (isFields(live) && isFields(config)) {
    const result: Fields = { ...live };
    for (const [name, value] of Object.entries(config)) {
      result[name] = mergeApplied(kind, dotted ? `${dotted}.${name}` : name, live[name], value);
    }
    return result;
  }
  if (!Array.isArray(live) || !Array.isArray(config)) return config;
  const type = listType(kind, dotted);
  if (type.type === 'atomic') return config;
  const items = [...live];
  for (const item of config) {
    const index = items.findIndex((other) => itemStep(type, other) === itemStep(type, item));
    if (index < 0) items.push(item);
    else items[index] = mergeApplied(kind, dotted, items[index], item);
  }
  return items;
}

function applyConflict(conflicts: readonly { readonly path: string; readonly owner: ManagedFields }[]): ApiError {
  const causes = conflicts.map(({ path, owner: { manager, operation, subresource, apiVersion } }) => ({
    reason: 'FieldManagerConflict',
    message: [
      `conflict with "${manager}"`,
      ...(subresource ? [`with subresource "${subresource}"`] : []),
      ...(operation === 'Update' ? [`using ${apiVersion}`] : []),
    ].join(' '),
    field: pathText(path),
  }));
  const list = causes.map(({ message, field }) => `${message}: ${field}`).join('; ');
  return new ApiError(
    'Conflict',
    `Apply failed with ${causes.length} conflict${causes.length === 1 ? '' : 's'}: ${list}`,
    { causes },
  );
}

/** A plain JSON object. */
export type Fields = { [field: string]: unknown };

/** An object of the Kubernetes API as stored: never changed in place once it is in the store. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** The fields of `metadata` that the server itself reads or writes; others are kept as they are. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
  readonly [field: string]: unknown;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly blockOwnerDeletion?: boolean;
}

/** One entry of `metadata.managedFields`: which fields a manager has set. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Fields;
  readonly subresource?: string;
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `value` as an object; an empty one where it is something else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** The value at a dotted path without array indices: `at(pod, 'spec.nodeName')`. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split('.')) {
    if (!isFields(here)) return undefined;
    here = here[step];
  }
  return here;
}

/** The value at a dotted path when it is a string. */
export const textAt = (value: unknown, path: string): string | undefined => {
  const found = at(value, path);
  return typeof found === 'string' ? found : undefined;
};

/** The values of the list at a dotted path; empty when there is no list. */
export const listAt = (value: unknown, path: string): readonly unknown[] => {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
};

/** `object` with some fields of its metadata replaced; `undefined` removes a field. */
export function withMeta(object: KubeObject, changes: Fields): KubeObject {
  const metadata: Fields = { ...object.metadata, ...changes };
  for (const field of Object.keys(changes)) if (changes[field] === undefined) delete metadata[field];
  return { ...object, metadata: { ...metadata, name: object.metadata.name } };
}

/** Equality of JSON values, whatever the order of fields. An absent field and `undefined` are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) if (!sameJson(a[name], b[name])) return false;
  return true;
}

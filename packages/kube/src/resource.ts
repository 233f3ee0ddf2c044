/** Which fields of an object a row keeps: `true` keeps all below; lists are looked through. */
export interface FieldMask {
  readonly [field: string]: true | FieldMask;
}

/** A resource of the API, and the row that its objects become. */
export interface Resource<Row> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Fields of the row; what is not named never makes a change of a table. */
  readonly fields: FieldMask;
  /** Carries the row's type; never set. */
  readonly row?: Row;
}

/** Describe a resource that {@link resources} does not have, such as one of a custom resource definition. */
export const defineResource = <Row>(definition: Omit<Resource<Row>, 'row'>): Resource<Row> => definition;

/** Which object. `namespace` is left out for cluster-scoped resources. */
export interface ObjectRef {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** The key of an object's row: `namespace/name`, or `name` where there are no namespaces. */
export const objectKey = ({ namespace, name }: ObjectRef): string => (namespace ? `${namespace}/${name}` : name);

/** `v1`, `apps/v1`. */
export const apiVersionOf = ({ group, version }: Pick<Resource<unknown>, 'group' | 'version'>): string =>
  group ? `${group}/${version}` : version;

/** The path of a collection, or of one object in it. */
export function pathOf(
  { group, version, plural, namespaced, kind }: Resource<unknown>,
  namespace: string | undefined,
  name?: string,
): string {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
  if (namespaced && name !== undefined && !namespace) {
    throw new TypeError(`${kind} ${name}: namespace is missing; ${plural} live in namespaces`);
  }
  const scope = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** The row of an object: the fields of the mask, as far as they are there. */
export function toRow<Row>(resource: Resource<Row>, object: unknown): Row {
  return masked(object, resource.fields) as Row;
}

function masked(value: unknown, mask: true | FieldMask): unknown {
  if (mask === true || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  const result: Record<string, unknown> = {};
  for (const [field, inner] of Object.entries(value)) {
    const kept = mask[field];
    if (kept !== undefined) result[field] = masked(inner, kept);
  }
  return result;
}

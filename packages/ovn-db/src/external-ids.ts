/** Keys that upstream OVN-Kubernetes writes to `external_ids` of the rows it owns. */
export const ownerControllerKey = 'k8s.ovn.org/owner-controller';
export const ownerTypeKey = 'k8s.ovn.org/owner-type';
export const idKey = 'k8s.ovn.org/id';

/** Whose row it is and what it stands for. */
export interface Owner {
  /** Such as `default-network-controller`. */
  readonly controller: string;
  /** Such as `NetworkPolicy`. */
  readonly type: string;
  /** What tells it from others of its type, in the type's fixed order: key (below `k8s.ovn.org/`) and value. */
  readonly ids: readonly (readonly [key: string, value: string])[];
}

/**
 * The value of `k8s.ovn.org/id`: controller, type and values in their order, joined by colons. A value keeps its own
 * colons, as upstream's do.
 */
export function ownerId({ controller, type, ids }: Owner): string {
  return [controller, type, ...ids.map(([, value]) => value)].join(':');
}

/** All `external_ids` of an owned row: controller, type, every id by itself, and their joined form. */
export function ownerExternalIds(owner: Owner): { readonly [key: string]: string } {
  return {
    [ownerControllerKey]: owner.controller,
    [ownerTypeKey]: owner.type,
    ...Object.fromEntries(owner.ids.map(([key, value]) => [`k8s.ovn.org/${key}`, value])),
    [idKey]: ownerId(owner),
  };
}

/** An owner filter for the rows of one controller: those whose `external_ids` name it. */
export function ownedBy(controller: string): (table: string, row: { readonly [column: string]: unknown }) => boolean {
  return (_table, row) => {
    const ids = row['external_ids'];
    return typeof ids === 'object' && ids !== null && Reflect.get(ids, ownerControllerKey) === controller;
  };
}

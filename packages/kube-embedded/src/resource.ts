import type { FieldError } from './api-error.ts';
import type { KubeObject } from './object.ts';

/** A column of `kubectl get`. Priority 0 is always shown, 1 only with `-o wide`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly priority: 0 | 1;
  readonly value: (object: KubeObject) => unknown;
}

/** A resource that the server serves, in one version. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /**
   * `status`: a write to the object leaves status alone, a write to /status leaves the rest alone. `free`: /status exists,
   * but a create may set status too, as for Nodes.
   */
  readonly statusSubresource: 'none' | 'status' | 'free';
  /** Whether an update without a resourceVersion is taken as "whatever is there". */
  readonly unconditionalUpdate: boolean;
  /** Whether this is a custom resource: patches are never strategic, and /status keeps labels and annotations. */
  readonly custom: boolean;
  /** Dotted paths beyond metadata.name and metadata.namespace that field selectors may name. */
  readonly selectableFields: readonly string[];
  /** What names must be: RFC 1123 subdomains, or labels (no dots, 63 characters). */
  readonly nameRule: 'subdomain' | 'label';
  readonly columns: readonly PrinterColumn[];
  /** Fill in defaults; runs before every write. */
  readonly defaults?: (object: KubeObject, old: KubeObject | undefined) => KubeObject;
  /** Rules beyond those of metadata. */
  readonly validate?: (object: KubeObject, old: KubeObject | undefined) => readonly FieldError[];
}

/** The key of a resource in the store: versions share storage. */
export const storageKey = ({ group, plural }: { readonly group: string; readonly plural: string }): string =>
  `${plural}.${group}`;

/** `v1`, `apps/v1`. */
export const apiVersionOf = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group ? `${group}/${version}` : version;

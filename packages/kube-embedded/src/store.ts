import type { KubeObject } from './object.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One write. `object` of a deletion is the last state, with the resourceVersion of the deletion. */
export interface Change {
  readonly type: ChangeType;
  readonly revision: number;
  /** Storage key of the resource. */
  readonly resource: string;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

interface Collection {
  readonly objects: Map<string, KubeObject>;
  /** Changes after `compacted`, oldest first. */
  changes: Change[];
  /** Changes at or before this revision are forgotten. */
  compacted: number;
  readonly listeners: Set<(change: Change) => void>;
}

/** `namespace/name`, or `/name`: the order of a list is the order of these. */
export const objectKey = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const keyOf = (object: KubeObject): string => objectKey(object.metadata.namespace, object.metadata.name);

/**
 * Versioned objects in memory, what etcd and the watch cache are to a real API server: one revision counter for all
 * resources, and per resource a bounded history to watch from.
 */
export class Store {
  #revision = 0;
  readonly #collections = new Map<string, Collection>();
  readonly #historyLimit: number;
  /** Objects per namespace, over all resources. */
  readonly #namespaceSizes = new Map<string, number>();
  /** Owner's uid → `resource` and object keys of its dependents. */
  readonly #dependents = new Map<string, Map<string, { readonly resource: string; readonly object: KubeObject }>>();
  readonly #everything = new Set<(change: Change) => void>();

  constructor(historyLimit = 20_000) {
    this.#historyLimit = historyLimit;
  }

  get revision(): number {
    return this.#revision;
  }

  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#collections.get(resource)?.objects.get(objectKey(namespace, name));
  }

  /** All objects of a resource, in key order. */
  list(resource: string): readonly KubeObject[] {
    const objects = this.#collections.get(resource)?.objects;
    return objects ? sorted(objects) : [];
  }

  /** The objects as they were at an earlier revision; undefined when that is forgotten. */
  listAt(resource: string, revision: number): readonly KubeObject[] | undefined {
    const collection = this.#collection(resource);
    if (revision < collection.compacted) return undefined;
    const objects = new Map(collection.objects);
    for (const change of collection.changes.toReversed()) {
      if (change.revision <= revision) break;
      const key = keyOf(change.object);
      if (change.previous) objects.set(key, change.previous);
      else objects.delete(key);
    }
    return sorted(objects);
  }

  /** Write an object; returns it with its new resourceVersion. */
  put(resource: string, object: KubeObject): KubeObject {
    const previous = this.get(resource, object.metadata.namespace, object.metadata.name);
    return this.#record(resource, previous ? 'MODIFIED' : 'ADDED', object, previous);
  }

  /** Remove an object; returns its last state with the resourceVersion of the deletion. */
  remove(resource: string, object: KubeObject): KubeObject {
    const previous = this.get(resource, object.metadata.namespace, object.metadata.name);
    return previous ? this.#record(resource, 'DELETED', object, previous) : object;
  }

  /** How many objects a namespace holds. */
  namespaceSize(namespace: string): number {
    return this.#namespaceSizes.get(namespace) ?? 0;
  }

  /** Objects with an owner reference to `uid`. */
  dependents(uid: string): readonly { readonly resource: string; readonly object: KubeObject }[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  /** Changes after `revision`, oldest first; undefined when some of them are forgotten. */
  changesAfter(resource: string, revision: number): readonly Change[] | undefined {
    const { changes, compacted } = this.#collection(resource);
    if (revision < compacted) return undefined;
    let start = changes.length;
    while (start > 0 && (changes[start - 1]?.revision ?? 0) > revision) start--;
    return changes.slice(start);
  }

  /** Be called with every later change of a resource, or of all. */
  listen(resource: string | undefined, listener: (change: Change) => void): () => void {
    const listeners = resource === undefined ? this.#everything : this.#collection(resource).listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Forget all history: a watch or continued list from before now is answered with 410 Gone. */
  compact(): void {
    for (const collection of this.#collections.values()) {
      collection.changes = [];
      collection.compacted = this.#revision;
    }
  }

  #collection(resource: string): Collection {
    let collection = this.#collections.get(resource);
    if (!collection) {
      collection = { objects: new Map(), changes: [], compacted: 0, listeners: new Set() };
      this.#collections.set(resource, collection);
    }
    return collection;
  }

  #record(resource: string, type: ChangeType, written: KubeObject, previous: KubeObject | undefined): KubeObject {
    const collection = this.#collection(resource);
    const revision = ++this.#revision;
    const object = { ...written, metadata: { ...written.metadata, resourceVersion: String(revision) } };
    if (type === 'DELETED') collection.objects.delete(keyOf(object));
    else collection.objects.set(keyOf(object), object);
    this.#account(resource, type === 'DELETED' ? undefined : object, previous);
    const change: Change = { type, revision, resource, object, previous };
    collection.changes.push(change);
    if (collection.changes.length > this.#historyLimit) {
      const forgotten = collection.changes.splice(0, this.#historyLimit >> 1);
      collection.compacted = forgotten.at(-1)?.revision ?? collection.compacted;
    }
    for (const listener of [...collection.listeners, ...this.#everything]) listener(change);
    return object;
  }

  /** Keep the counts and the owner index in step with one write. */
  #account(resource: string, object: KubeObject | undefined, previous: KubeObject | undefined): void {
    const namespace = (object ?? previous)?.metadata.namespace;
    if (namespace && !object !== !previous) {
      this.#namespaceSizes.set(namespace, this.namespaceSize(namespace) + (object ? 1 : -1));
    }
    for (const owner of previous?.metadata.ownerReferences ?? []) {
      const all = this.#dependents.get(owner.uid);
      if (previous) all?.delete(`${resource} ${keyOf(previous)}`);
      if (all?.size === 0) this.#dependents.delete(owner.uid);
    }
    for (const owner of object?.metadata.ownerReferences ?? []) {
      let all = this.#dependents.get(owner.uid);
      if (!all) {
        all = new Map();
        this.#dependents.set(owner.uid, all);
      }
      if (object) all.set(`${resource} ${keyOf(object)}`, { resource, object });
    }
  }
}

function sorted(objects: ReadonlyMap<string, KubeObject>): readonly KubeObject[] {
  return [...objects.keys()].sort().flatMap((key) => objects.get(key) ?? []);
}

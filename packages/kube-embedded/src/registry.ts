import { builtinResources } from './builtin-resources.ts';
import { customResources } from './custom-resource.ts';
import type { KubeObject } from './object.ts';
import { type Resource, storageKey } from './resource.ts';

/** What the server serves: the built-in resources and those of custom resource definitions. */
export class Registry {
  readonly #resources = new Map<string, Resource>();
  /** Storage key → resource, any version of it. */
  readonly #stored = new Map<string, Resource>();

  constructor() {
    for (const resource of builtinResources) this.#add(resource);
  }

  /** The resource at `/apis/<group>/<version>/<plural>`. */
  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#resources.get(`${group}/${version}/${plural}`);
  }

  /** A resource by its storage key. */
  stored(key: string): Resource | undefined {
    return this.#stored.get(key);
  }

  all(): readonly Resource[] {
    return [...this.#resources.values()];
  }

  /** Every stored resource once. */
  storedResources(): readonly Resource[] {
    return [...this.#stored.values()];
  }

  /** Serve what a definition defines, and no more what it defined before. */
  define(definition: KubeObject): void {
    this.forget(definition);
    for (const resource of customResources(definition)) this.#add(resource);
  }

  /** Serve a definition's resources no more; returns one of them. */
  forget(definition: KubeObject): Resource | undefined {
    const key = definition.metadata.name;
    const gone = this.#stored.get(key);
    if (!gone?.custom) return undefined;
    this.#stored.delete(key);
    for (const [path, resource] of this.#resources) if (storageKey(resource) === key) this.#resources.delete(path);
    return gone;
  }

  #add(resource: Resource): void {
    this.#resources.set(`${resource.group}/${resource.version}/${resource.plural}`, resource);
    if (!this.#stored.has(storageKey(resource))) this.#stored.set(storageKey(resource), resource);
  }
}

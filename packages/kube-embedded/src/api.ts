import { randomUUID } from 'node:crypto';
import { ApiError, alreadyExists, badRequest, conflict, type FieldError, invalid, notFound } from './api-error.ts';
import { establishedStatus } from './custom-resource.ts';
import { type DeleteOptions, isFinished, markedForDeletion } from './deletion.ts';
import { applied, trackUpdate, type Writer } from './managed-fields.ts';
import { type Fields, fieldsOf, isFields, type KubeObject, sameJson, withMeta } from './object.ts';
import { type PatchType, patched } from './patch.ts';
import type { Registry } from './registry.ts';
import { apiVersionOf, type Resource, storageKey } from './resource.ts';
import type { ServiceAddresses } from './service-addresses.ts';
import type { Store } from './store.ts';
import { timestamp } from './timestamp.ts';
import { metadata as metadataRules } from './validation.ts';

/** Which object: `namespace` is undefined for cluster-scoped resources. */
export interface Target {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface WriteOptions {
  readonly writer: Writer;
  /** Compute and check, but write nothing. */
  readonly dryRun?: boolean;
  readonly subresource?: string | undefined;
}

/** Kinds whose `generation` counts changes of the specification; custom resources do too. */
const generational: ReadonlySet<string> = new Set([
  'Pod',
  'Deployment',
  'DaemonSet',
  'ReplicaSet',
  'NetworkPolicy',
  'EndpointSlice',
  'CustomResourceDefinition',
]);
const isGenerational = ({ kind, custom }: Resource): boolean => custom || generational.has(kind);

export interface Clock {
  now(): number;
}

/** Creates, updates, patches and deletes objects with the rules of the Kubernetes API; reads are the store's. */
export class Api {
  readonly store: Store;
  readonly registry: Registry;
  readonly #services: ServiceAddresses;
  readonly #clock: Clock;

  constructor(store: Store, registry: Registry, services: ServiceAddresses, clock: Clock) {
    this.store = store;
    this.registry = registry;
    this.#services = services;
    this.#clock = clock;
  }

  get now(): string {
    return timestamp(this.#clock.now());
  }

  get({ resource, namespace, name }: Target): KubeObject {
    const found = this.store.get(storageKey(resource), namespace, name);
    if (!found) throw notFound(resource, name);
    return found;
  }

  create(resource: Resource, namespace: string | undefined, body: unknown, options: WriteOptions): KubeObject {
    this.#checkNamespace(namespace);
    const given = this.#read(resource, namespace, body);
    const name = given.metadata.name || this.#generatedName(resource, namespace, given);
    if (this.store.get(storageKey(resource), namespace, name)) throw alreadyExists(resource, name);
    const { resourceVersion, deletionTimestamp, deletionGracePeriodSeconds, managedFields, ...kept } = given.metadata;
    if (resourceVersion) throw new ApiError('Unknown', 'resourceVersion should not be set on objects to be created');
    const object: KubeObject = {
      ...given,
      metadata: {
        ...kept,
        name,
        uid: randomUUID(),
        creationTimestamp: this.now,
        ...(isGenerational(resource) && { generation: 1 }),
      },
      ...(resource.statusSubresource === 'status' && { status: undefined }),
    };
    const ready = trackUpdate(this.#admit(resource, object, undefined), undefined, options.writer);
    return options.dryRun ? ready : this.store.put(storageKey(resource), ready);
  }

  update(target: Target, body: unknown, options: WriteOptions): KubeObject {
    const old = this.get(target);
    const next = this.#read(target.resource, target.namespace, body);
    const { name, uid, resourceVersion } = next.metadata;
    checkName(target, name);
    if (uid && uid !== old.metadata.uid) throw uidConflict(target, uid, old);
    if (!resourceVersion && !target.resource.unconditionalUpdate) {
      // Here the real server gives the resource where others give the kind.
      throw invalid({ ...target.resource, kind: target.resource.plural }, name, [
        {
          reason: 'FieldValueInvalid',
          field: 'metadata.resourceVersion',
          message: 'Invalid value: 0x0: must be specified for an update',
        },
      ]);
    }
    return this.#replace(target, old, next, options);
  }

  patch(target: Target, type: PatchType, patch: unknown, options: WriteOptions & { force?: boolean }): KubeObject {
    if (type === 'apply') return this.#apply(target, patch, options);
    const { resource, namespace } = target;
    if (type === 'strategic' && resource.custom) {
      throw new ApiError(
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      );
    }
    const old = this.get(target);
    const next = this.#read(resource, namespace, patched(type, resource.kind, old, patch));
    checkName(target, next.metadata.name);
    if (next.metadata.uid !== old.metadata.uid) {
      const message = `Invalid value: "${next.metadata.uid ?? ''}": field is immutable`;
      throw invalid(resource, target.name, [{ reason: 'FieldValueInvalid', field: 'metadata.uid', message }]);
    }
    return this.#replace(target, old, next, options);
  }

  #apply(target: Target, body: unknown, options: WriteOptions & { force?: boolean }): KubeObject {
    const { resource, namespace, name } = target;
    const live = this.store.get(storageKey(resource), namespace, name);
    const config = this.#read(resource, namespace, body);
    checkName(target, config.metadata.name);
    if (config.metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
    const merged = applied(live, config, options.writer, options.force === true);
    if (live) return this.#replace(target, live, merged, options, true);
    if (options.subresource) throw notFound(resource, name);
    this.#checkNamespace(namespace);
    const { managedFields } = merged.metadata;
    const object = withMeta(merged, {
      uid: randomUUID(),
      creationTimestamp: this.now,
      ...(isGenerational(resource) && { generation: 1 }),
    });
    const ready = withMeta(this.#admit(resource, object, undefined), { managedFields });
    return options.dryRun ? ready : this.store.put(storageKey(resource), ready);
  }

  /** The common end of update, patch and apply. */
  #replace(target: Target, old: KubeObject, given: KubeObject, options: WriteOptions, tracked = false): KubeObject {
    const { resource } = target;
    const { resourceVersion } = given.metadata;
    if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) throw conflict(resource, target.name);
    const allowed = this.#within(resource, options.subresource, given, old);
    const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = old.metadata;
    const preserved = withMeta(allowed, {
      uid,
      creationTimestamp,
      deletionTimestamp,
      deletionGracePeriodSeconds,
      generation,
      resourceVersion: old.metadata.resourceVersion,
    });
    const admitted = this.#admit(resource, preserved, old);
    const next = tracked
      ? withMeta(admitted, { managedFields: given.metadata.managedFields })
      : trackUpdate(admitted, old, options.writer);
    if (same(next, old)) return old;
    const changed = isGenerational(resource) && options.subresource !== 'status' && !sameSpecification(next, old);
    const numbered = changed ? withMeta(next, { generation: (generation ?? 0) + 1 }) : next;
    if (options.dryRun) return numbered;
    if (old.metadata.deletionTimestamp && isFinished(resource, numbered)) {
      return this.store.remove(storageKey(resource), numbered);
    }
    return this.store.put(storageKey(resource), numbered);
  }

  /** What a write to a subresource, or to the object itself, may change: the rest is taken from the old object. */
  #within(resource: Resource, subresource: string | undefined, next: KubeObject, old: KubeObject): KubeObject {
    if (subresource === 'finalize') return { ...old, spec: next['spec'] };
    if (subresource !== 'status') {
      return resource.statusSubresource === 'none' ? next : { ...next, status: old['status'] };
    }
    const { status, ...rest } = old;
    // The status of a custom resource is written alone; that of a built-in kind may come with labels and annotations.
    const { resourceVersion, managedFields } = next.metadata;
    const metadata = resource.custom ? withMeta(old, { resourceVersion, managedFields }).metadata : next.metadata;
    return { ...rest, metadata: { ...metadata, name: old.metadata.name }, status: next['status'] };
  }

  /** Defaults, allocation and validation, in the order of a real server. */
  #admit(resource: Resource, given: KubeObject, old: KubeObject | undefined): KubeObject {
    const name = given.metadata.name;
    let object = resource.defaults?.(given, old) ?? given;
    const errors: FieldError[] = [
      ...metadataRules(object, resource.nameRule),
      ...(resource.validate?.(object, old) ?? []),
    ];
    if (errors.length === 0 && resource.kind === 'Service') {
      const result = this.#services.allocate(object, old);
      if ('errors' in result) errors.push(...result.errors);
      else object = result.service;
    }
    if (errors.length > 0) throw invalid(resource, name, errors);
    if (resource.kind === 'CustomResourceDefinition' && !old) object = establishedStatus(object, this.now);
    // JSON has no undefined: what a default left out is absent.
    return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Fields & KubeObject;
  }

  /** Check that a body is an object of the resource, in this namespace. */
  #read(resource: Resource, namespace: string | undefined, body: unknown): KubeObject {
    if (!isFields(body)) throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
    const apiVersion = apiVersionOf(resource);
    const { apiVersion: givenVersion = apiVersion, kind = resource.kind, metadata: given, ...rest } = body;
    const [group] = String(givenVersion).includes('/') ? String(givenVersion).split('/') : [''];
    if (kind !== resource.kind || group !== resource.group) {
      throw badRequest(
        `the API version in the data (${givenVersion}, kind ${kind}) does not match the expected API version (${apiVersion}, kind ${resource.kind})`,
      );
    }
    const metadata = fieldsOf(given);
    const { namespace: givenNamespace, ...meta } = Object.fromEntries(
      Object.entries(metadata).filter(([field, value]) => !(omittedWhenEmpty.has(field) && isEmpty(value))),
    );
    if (givenNamespace !== undefined && givenNamespace !== '' && givenNamespace !== (namespace ?? '')) {
      throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
    }
    const name = typeof metadata['name'] === 'string' ? metadata['name'] : '';
    return { apiVersion, kind: resource.kind, metadata: { ...meta, name, ...(namespace && { namespace }) }, ...rest };
  }

  #generatedName(resource: Resource, namespace: string | undefined, { metadata }: KubeObject): string {
    if (!metadata.generateName) {
      throw invalid(resource, '', [
        {
          reason: 'FieldValueRequired',
          field: 'metadata.name',
          message: 'Required value: name or generateName is required',
        },
      ]);
    }
    // The alphabet of util/rand in k8s.io/apimachinery: no vowels, no look-alikes.
    const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
    for (;;) {
      const suffix = Array.from({ length: 5 }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join('');
      const name = `${metadata.generateName}${suffix}`;
      if (!this.store.get(storageKey(resource), namespace, name)) return name;
    }
  }

  #checkNamespace(namespace: string | undefined): void {
    if (namespace === undefined) return;
    const resource = this.registry.stored('namespaces.');
    const found = this.store.get('namespaces.', undefined, namespace);
    if (!found) throw notFound(resource ?? { group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
    if (found.metadata.deletionTimestamp) {
      throw new ApiError(
        'Forbidden',
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        {
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      );
    }
  }

  /** Delete, or mark as being deleted when finalizers or a grace period ask for it. `gone` tells which. */
  delete(target: Target, options: DeleteOptions): { readonly object: KubeObject; readonly gone: boolean } {
    const { resource } = target;
    const old = this.get(target);
    const { uid, resourceVersion } = options.preconditions ?? {};
    // Preconditions name the kind where other conflicts name the resource.
    const precondition = { ...target, resource: { ...resource, plural: resource.kind } };
    if (uid && uid !== old.metadata.uid) throw uidConflict(precondition, uid, old);
    if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) {
      throw conflict(precondition.resource, target.name);
    }
    const marked = markedForDeletion(resource, old, options, this.#clock.now());
    if (options.dryRun) return { object: marked, gone: false };
    const numbered =
      isGenerational(resource) && !old.metadata.deletionTimestamp
        ? withMeta(marked, { generation: (old.metadata.generation ?? 0) + 1 })
        : marked;
    if (isFinished(resource, marked)) {
      const last = resource.kind === 'Pod' ? numbered : old;
      return { object: this.store.remove(storageKey(resource), last), gone: true };
    }
    if (same(marked, old)) return { object: old, gone: false };
    return { object: this.store.put(storageKey(resource), numbered), gone: false };
  }
}

/** Lists and maps of metadata that are absent when they are empty. */
const omittedWhenEmpty: ReadonlySet<string> = new Set([
  'annotations',
  'finalizers',
  'generateName',
  'labels',
  'managedFields',
  'ownerReferences',
]);

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

function checkName(target: Target, name: string): void {
  if (name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
}

const uidConflict = ({ resource, name }: Target, uid: string, old: KubeObject): ApiError =>
  conflict(resource, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`);

/** Equal but for when managers last wrote: such a write changes nothing and makes no new resourceVersion. */
function same(a: KubeObject, b: KubeObject): boolean {
  const plain = (object: KubeObject): KubeObject =>
    withMeta(object, {
      managedFields: object.metadata.managedFields?.map((entry) => ({ ...entry, time: undefined })),
    });
  return sameJson(plain(a), plain(b));
}

function sameSpecification(a: KubeObject, b: KubeObject): boolean {
  const { metadata: _, status: __, ...left } = a;
  const { metadata: ___, status: ____, ...right } = b;
  return sameJson(left, right);
}

import type { Api, Target } from './api.ts';
import { ApiError } from './api-error.ts';
import { type KubeObject, listAt, type OwnerReference, withMeta } from './object.ts';
import { storageKey } from './resource.ts';
import type { Change } from './store.ts';

const namespaces = 'namespaces.';
const definitions = 'customresourcedefinitions.apiextensions.k8s.io';

/** Schedules the controllers' work, so that it happens after the request that caused it has been answered. */
export type Later = (task: () => void) => void;

/**
 * The controllers without which the API does not behave like one: custom resource definitions are served, a namespace
 * being deleted is emptied, dependents of a deleted owner are collected. Returns what ends them.
 */
export function startControllers(api: Api, later: Later): () => void {
  const { store } = api;
  return store.listen(undefined, (change) => {
    const { resource, object, type } = change;
    if (resource === definitions) serveDefinition(api, change, later);
    if (resource === namespaces && type === 'MODIFIED' && object.metadata.deletionTimestamp) {
      later(() => emptyNamespace(api, object.metadata.name));
    }
    for (const owner of change.previous?.metadata.ownerReferences ?? []) {
      later(() => finishOwner(api, owner, object.metadata.namespace));
    }
    if (type === 'DELETED') {
      const { namespace } = object.metadata;
      if (namespace && store.namespaceSize(namespace) === 0) later(() => finishNamespace(api, namespace));
      later(() => collectDependents(api, object));
    } else if (object.metadata.deletionTimestamp) later(() => propagate(api, change));
  });
}

function serveDefinition(api: Api, { object, type }: Change, later: Later): void {
  if (type !== 'DELETED') {
    api.registry.define(object);
    return;
  }
  const gone = api.registry.forget(object);
  if (!gone) return;
  const key = storageKey(gone);
  later(() => {
    for (const item of api.store.list(key)) api.store.remove(key, item);
  });
}

const find = (
  api: Api,
  resourceKey: string,
  { metadata }: KubeObject,
): { target: Target; object: KubeObject } | undefined => {
  const resource = api.registry.stored(resourceKey);
  const object = api.store.get(resourceKey, metadata.namespace, metadata.name);
  if (!resource || !object || object.metadata.uid !== metadata.uid) return undefined;
  return { target: { resource, namespace: metadata.namespace, name: metadata.name }, object };
};

/** Delete, unless it is gone already. */
function remove(api: Api, target: Target, uid: string | undefined, propagationPolicy?: string): void {
  try {
    api.delete(target, { ...(uid && { preconditions: { uid } }), ...(propagationPolicy && { propagationPolicy }) });
  } catch (error) {
    if (!(error instanceof ApiError && (error.reason === 'NotFound' || error.reason === 'Conflict'))) throw error;
  }
}

function emptyNamespace(api: Api, namespace: string): void {
  for (const resource of api.registry.storedResources()) {
    if (!resource.namespaced) continue;
    for (const { metadata } of api.store.list(storageKey(resource))) {
      if (metadata.namespace === namespace && !metadata.deletionTimestamp) {
        remove(api, { resource, namespace, name: metadata.name }, metadata.uid, 'Background');
      }
    }
  }
  finishNamespace(api, namespace);
}

/** Take the `kubernetes` finalizer from a namespace that is being deleted and is empty. */
function finishNamespace(api: Api, name: string): void {
  const found = api.store.get(namespaces, undefined, name);
  if (!found?.metadata.deletionTimestamp || api.store.namespaceSize(name) > 0) return;
  const finalizers = listAt(found, 'spec.finalizers').filter((item) => item !== 'kubernetes');
  const next: KubeObject = { ...found, spec: { finalizers } };
  if (finalizers.length === 0 && (found.metadata.finalizers ?? []).length === 0) api.store.remove(namespaces, next);
  else if (finalizers.length < listAt(found, 'spec.finalizers').length) api.store.put(namespaces, next);
}

/** Delete the dependents of an owner that is gone, unless they have another owner. */
function collectDependents(api: Api, owner: KubeObject): void {
  const uid = owner.metadata.uid ?? '';
  for (const { resource, object } of api.store.dependents(uid)) {
    const others = (object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
    const now = find(api, resource, object);
    if (!now) continue;
    if (others.length > 0) api.store.put(resource, withMeta(now.object, { ownerReferences: others }));
    else remove(api, now.target, now.object.metadata.uid, 'Background');
  }
}

/** Foreground deletion: dependents first. Orphaning: take the references away, then let the owner go. */
function propagate(api: Api, { resource, object }: Change): void {
  const now = find(api, resource, object);
  const uid = object.metadata.uid ?? '';
  if (!now) return;
  const finalizers = now.object.metadata.finalizers ?? [];
  if (finalizers.includes('orphan')) {
    for (const dependent of api.store.dependents(uid)) {
      const others = (dependent.object.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
      api.store.put(
        dependent.resource,
        withMeta(dependent.object, { ownerReferences: others.length > 0 ? others : undefined }),
      );
    }
    dropFinalizer(api, now.target, now.object, 'orphan');
  } else if (finalizers.includes('foregroundDeletion')) {
    const dependents = api.store.dependents(uid);
    for (const dependent of dependents) {
      const found = find(api, dependent.resource, dependent.object);
      if (found && !found.object.metadata.deletionTimestamp)
        remove(api, found.target, found.object.metadata.uid, 'Foreground');
    }
    if (api.store.dependents(uid).length === 0) dropFinalizer(api, now.target, now.object, 'foregroundDeletion');
  }
}

/** Let an owner that waits for its dependents go when the last one is gone. */
function finishOwner(api: Api, { uid, apiVersion, kind, name }: OwnerReference, near: string | undefined): void {
  if (api.store.dependents(uid).length > 0) return;
  const group = groupOf(apiVersion);
  const resource = api.registry.all().find((item) => item.kind === kind && item.group === group);
  if (!resource) return;
  const namespace = resource.namespaced ? near : undefined;
  const object = api.store.get(storageKey(resource), namespace, name);
  if (object?.metadata.uid === uid && object.metadata.finalizers?.includes('foregroundDeletion')) {
    dropFinalizer(api, { resource, namespace, name }, object, 'foregroundDeletion');
  }
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

function dropFinalizer(api: Api, { resource }: Target, object: KubeObject, name: string): void {
  const finalizers = (object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== name);
  const next = withMeta(object, { finalizers: finalizers.length > 0 ? finalizers : undefined });
  if (finalizers.length === 0 && object.metadata.deletionTimestamp) api.store.remove(storageKey(resource), next);
  else api.store.put(storageKey(resource), next);
}

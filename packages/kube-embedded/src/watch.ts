import type { ApiError } from './api-error.ts';
import { type Fields, type KubeObject, withMeta } from './object.ts';
import { expired, type ListOptions, matcherOf, presented, revisionOf, tooLarge } from './reads.ts';
import { apiVersionOf, type Resource, storageKey } from './resource.ts';
import type { Change, Store } from './store.ts';

export interface WatchOptions extends ListOptions {
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject | Fields;
}

export interface Watch {
  /** Send a bookmark with the revision up to which everything has been sent. */
  bookmark(): void;
  stop(): void;
}

const initialEventsEnd = 'k8s.io/initial-events-end';

/**
 * Send events to `emit`: from the given version on; or, without one, first an ADDED of everything there is. A version
 * whose history is forgotten gives one ERROR event with code 410, in a stream that began with 200, as the watch cache of a
 * real server does; `undefined` is returned then.
 */
export function watch(
  store: Store,
  resource: Resource,
  options: WatchOptions,
  emit: (event: WatchEvent) => void,
): Watch | undefined {
  const key = storageKey(resource);
  const matches = matcherOf(resource, options);
  const since = revisionOf(options.resourceVersion);
  const refuse = (error: ApiError): undefined => {
    emit({ type: 'ERROR', object: error.toStatus() });
    return undefined;
  };
  if (since > store.revision) return refuse(tooLarge(since, store.revision));
  const send = (change: Change): void => {
    const event = eventOf(change, matches);
    if (event) emit({ ...event, object: presented(resource, event.object) });
  };
  const bookmark = (annotations?: Readonly<Record<string, string>>): void => {
    const metadata = { resourceVersion: String(store.revision), ...(annotations && { annotations }) };
    emit({ type: 'BOOKMARK', object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } });
  };
  if (since === 0 || options.sendInitialEvents) {
    for (const object of store.list(key)) {
      if (matches(object)) emit({ type: 'ADDED', object: presented(resource, object) });
    }
    if (options.sendInitialEvents && options.allowWatchBookmarks) bookmark({ [initialEventsEnd]: 'true' });
  } else {
    const missed = store.changesAfter(key, since);
    if (!missed) return refuse(expired(since, store.revision));
    for (const change of missed) send(change);
  }
  const stop = store.listen(key, send);
  return { bookmark: () => options.allowWatchBookmarks && bookmark(), stop };
}

/** What a change means to a watch with selectors: leaving the selection is a deletion, entering it an addition. */
function eventOf(
  { type, object, previous }: Change,
  matches: (object: KubeObject) => boolean,
): { readonly type: Change['type']; readonly object: KubeObject } | undefined {
  const was = previous !== undefined && matches(previous);
  const is = type !== 'DELETED' && matches(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  if (type === 'DELETED') return { type, object };
  // The last state that the watcher could see, with the version of the change that hid it.
  return { type: 'DELETED', object: withMeta(previous, { resourceVersion: object.metadata.resourceVersion }) };
}

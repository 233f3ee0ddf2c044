import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { LabError } from '../error.ts';
import { type ApiClient, statusText } from './client.ts';
import { type KubeObject, type List, objectKey } from './objects.ts';

/** One change of a followed collection. `sync` comes once, after the objects of the first list. */
export type Change<T> =
  | { readonly kind: 'set'; readonly object: T }
  | { readonly kind: 'delete'; readonly object: T }
  | { readonly kind: 'sync' };

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/**
 * List a collection and follow it, for as long as the signal lets: a broken connection is taken up where it was, an
 * expired resourceVersion (410 Gone) is a fresh list of which only the difference is reported.
 */
export async function follow<T extends KubeObject>(
  client: ApiClient,
  path: string,
  onChange: (change: Change<T>) => void,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, T>();
  const query = path.includes('?') ? '&' : '?';
  let version: string | undefined;
  let synced = false;
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        const list = await client.json<List<T>>(path, { signal });
        replaceAll(known, list.items, onChange);
        version = list.metadata.resourceVersion ?? '0';
        if (!synced) onChange({ kind: 'sync' });
        synced = true;
      }
      const stream = await client.open(`${path}${query}watch=1&allowWatchBookmarks=true&resourceVersion=${version}`, {
        signal,
      });
      if (stream.statusCode !== 200)
        throw new LabError('API', `watch of ${path}: ${statusText(stream.statusCode ?? 0, '')}`);
      for await (const event of eventsOf<T>(stream)) {
        if (event.type === 'ERROR') {
          version = undefined;
          break;
        }
        version = event.object.metadata.resourceVersion ?? version;
        applyEvent(known, event, onChange);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof LabError) && !(error instanceof Error)) throw error;
      version = undefined;
      // The server is away: nothing tells when it is back, so try again at a human pace.
      await delay(200, undefined, { signal }).catch(() => undefined);
    }
  }
}

function replaceAll<T extends KubeObject>(
  known: Map<string, T>,
  items: readonly T[],
  onChange: (change: Change<T>) => void,
): void {
  const fresh = new Set(items.map(objectKey));
  for (const [key, object] of known) {
    if (fresh.has(key)) continue;
    known.delete(key);
    onChange({ kind: 'delete', object });
  }
  for (const object of items) {
    const old = known.get(objectKey(object));
    if (old?.metadata.resourceVersion === object.metadata.resourceVersion && old !== undefined) continue;
    known.set(objectKey(object), object);
    onChange({ kind: 'set', object });
  }
}

function applyEvent<T extends KubeObject>(
  known: Map<string, T>,
  { type, object }: WatchEvent<T>,
  onChange: (change: Change<T>) => void,
): void {
  if (type === 'ADDED' || type === 'MODIFIED') {
    known.set(objectKey(object), object);
    onChange({ kind: 'set', object });
  } else if (type === 'DELETED') {
    known.delete(objectKey(object));
    onChange({ kind: 'delete', object });
  }
}

/** The JSON lines of a watch. */
async function* eventsOf<T>(stream: IncomingMessage): AsyncGenerator<WatchEvent<T>> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent<T>;
  }
}

/** Wait until `done` says so of the collection's objects; rejects with `what` when `signal` aborts first. */
export async function waitFor<T extends KubeObject>(
  client: ApiClient,
  path: string,
  done: (objects: ReadonlyMap<string, T>) => boolean,
  options: { readonly what: string | ((objects: ReadonlyMap<string, T>) => string); readonly seconds: number },
): Promise<readonly T[]> {
  const end = new AbortController();
  const timeout = AbortSignal.timeout(options.seconds * 1000);
  const objects = new Map<string, T>();
  let reached = false;
  let synced = false;
  const onChange = (change: Change<T>): void => {
    if (change.kind === 'set') objects.set(objectKey(change.object), change.object);
    if (change.kind === 'delete') objects.delete(objectKey(change.object));
    synced ||= change.kind === 'sync';
    if (!synced || !done(objects)) return;
    reached = true;
    end.abort();
  };
  await follow(client, path, onChange, AbortSignal.any([end.signal, timeout]));
  const { what, seconds } = options;
  if (!reached)
    throw new LabError('NOT_READY', `${typeof what === 'string' ? what : what(objects)}: not within ${seconds} s`);
  return [...objects.values()];
}

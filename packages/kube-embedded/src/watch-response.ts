import type { ServerResponse } from 'node:http';
import { isFields, type KubeObject } from './object.ts';
import type { ListOptions } from './reads.ts';
import type { Resource } from './resource.ts';
import type { Store } from './store.ts';
import { table, wantsTable } from './table.ts';
import { type WatchEvent, watch } from './watch.ts';

export interface WatchTimes {
  /** Between bookmarks, milliseconds. */
  readonly bookmarkMs: number;
}

/** Stream a watch until the client leaves, its `timeoutSeconds` is over, or the returned function is called. */
export function streamWatch(
  store: Store,
  resource: Resource,
  options: ListOptions,
  request: { readonly url: URL; readonly accept: string },
  response: ServerResponse,
  times: WatchTimes,
): () => void {
  const parameters = request.url.searchParams;
  const flag = (name: string): boolean => ['true', '1'].includes(parameters.get(name) ?? '');
  const asTable = wantsTable(request.accept);
  let first = true;
  const row = (object: KubeObject): unknown => {
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const include = parameters.get('includeObject') ?? undefined;
    const made = table(resource, [object], metadata, first, include);
    first = false;
    return made;
  };
  const emit = ({ type, object }: WatchEvent): void => {
    const shown = asTable && type !== 'ERROR' && isObject(object) ? row(object) : object;
    response.write(`${JSON.stringify({ type, object: shown })}\n`);
  };
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const running = watch(
    store,
    resource,
    { ...options, allowWatchBookmarks: flag('allowWatchBookmarks'), sendInitialEvents: flag('sendInitialEvents') },
    emit,
  );
  if (!running) {
    response.end();
    return () => undefined;
  }
  const bookmarks = setInterval(running.bookmark, times.bookmarkMs);
  const end = (): void => {
    clearInterval(bookmarks);
    clearTimeout(timeout);
    running.stop();
    response.end();
  };
  const seconds = Number(parameters.get('timeoutSeconds') ?? 0);
  // Node's timers hold 31 bits; a watch without a limit ends after a while anyhow, as those of a real server do.
  const timeout = setTimeout(end, Math.min(seconds > 0 ? seconds : 3600, 86_400) * 1000);
  response.on('close', end);
  return end;
}

const isObject = (value: unknown): value is KubeObject => isFields(value) && isFields(value['metadata']);

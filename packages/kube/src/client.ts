import type { Access } from './access.ts';
import { KubeError, refusal } from './error.ts';
import { apiVersionOf, type ObjectRef, pathOf, type Resource } from './resource.ts';
import { httpTransport, type Transport, type TransportResponse } from './transport.ts';

/** An object as the API server sends it, with the metadata that every object has. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface Selection {
  /** One namespace; all of them without it. */
  readonly namespace?: string | undefined;
  /** `app=web,tier in (a, b)`. */
  readonly labelSelector?: string | undefined;
  /** `spec.nodeName=a`. */
  readonly fieldSelector?: string | undefined;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends CallOptions {
  /** `status`, or another subresource. */
  readonly subresource?: string;
}

/** One event of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ApiObject;
}

export interface ClientOptions {
  /** Who writes: `fieldManager` of every write, and the user agent. Default `ovnkube`. */
  readonly fieldManager?: string;
  /** Milliseconds that a call may take, watches apart. Default 30 s. */
  readonly timeoutMs?: number;
  /** For tests; HTTP by default. */
  readonly transport?: Transport;
}

const pageSize = 500;

/**
 * A client of one API server. Calls reject with KubeError: `notFound`, `conflict`, `forbidden` and so on for refusals,
 * `connection` and `timeout` where there is no answer.
 */
export class KubeClient {
  readonly access: Access;
  readonly fieldManager: string;
  readonly #transport: Transport;
  readonly #timeoutMs: number;

  constructor(access: Access, options: ClientOptions = {}) {
    this.access = access;
    this.fieldManager = options.fieldManager ?? 'ovnkube';
    this.#transport = options.transport ?? httpTransport(access, this.fieldManager);
    this.#timeoutMs = options.timeoutMs ?? 30_000;
  }

  get(resource: Resource<unknown>, ref: ObjectRef, options: CallOptions = {}): Promise<ApiObject> {
    return this.#call('GET', pathOf(resource, ref.namespace, ref.name), options);
  }

  /** Everything that matches, at one version, read page by page. */
  async list(
    resource: Resource<unknown>,
    selection: Selection = {},
    options: CallOptions = {},
  ): Promise<{ readonly items: readonly ApiObject[]; readonly resourceVersion: string }> {
    const items: ApiObject[] = [];
    let next: string | undefined;
    for (;;) {
      const query = { ...selectors(selection), limit: String(pageSize), ...(next && { continue: next }) };
      const path = `${pathOf(resource, selection.namespace)}?${new URLSearchParams(query)}`;
      const page = await this.#call<ListBody>('GET', path, options);
      for (const item of page.items ?? []) items.push(item);
      next = page.metadata.continue;
      if (!next) return { items, resourceVersion: page.metadata.resourceVersion };
    }
  }

  /** Make an object; `apiVersion`, `kind` and the namespace are filled in. */
  create(resource: Resource<unknown>, object: NewObject, options: CallOptions = {}): Promise<ApiObject> {
    return this.#call('POST', this.#written(pathOf(resource, object.metadata.namespace)), {
      ...options,
      body: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object },
    });
  }

  /** Replace an object. With its resourceVersion this is refused (`conflict`) when somebody else wrote in between. */
  update(
    resource: Resource<unknown>,
    object: NewObject & ObjectWithName,
    options: WriteOptions = {},
  ): Promise<ApiObject> {
    const { namespace, name } = object.metadata;
    return this.#call('PUT', this.#written(subpath(pathOf(resource, namespace, name), options)), {
      ...options,
      body: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object },
    });
  }

  /**
   * JSON merge patch (RFC 7386): `null` removes a field. With `metadata.resourceVersion` or `metadata.uid` in it the patch
   * is refused (`conflict`) unless they are the object's.
   */
  patch(resource: Resource<unknown>, ref: ObjectRef, patch: object, options: WriteOptions = {}): Promise<ApiObject> {
    return this.#call('PATCH', this.#written(subpath(pathOf(resource, ref.namespace, ref.name), options)), {
      ...options,
      contentType: 'application/merge-patch+json',
      body: patch,
    });
  }

  /**
   * Server-side apply: these fields, and of those that this field manager applied before no others. Makes the object when
   * there is none. A field that another manager set to something else is a `conflict` unless `force`.
   */
  apply(
    resource: Resource<unknown>,
    object: NewObject & ObjectWithName,
    options: WriteOptions & { readonly force?: boolean } = {},
  ): Promise<ApiObject> {
    const { namespace, name } = object.metadata;
    const path = this.#written(subpath(pathOf(resource, namespace, name), options));
    return this.#call('PATCH', options.force ? `${path}&force=true` : path, {
      ...options,
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object },
    });
  }

  /** Delete an object. With `uid` only that very one. False when there is none. */
  async delete(
    resource: Resource<unknown>,
    ref: ObjectRef & { readonly uid?: string },
    options: CallOptions & {
      readonly gracePeriodSeconds?: number;
      readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
    } = {},
  ): Promise<boolean> {
    const { signal, ...rest } = options;
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      ...rest,
      ...(ref.uid && { preconditions: { uid: ref.uid } }),
    };
    try {
      await this.#call('DELETE', pathOf(resource, ref.namespace, ref.name), { signal, body });
      return true;
    } catch (error) {
      if (error instanceof KubeError && error.code === 'notFound') return false;
      throw error;
    }
  }

  /**
   * The changes after `resourceVersion`, as they come: each piece that the connection brings is one list of events. Ends
   * when the server ends it, after `timeoutSeconds` at the latest. Throws KubeError `expired` for 410 Gone.
   */
  async *watch(
    resource: Resource<unknown>,
    selection: Selection & { readonly resourceVersion: string; readonly timeoutSeconds: number },
    options: CallOptions = {},
  ): AsyncGenerator<readonly WatchEvent[]> {
    const query = new URLSearchParams({
      ...selectors(selection),
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: selection.resourceVersion,
      timeoutSeconds: String(selection.timeoutSeconds),
    });
    const path = `${pathOf(resource, selection.namespace)}?${query}`;
    // The server ends the watch in time; when it does not, the connection is dead.
    const overdue = AbortSignal.timeout((selection.timeoutSeconds + 30) * 1000);
    const signal = options.signal ? AbortSignal.any([options.signal, overdue]) : overdue;
    const response = await this.#transport({ method: 'GET', path, signal });
    if (response.status !== 200) throw refusal(`GET ${path}`, response.status, await bodyOf(response));
    let rest = '';
    try {
      for await (const chunk of response.body) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        const events = lines.filter((line) => line.trim() !== '').map((line) => readEvent(path, line));
        if (events.length > 0) yield events;
      }
    } finally {
      response.cancel();
    }
  }

  #written(path: string): string {
    return `${path}?fieldManager=${encodeURIComponent(this.fieldManager)}`;
  }

  async #call<Body = ApiObject>(
    method: string,
    path: string,
    { signal, body, contentType = 'application/json' }: CallOptions & { body?: object; contentType?: string },
  ): Promise<Body> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const response = await this.#transport({
      method,
      path,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': contentType } }),
    });
    const answer = await bodyOf(response);
    if (response.status < 200 || response.status > 299) throw refusal(`${method} ${path}`, response.status, answer);
    return answer as Body;
  }
}

/** An object to be written: whatever its kind has, with a name or a generateName. */
export interface NewObject {
  readonly metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface ObjectWithName {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface ListBody {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly ApiObject[] | null;
}

const subpath = (path: string, { subresource }: WriteOptions): string =>
  subresource ? `${path}/${subresource}` : path;

const selectors = ({ labelSelector, fieldSelector }: Selection): Record<string, string> => ({
  ...(labelSelector && { labelSelector }),
  ...(fieldSelector && { fieldSelector }),
});

/** The body as JSON; as text when it is none. */
async function bodyOf(response: TransportResponse): Promise<unknown> {
  const chunks: string[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const text = chunks.join('');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readEvent(path: string, line: string): WatchEvent {
  let event: WatchEvent;
  try {
    event = JSON.parse(line) as WatchEvent;
  } catch (cause) {
    throw new KubeError('server', `GET ${path}: a line of the watch is not JSON: ${line.slice(0, 100)}`, { cause });
  }
  if (event.type !== 'ERROR') return event;
  const code = event.object['code'];
  throw refusal(`GET ${path}`, typeof code === 'number' ? code : 500, event.object);
}

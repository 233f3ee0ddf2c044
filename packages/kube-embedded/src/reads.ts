import { ApiError, badRequest } from './api-error.ts';
import { type Fields, isFields, type KubeObject } from './object.ts';
import { apiVersionOf, type Resource, storageKey } from './resource.ts';
import { type Matcher, matcher } from './selector.ts';
import { objectKey, type Store } from './store.ts';

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: string | undefined;
}

export interface ListResult {
  readonly items: readonly KubeObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** The predicate of a list's or watch's namespace and selectors. */
export const matcherOf = (resource: Resource, options: ListOptions): Matcher =>
  matcher(resource, options.namespace, options.labelSelector, options.fieldSelector);

/** Parse a resourceVersion; 0 where none is given. */
export function revisionOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version: "${text}" is not a number`);
  return Number(text);
}

/** A list request for a version that does not exist yet. */
export const tooLarge = (asked: number, current: number): ApiError =>
  new ApiError('Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });

/** A list or watch from a version whose history is forgotten. */
export const expired = (asked: number, oldest: number): ApiError =>
  new ApiError('Expired', `too old resource version: ${asked} (${oldest})`);

/** List with selectors, pages and versions (Kubernetes API concepts, "Resource versions in metadata"). */
export function list(store: Store, resource: Resource, options: ListOptions): ListResult {
  const key = storageKey(resource);
  const page = options.continue ? readToken(options.continue) : undefined;
  const asked = revisionOf(options.resourceVersion);
  if (asked > store.revision) throw tooLarge(asked, store.revision);
  const exact = page?.revision ?? (options.resourceVersionMatch === 'Exact' ? asked : undefined);
  const objects = exact === undefined ? store.list(key) : store.listAt(key, exact);
  if (!objects) throw expired(exact ?? 0, store.revision);
  const revision = exact ?? store.revision;
  const matches = matcherOf(resource, options);
  const after = page?.after ?? '';
  const found = objects.filter((object) => nameKey(object) > after && matches(object));
  const items = options.limit ? found.slice(0, options.limit) : found;
  const last = items.at(-1);
  const rest = found.length - items.length;
  return {
    items,
    metadata: {
      resourceVersion: String(revision),
      ...(rest > 0 && last && { continue: token({ revision, after: nameKey(last) }), remainingItemCount: rest }),
    },
  };
}

/** The answer's body. Items of built-in kinds carry no apiVersion and kind, as the real server leaves them out. */
export function listBody(resource: Resource, { items, metadata }: ListResult): Fields {
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata,
    items: resource.custom
      ? items.map((item) => presented(resource, item))
      : items.map(({ apiVersion: _, kind: __, ...item }) => item),
  };
}

/** An object in the version that was asked for: versions of a custom resource differ in nothing else. */
export const presented = (resource: Resource, object: KubeObject): KubeObject =>
  resource.custom ? { ...object, apiVersion: apiVersionOf(resource) } : object;

interface Page {
  readonly revision: number;
  readonly after: string;
}

const nameKey = ({ metadata }: KubeObject): string => objectKey(metadata.namespace, metadata.name);

const token = (page: Page): string => Buffer.from(JSON.stringify(page)).toString('base64url');

function readToken(text: string): Page {
  try {
    const page: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isFields(page) && typeof page['revision'] === 'number' && typeof page['after'] === 'string') {
      return { revision: page['revision'], after: page['after'] };
    }
  } catch {
    // Not one of ours: refused below.
  }
  throw badRequest('continue key is not valid');
}

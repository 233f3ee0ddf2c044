import type { Api, Target, WriteOptions } from './api.ts';
import { ApiError, badRequest, invalid } from './api-error.ts';
import type { DeleteOptions } from './deletion.ts';
import { coreVersionsBody, groupBodyOf, groupListBody, resourceListBody, versionBody } from './discovery.ts';
import { at, type Fields, fieldsOf, type KubeObject, textAt } from './object.ts';
import { openapiDocument, openapiIndex } from './openapi.ts';
import { patchTypes } from './patch.ts';
import { type ListOptions, list, listBody, presented } from './reads.ts';
import { type Resource, storageKey } from './resource.ts';
import { type Route, route } from './route.ts';
import { table, wantsTable } from './table.ts';

/** A request, free of HTTP's own objects. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly accept: string;
  readonly contentType: string;
  readonly userAgent: string;
  /** The parsed body; undefined when there is none. */
  readonly body: () => Promise<unknown>;
}

export type ApiResponse =
  | { readonly kind: 'json'; readonly code: number; readonly body: Fields }
  | { readonly kind: 'text'; readonly code: number; readonly body: string }
  | { readonly kind: 'watch'; readonly resource: Resource; readonly options: ListOptions };

const json = (body: Fields, code = 200): ApiResponse => ({ kind: 'json', code, body });
const pageNotFound: ApiResponse = { kind: 'text', code: 404, body: '404 page not found\n' };

/** Answer a request; refusals are thrown as ApiError. */
export async function handle(api: Api, request: ApiRequest): Promise<ApiResponse> {
  const found = route(api.registry, request.url.pathname);
  switch (found.kind) {
    case 'unknown':
      if (!found.served) return pageNotFound;
      throw new ApiError('NotFound', 'the server could not find the requested resource', {});
    case 'discovery':
      return discovery(api, found.path);
    case 'collection':
      return collection(api, request, found);
    case 'object':
      return object(api, request, found);
  }
}

function discovery(api: Api, path: readonly string[]): ApiResponse {
  const [root, ...rest] = path;
  const { registry } = api;
  const answer = (body: Fields | undefined): ApiResponse => (body ? json(body) : pageNotFound);
  if (root === 'version') return json(versionBody());
  if (root === 'healthz' || root === 'readyz' || root === 'livez') return { kind: 'text', code: 200, body: 'ok' };
  if (root === 'openapi' && rest[0] === 'v3') {
    return answer(rest.length === 1 ? openapiIndex(registry) : openapiDocument(registry, rest.slice(1).join('/')));
  }
  if (root === 'api')
    return answer(rest.length === 0 ? coreVersionsBody() : resourceListBody(registry, rest.join('/')));
  if (root === 'apis') {
    if (rest.length === 0) return answer(groupListBody(registry));
    return answer(
      rest.length === 1 ? groupBodyOf(registry, rest[0] ?? '') : resourceListBody(registry, rest.join('/')),
    );
  }
  if (root === undefined)
    return json({ paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'] });
  return pageNotFound;
}

const listOptions = (url: URL, namespace: string | undefined): ListOptions => {
  const text = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const limit = Number(text('limit') ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`limit: "${text('limit')}" is not a whole number`);
  return {
    namespace,
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    limit,
    continue: text('continue'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
  };
};

const isTrue = (url: URL, name: string): boolean => ['true', '1'].includes(url.searchParams.get(name) ?? '');

const writeOptions = (api: Api, { url, userAgent }: ApiRequest, subresource?: string): WriteOptions => ({
  writer: {
    manager: url.searchParams.get('fieldManager') || userAgent.split('/')[0] || 'unknown',
    subresource,
    time: api.now,
  },
  dryRun: url.searchParams.get('dryRun') === 'All',
  subresource,
});

const show = ({ accept, url }: ApiRequest, resource: Resource, object: KubeObject, code = 200): ApiResponse => {
  const shown = presented(resource, object);
  if (!wantsTable(accept)) return json(shown, code);
  const include = url.searchParams.get('includeObject') ?? undefined;
  return json(table(resource, [shown], { resourceVersion: object.metadata.resourceVersion }, true, include), code);
};

async function collection(
  api: Api,
  request: ApiRequest,
  { resource, namespace }: Extract<Route, { kind: 'collection' }>,
): Promise<ApiResponse> {
  const options = listOptions(request.url, namespace);
  switch (request.method) {
    case 'GET': {
      if (isTrue(request.url, 'watch')) return { kind: 'watch', resource, options };
      const result = list(api.store, resource, options);
      if (!wantsTable(request.accept)) return json(listBody(resource, result));
      const include = request.url.searchParams.get('includeObject') ?? undefined;
      return json(table(resource, result.items, result.metadata, true, include));
    }
    case 'POST': {
      const body = await request.body();
      if (resource.namespaced && namespace === undefined) throw badRequest('namespace is required');
      return show(request, resource, api.create(resource, namespace, body, writeOptions(api, request)), 201);
    }
    case 'DELETE': {
      const deletion = deleteOptions(request.url, await request.body());
      const result = list(api.store, resource, options);
      for (const { metadata } of result.items) {
        api.delete({ resource, namespace: metadata.namespace, name: metadata.name }, deletion);
      }
      return json(listBody(resource, result));
    }
    default:
      throw methodNotAllowed(resource);
  }
}

async function object(api: Api, request: ApiRequest, target: Extract<Route, { kind: 'object' }>): Promise<ApiResponse> {
  const { resource, namespace, name, subresource } = target;
  const options = writeOptions(api, request, subresource);
  switch (request.method) {
    case 'GET':
      if (isTrue(request.url, 'watch')) {
        const only = `metadata.name=${name}`;
        return { kind: 'watch', resource, options: { ...listOptions(request.url, namespace), fieldSelector: only } };
      }
      return show(request, resource, api.get(target));
    case 'PUT': {
      const body = await request.body();
      return show(request, resource, api.update(target, body, options));
    }
    case 'PATCH': {
      const type = Object.entries(patchTypes).find(([media]) => request.contentType.startsWith(media))?.[1];
      if (!type)
        throw new ApiError('UnsupportedMediaType', `a patch of type "${request.contentType}" is not supported`);
      if (type === 'apply' && !request.url.searchParams.get('fieldManager')) {
        const options = { group: 'meta.k8s.io', plural: 'patchoptions', kind: 'PatchOptions' };
        const message = 'Required value: is required for apply patch';
        throw invalid(options, '', [{ reason: 'FieldValueRequired', field: 'fieldManager', message }]);
      }
      const body = await request.body();
      const isNew = api.store.get(storageKey(resource), namespace, name) === undefined;
      const force = isTrue(request.url, 'force');
      return show(request, resource, api.patch(target, type, body, { ...options, force }), isNew ? 201 : 200);
    }
    case 'POST':
      if (subresource === 'binding') return bind(api, target, await request.body(), options);
      throw methodNotAllowed(resource);
    case 'DELETE': {
      const result = api.delete(target, deleteOptions(request.url, await request.body()));
      if (!result.gone || returnsDeleted.has(resource.kind)) return show(request, resource, result.object);
      const details = {
        name,
        ...(resource.group && { group: resource.group }),
        kind: resource.plural,
        uid: result.object.metadata.uid,
      };
      return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
    }
    default:
      throw methodNotAllowed(resource);
  }
}

/** Kinds whose deletion is answered with the object in place of a Status. */
const returnsDeleted: ReadonlySet<string> = new Set(['Pod', 'Service', 'ServiceAccount']);

/** pods/binding: what a scheduler posts. */
function bind(api: Api, target: Target, body: unknown, options: WriteOptions): ApiResponse {
  const node = textAt(body, 'target.name');
  const pod = api.get(target);
  if (!node) throw badRequest('target.name: Required value');
  if (textAt(pod, 'spec.nodeName')) {
    throw new ApiError(
      'Conflict',
      `Operation cannot be fulfilled on pods/binding "${target.name}": pod ${target.name} is already assigned to node "${textAt(pod, 'spec.nodeName')}"`,
    );
  }
  const next = { ...pod, spec: { ...fieldsOf(pod['spec']), nodeName: node } };
  api.update(target, next, { ...options, subresource: undefined });
  return json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }, 201);
}

function deleteOptions(url: URL, body: unknown): DeleteOptions {
  const text = (name: string): string | undefined => url.searchParams.get(name) ?? textAt(body, name);
  const grace = url.searchParams.get('gracePeriodSeconds') ?? at(body, 'gracePeriodSeconds');
  const policy = text('propagationPolicy');
  const { uid, resourceVersion } = fieldsOf(at(body, 'preconditions'));
  return {
    ...(grace !== undefined && grace !== null && { gracePeriodSeconds: Number(grace) }),
    ...(policy && { propagationPolicy: policy }),
    preconditions: {
      ...(typeof uid === 'string' && { uid }),
      ...(typeof resourceVersion === 'string' && { resourceVersion }),
    },
    dryRun: url.searchParams.get('dryRun') === 'All' || Array.isArray(at(body, 'dryRun')),
  };
}

const methodNotAllowed = (resource: Resource): ApiError =>
  new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource', {
    kind: resource.plural,
  });

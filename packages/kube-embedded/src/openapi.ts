import { listType } from './list-keys.ts';
import type { Fields } from './object.ts';
import type { Registry } from './registry.ts';
import { apiVersionOf, type Resource } from './resource.ts';

const pathOf = (groupVersion: string): string =>
  groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`;

/** /openapi/v3: where each group version's document is. */
export function openapiIndex(registry: Registry): Fields {
  const versions = new Set(registry.all().map(apiVersionOf));
  return {
    paths: Object.fromEntries(
      [...versions].map((version) => [pathOf(version), { serverRelativeURL: `/openapi/v3/${pathOf(version)}` }]),
    ),
  };
}

const parameter = (name: string): Fields => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
const parameters = ['dryRun', 'fieldManager', 'fieldValidation'].map(parameter);

/** A group version's document: enough for kubectl to see that fields are validated here, and that any field is allowed. */
export function openapiDocument(registry: Registry, path: string): Fields | undefined {
  const resources = registry.all().filter((resource) => pathOf(apiVersionOf(resource)) === path);
  if (resources.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'embedded' },
    paths: Object.assign({}, ...resources.map((resource) => pathItems(resource, path))),
    components: { schemas: Object.fromEntries(resources.map((resource) => [schemaName(resource), schema(resource)])) },
  };
}

const schemaName = ({ group, version, kind }: Resource): string => `${group || 'core'}.${version}.${kind}`;
const kindOf = ({ group, version, kind }: Resource): Fields => ({ group, version, kind });

function pathItems(resource: Resource, path: string): Fields {
  const collection = `/${path}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  const operation = (action: string): Fields => ({
    operationId: `${action}${resource.kind}`,
    parameters,
    responses: {},
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(resource),
  });
  return {
    [collection]: { get: operation('list'), post: operation('post') },
    [`${collection}/{name}`]: {
      get: operation('get'),
      put: operation('put'),
      patch: operation('patch'),
      delete: operation('delete'),
    },
  };
}

function schema(resource: Resource): Fields {
  const finalizers = listType(resource.kind, 'metadata.finalizers');
  return {
    type: 'object',
    'x-kubernetes-group-version-kind': [kindOf(resource)],
    'x-kubernetes-preserve-unknown-fields': true,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: {
          finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': finalizers.type },
        },
      },
    },
  };
}

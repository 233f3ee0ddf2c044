import type { Registry } from './registry.ts';
import type { Resource } from './resource.ts';

/** What a path names. */
export type Route =
  | { readonly kind: 'collection'; readonly resource: Resource; readonly namespace: string | undefined }
  | {
      readonly kind: 'object';
      readonly resource: Resource;
      readonly namespace: string | undefined;
      readonly name: string;
      readonly subresource: string | undefined;
    }
  | { readonly kind: 'discovery'; readonly path: readonly string[] }
  /** `served`: the group and version exist, the resource does not. */
  | { readonly kind: 'unknown'; readonly served: boolean };

/** Subresources of a namespace, which look like resources in it. */
const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize']);

/** Read a path such as `/apis/apps/v1/namespaces/default/deployments/web/status`. */
export function route(registry: Registry, pathname: string): Route {
  const path = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root, ...parts] = path;
  if (root !== 'api' && root !== 'apis') return { kind: 'discovery', path };
  const prefix = root === 'api' ? 1 : 2;
  const rest = parts.slice(prefix);
  if (rest.length === 0) return { kind: 'discovery', path };
  const [group, version] = root === 'api' ? ['', parts[0]] : [parts[0], parts[1]];
  const inNamespace = rest[0] === 'namespaces' && rest.length > 2 && !namespaceSubresources.has(rest[2] ?? '');
  const namespace = inNamespace ? rest[1] : undefined;
  const [plural = '', name, subresource, ...more] = inNamespace ? rest.slice(2) : rest;
  const served = registry.all().some((item) => item.group === group && item.version === version);
  const unknown: Route = { kind: 'unknown', served };
  const resource = registry.find(group ?? '', version ?? '', plural);
  if (!resource || more.length > 0) return unknown;
  if (!resource.namespaced && inNamespace) return unknown;
  if (name === undefined) return { kind: 'collection', resource, namespace };
  if (resource.namespaced && namespace === undefined) return unknown;
  if (subresource !== undefined && !hasSubresource(resource, subresource)) return unknown;
  return { kind: 'object', resource, namespace, name, subresource };
}

function hasSubresource({ kind, statusSubresource }: Resource, name: string): boolean {
  if (name === 'status') return statusSubresource !== 'none';
  return (kind === 'Namespace' && name === 'finalize') || (kind === 'Pod' && name === 'binding');
}

import type { Fields } from './object.ts';
import type { Registry } from './registry.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/** The release whose behaviour is followed, as /version tells it. */
export const emulatedVersion = 'v1.36.3';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export function versionBody(): Fields {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(emulatedVersion) ?? [];
  return {
    major,
    minor,
    gitVersion: `${emulatedVersion}+embedded`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: process.release.name,
    platform: `${process.platform}/${process.arch}`,
  };
}

interface GroupVersion {
  readonly groupVersion: string;
  readonly version: string;
}

function groups(registry: Registry): ReadonlyMap<string, readonly GroupVersion[]> {
  const found = new Map<string, GroupVersion[]>();
  for (const resource of registry.all()) {
    const versions = found.get(resource.group) ?? [];
    const groupVersion = apiVersionOf(resource);
    if (!versions.some((item) => item.groupVersion === groupVersion))
      versions.push({ groupVersion, version: resource.version });
    found.set(resource.group, versions);
  }
  return found;
}

const groupBody = (name: string, versions: readonly GroupVersion[]): Fields => ({
  name,
  versions,
  preferredVersion: versions[0],
});

/** /api */
export const coreVersionsBody = (): Fields => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [],
});

/** /apis */
export const groupListBody = (registry: Registry): Fields => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [...groups(registry)].filter(([name]) => name !== '').map(([name, versions]) => groupBody(name, versions)),
});

/** /apis/<group> */
export function groupBodyOf(registry: Registry, name: string): Fields | undefined {
  const versions = name === '' ? undefined : groups(registry).get(name);
  return versions && { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(name, versions) };
}

/** /api/v1 and /apis/<group>/<version> */
export function resourceListBody(registry: Registry, groupVersion: string): Fields | undefined {
  const resources = registry.all().filter((resource) => apiVersionOf(resource) === groupVersion);
  if (resources.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: resources.flatMap(resourceBodies) };
}

function resourceBodies(resource: Resource): readonly Fields[] {
  const { kind, namespaced, plural, singular, shortNames, categories } = resource;
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const sub = (name: string, subKind: string, subVerbs: readonly string[]): Fields => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind: subKind,
    verbs: subVerbs,
  });
  return [
    own,
    ...(resource.statusSubresource === 'none' ? [] : [sub('status', kind, ['get', 'patch', 'update'])]),
    ...(kind === 'Namespace' ? [sub('finalize', kind, ['update'])] : []),
    ...(kind === 'Pod' ? [sub('binding', 'Binding', ['create'])] : []),
  ];
}

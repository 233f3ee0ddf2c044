/**
 * Which lists are merged by key and not replaced whole: `x-kubernetes-list-type: map` and `set` of the Kubernetes API.
 * The first key is also the strategic merge key.
 */
export type ListType = { readonly type: 'atomic' | 'set' } | { readonly type: 'map'; readonly keys: readonly string[] };

const atomic: ListType = { type: 'atomic' };
const set: ListType = { type: 'set' };
const map = (...keys: readonly string[]): ListType => ({ type: 'map', keys });

const metadata: Readonly<Record<string, ListType>> = {
  'metadata.finalizers': set,
  'metadata.ownerReferences': map('uid'),
};

const podSpec: Readonly<Record<string, ListType>> = Object.fromEntries([
  ...['containers', 'initContainers', 'ephemeralContainers'].flatMap((list): [string, ListType][] => [
    [list, map('name')],
    [`${list}.env`, map('name')],
    [`${list}.ports`, map('containerPort', 'protocol')],
    [`${list}.volumeMounts`, map('mountPath')],
    [`${list}.volumeDevices`, map('devicePath')],
  ]),
  ['volumes', map('name')],
  ['imagePullSecrets', map('name')],
  ['hostAliases', map('ip')],
  ['readinessGates', atomic],
  ['topologySpreadConstraints', map('topologyKey', 'whenUnsatisfiable')],
]);

const under = (prefix: string, lists: Readonly<Record<string, ListType>>): Readonly<Record<string, ListType>> =>
  Object.fromEntries(Object.entries(lists).map(([path, type]) => [`${prefix}.${path}`, type]));

const conditions = { 'status.conditions': map('type') };
const workload = { ...under('spec.template.spec', podSpec), ...conditions };

const byKind: Readonly<Record<string, Readonly<Record<string, ListType>>>> = {
  Pod: { ...under('spec', podSpec), ...conditions, 'status.podIPs': map('ip'), 'status.hostIPs': map('ip') },
  Deployment: workload,
  ReplicaSet: workload,
  DaemonSet: workload,
  StatefulSet: workload,
  Node: {
    ...conditions,
    'spec.podCIDRs': set,
    'status.addresses': map('type'),
  },
  Namespace: conditions,
  Service: { ...conditions, 'spec.ports': map('port', 'protocol') },
  ServiceAccount: { secrets: map('name'), imagePullSecrets: map('name') },
  ServiceCIDR: conditions,
};

/** The type of the list at a dotted path (without indices) in an object of `kind`. */
export function listType(kind: string, path: string): ListType {
  return metadata[path] ?? byKind[kind]?.[path] ?? atomic;
}

/** Default of a list key that an item leaves out, such as a port's protocol. */
export const keyDefault = (key: string): unknown => (key === 'protocol' ? 'TCP' : undefined);

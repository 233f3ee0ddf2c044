import { apply, type Call, jsonPatch, merge, strategic } from './api-call.ts';

const core = '/api/v1/namespaces/parity';
const pods = `${core}/pods`;
const maps = `${core}/configmaps`;
const services = `${core}/services`;
const policies = '/apis/networking.k8s.io/v1/namespaces/parity/networkpolicies';
const slices = '/apis/discovery.k8s.io/v1/namespaces/parity/endpointslices';
const leases = '/apis/coordination.k8s.io/v1/namespaces/parity/leases';
const deployments = '/apis/apps/v1/namespaces/parity/deployments';

const named = (name: string, rest: object = {}, meta: object = {}) => ({ metadata: { name, ...meta }, ...rest });
const container = { name: 'c', image: 'registry.example/image:1', ports: [{ name: 'web', containerPort: 80 }] };
const podBody = {
  metadata: { name: 'p', labels: { app: 'a' } },
  spec: { nodeName: 'n1', containers: [container] },
};
const owner = { fieldManager: 'one' };
const as = (manager: string, rest = ''): string => `?fieldManager=${manager}${rest}`;
const configMap = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied' }, data });
const podApply = (spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'q' }, spec });

/** What is asked of both servers, in order; `what` names it in the test's output. */
export const parityCalls: readonly (Call & { readonly what: string })[] = [
  { what: 'create a namespace', path: '/api/v1/namespaces', body: named('parity') },
  { what: 'create it again', path: '/api/v1/namespaces', body: named('parity') },
  { what: 'a bad name', path: '/api/v1/namespaces', body: named('Par_ity') },
  { what: 'a name with a dot for a namespace', path: '/api/v1/namespaces', body: named('a.b') },

  { what: 'create a pod', path: pods, body: podBody },
  { what: 'a pod without containers', path: pods, body: named('none', { spec: { containers: [] } }) },
  { what: 'a pod in no namespace', path: '/api/v1/namespaces/nowhere/pods', body: podBody },
  {
    what: 'the namespace of the body differs',
    path: pods,
    body: named('x', { spec: podBody.spec }, { namespace: 'default' }),
  },
  { what: 'the kind of the body differs', path: pods, body: { ...podBody, apiVersion: 'v1', kind: 'Service' } },
  { what: 'a resourceVersion at creation', path: maps, body: named('rv', {}, { resourceVersion: '5' }) },
  { what: 'no name', path: maps, body: { metadata: {} } },
  { what: 'no JSON', path: maps, body: '{bad' },
  { what: 'a label that is none', path: maps, body: named('l', {}, { labels: { a: 'b c' } }) },
  { what: 'get a pod', path: `${pods}/p` },
  { what: 'get what is not there', path: `${pods}/none` },
  { what: 'an unknown resource', path: `${core}/gizmos` },
  { what: 'an unknown group', path: '/apis/nothing.example.com/v1' },
  { what: 'list pods', path: `${pods}?labelSelector=app%3Da` },
  { what: 'an unknown field', path: `${pods}?fieldSelector=spec.color%3Dred` },
  { what: 'a bad label selector', path: `${pods}?labelSelector=a%3Db%3Dc` },
  { what: 'a bad resourceVersion', path: `${pods}?resourceVersion=abc` },
  { what: 'a list of a version to come', path: `${pods}?resourceVersion=99999999` },

  {
    what: 'merge patch',
    method: 'PATCH',
    path: `${pods}/p`,
    type: merge,
    body: { metadata: { labels: { app: null, b: 'c' } } },
  },
  {
    what: 'merge patch that changes nothing',
    method: 'PATCH',
    path: `${pods}/p`,
    type: merge,
    body: { metadata: { labels: { b: 'c' } } },
  },
  {
    what: 'merge patch with an old version',
    method: 'PATCH',
    path: `${pods}/p`,
    type: merge,
    body: { metadata: { resourceVersion: '1', labels: { x: 'y' } } },
  },
  {
    what: 'merge patch with another uid',
    method: 'PATCH',
    path: `${pods}/p`,
    type: merge,
    body: { metadata: { uid: 'u' } },
  },
  {
    what: 'merge patch of the name',
    method: 'PATCH',
    path: `${pods}/p`,
    type: merge,
    body: { metadata: { name: 'q' } },
  },
  { what: 'merge patch of what is not there', method: 'PATCH', path: `${pods}/none`, type: merge, body: {} },
  {
    what: 'strategic patch of a container',
    method: 'PATCH',
    path: `${pods}/p`,
    type: strategic,
    body: { spec: { containers: [{ name: 'c', image: 'registry.example/image:2' }] } },
  },
  {
    what: 'strategic patch of conditions',
    method: 'PATCH',
    path: `${pods}/p/status`,
    type: strategic,
    body: {
      status: {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'Initialized', status: 'True' },
        ],
      },
    },
  },
  {
    what: 'strategic patch of one condition',
    method: 'PATCH',
    path: `${pods}/p/status`,
    type: strategic,
    body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } },
  },
  {
    what: 'strategic deletion of one condition',
    method: 'PATCH',
    path: `${pods}/p/status`,
    type: strategic,
    body: { status: { conditions: [{ type: 'Initialized', $patch: 'delete' }] } },
  },
  {
    what: 'JSON patch',
    method: 'PATCH',
    path: `${pods}/p`,
    type: jsonPatch,
    body: [
      { op: 'test', path: '/metadata/labels/b', value: 'c' },
      { op: 'add', path: '/metadata/annotations', value: { a: 'b' } },
    ],
  },
  {
    what: 'JSON patch whose test fails',
    method: 'PATCH',
    path: `${pods}/p`,
    type: jsonPatch,
    body: [{ op: 'test', path: '/metadata/labels/b', value: 'x' }],
  },
  { what: 'an unknown patch', method: 'PATCH', path: `${pods}/p`, type: 'text/plain', body: '{}' },
  {
    what: 'the node of a pod is not changed',
    method: 'PATCH',
    path: `${pods}/p`,
    type: merge,
    body: { spec: { nodeName: 'n2' } },
  },
  {
    what: 'status is not written with the object',
    method: 'PATCH',
    path: `${pods}/p`,
    type: merge,
    body: { status: { phase: 'Failed' } },
  },
  {
    what: 'annotations by way of status',
    method: 'PATCH',
    path: `${pods}/p/status`,
    type: merge,
    body: { metadata: { annotations: { via: 'status' } }, spec: { nodeName: 'n9' } },
  },

  {
    what: 'apply makes',
    method: 'PATCH',
    path: `${maps}/applied${as(owner.fieldManager)}`,
    type: apply,
    body: configMap({ a: '1', b: '1' }),
  },
  {
    what: 'apply drops',
    method: 'PATCH',
    path: `${maps}/applied${as('one')}`,
    type: apply,
    body: configMap({ b: '1' }),
  },
  {
    what: 'apply by another',
    method: 'PATCH',
    path: `${maps}/applied${as('two')}`,
    type: apply,
    body: configMap({ b: '1', c: '1' }),
  },
  {
    what: 'apply with a conflict',
    method: 'PATCH',
    path: `${maps}/applied${as('two')}`,
    type: apply,
    body: configMap({ b: '2' }),
  },
  {
    what: 'apply with two conflicts',
    method: 'PATCH',
    path: `${maps}/applied${as('three')}`,
    type: apply,
    body: configMap({ b: '2', c: '2' }),
  },
  {
    what: 'apply by force',
    method: 'PATCH',
    path: `${maps}/applied${as('two', '&force=true')}`,
    type: apply,
    body: configMap({ b: '2' }),
  },
  { what: 'apply without a manager', method: 'PATCH', path: `${maps}/applied`, type: apply, body: configMap({}) },
  {
    what: 'an update takes a field over',
    method: 'PATCH',
    path: `${maps}/applied${as('four')}`,
    type: merge,
    body: { data: { b: '3' } },
  },
  {
    what: 'apply after that',
    method: 'PATCH',
    path: `${maps}/applied${as('two')}`,
    type: apply,
    body: configMap({ b: '2' }),
  },
  {
    what: 'apply a pod',
    method: 'PATCH',
    path: `${pods}/q${as('one')}`,
    type: apply,
    body: podApply({ containers: [{ name: 'c', image: 'i:1', ports: [{ containerPort: 80 }] }] }),
  },
  {
    what: 'apply a pod: another container’s owner',
    method: 'PATCH',
    path: `${pods}/q${as('two')}`,
    type: apply,
    body: podApply({ containers: [{ name: 'c', image: 'i:2' }] }),
  },

  { what: 'a service', path: services, body: named('s', { spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } }) },
  {
    what: 'a headless service',
    path: services,
    body: named('h', { spec: { clusterIP: 'None', selector: { a: 'b' }, ports: [{ port: 80 }] } }),
  },
  {
    what: 'a service by name',
    path: services,
    body: named('e', { spec: { type: 'ExternalName', externalName: 'example.com' } }),
  },
  {
    what: 'a service with affinity',
    path: services,
    body: named('aff', {
      spec: { sessionAffinity: 'ClientIP', ports: [{ port: 80, targetPort: 'web', protocol: 'UDP' }] },
    }),
  },
  {
    what: 'a service on node ports',
    path: services,
    body: named('np', { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30123 }] } }),
  },
  {
    what: 'a node port twice',
    path: services,
    body: named('np2', { spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30123 }] } }),
  },
  {
    what: 'a load balancer',
    path: services,
    body: named('lb', { spec: { type: 'LoadBalancer', ports: [{ port: 80, nodePort: 30124 }] } }),
  },
  {
    what: 'a service address outside of the range',
    path: services,
    body: named('out', { spec: { clusterIP: '10.0.0.1', ports: [{ port: 80 }] } }),
  },
  {
    what: 'a service with a fixed address',
    path: services,
    body: named('fix', { spec: { clusterIP: '10.96.77.7', ports: [{ port: 80 }] } }),
  },
  { what: 'a service without ports', path: services, body: named('noports', { spec: {} }) },
  {
    what: 'two ports without names',
    path: services,
    body: named('unnamed', { spec: { ports: [{ port: 80 }, { port: 81 }] } }),
  },
  {
    what: 'a service of a type that is none',
    path: services,
    body: named('typo', { spec: { type: 'Cluster', ports: [{ port: 80 }] } }),
  },
  { what: 'a name with a digit first', path: services, body: named('1s', { spec: { ports: [{ port: 80 }] } }) },
  {
    what: 'strategic patch of a service',
    method: 'PATCH',
    path: `${services}/s`,
    type: strategic,
    body: { spec: { ports: [{ port: 443, name: 'tls' }] } },
  },
  {
    what: 'strategic patch of a service port',
    method: 'PATCH',
    path: `${services}/s`,
    type: strategic,
    body: { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
  },

  {
    what: 'two families preferred',
    path: services,
    body: named('d1', { spec: { ipFamilyPolicy: 'PreferDualStack', ports: [{ port: 80 }] } }),
  },
  {
    what: 'two families required, the second first',
    path: services,
    body: named('d2', {
      spec: { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'], ports: [{ port: 80 }] },
    }),
  },
  {
    what: 'the second family only',
    path: services,
    body: named('d3', { spec: { ipFamilies: ['IPv6'], ports: [{ port: 80 }] } }),
  },
  {
    what: 'two families without an address',
    path: services,
    body: named('d4', {
      spec: { ipFamilyPolicy: 'PreferDualStack', clusterIP: 'None', selector: { a: 'b' }, ports: [{ port: 80 }] },
    }),
  },
  {
    what: 'from one family to two',
    method: 'PATCH',
    path: `${services}/d3`,
    type: merge,
    body: { spec: { ipFamilyPolicy: 'PreferDualStack' } },
  },
  {
    what: 'from two families to one',
    method: 'PATCH',
    path: `${services}/d1`,
    type: merge,
    body: { spec: { ipFamilyPolicy: 'SingleStack' } },
  },
  {
    what: 'to a name',
    method: 'PATCH',
    path: `${services}/d1`,
    type: merge,
    body: { spec: { type: 'ExternalName', externalName: 'example.com' } },
  },
  {
    what: 'from node ports to none',
    method: 'PATCH',
    path: `${services}/np`,
    type: merge,
    body: { spec: { type: 'ClusterIP' } },
  },
  {
    what: 'the address of a service is kept',
    method: 'PATCH',
    path: `${services}/fix`,
    type: merge,
    body: { spec: { clusterIP: '10.96.77.8' } },
  },

  {
    what: 'a network policy',
    path: policies,
    body: named('np', {
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }], egress: [{}] },
    }),
  },
  {
    what: 'a policy with a protocol that is none',
    path: policies,
    body: named('bad', { spec: { podSelector: {}, ingress: [{ ports: [{ port: 80, protocol: 'ICMP' }] }] } }),
  },
  {
    what: 'a generation counts',
    method: 'PATCH',
    path: `${policies}/np`,
    type: merge,
    body: { spec: { egress: null } },
  },
  {
    what: 'an endpoint slice',
    path: slices,
    body: named('es', { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] }),
  },
  { what: 'an endpoint slice without a type', path: slices, body: named('es2', { endpoints: [] }) },
  { what: 'a lease', path: leases, body: named('l', { spec: { holderIdentity: 'a', leaseDurationSeconds: 5 } }) },
  {
    what: 'an update without a version',
    method: 'PUT',
    path: `${leases}/l`,
    body: named('l', { spec: { holderIdentity: 'b' } }),
  },
  {
    what: 'an update without a version where that is allowed',
    method: 'PUT',
    path: `${maps}/applied`,
    body: named('applied', { data: { z: '1' } }),
  },
  { what: 'an update of another name', method: 'PUT', path: `${maps}/applied`, body: named('other') },
  { what: 'a secret in plain text', path: `${core}/secrets`, body: named('sec', { stringData: { k: 'v' } }) },
  {
    what: 'a deployment',
    path: deployments,
    body: named('d', {
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } },
      },
    }),
  },
  {
    what: 'an event',
    path: `${core}/events`,
    body: named('ev', {
      involvedObject: { kind: 'Pod', namespace: 'parity', name: 'p' },
      reason: 'R',
      message: 'm',
      type: 'Normal',
    }),
  },
  {
    what: 'an event in another namespace',
    path: `${core}/events`,
    body: named('ev2', {
      involvedObject: { kind: 'Pod', namespace: 'default', name: 'p' },
      reason: 'R',
      message: 'm',
      type: 'Normal',
    }),
  },

  { what: 'delete with another uid', method: 'DELETE', path: `${maps}/applied`, body: { preconditions: { uid: 'x' } } },
  { what: 'delete', method: 'DELETE', path: `${maps}/applied` },
  { what: 'delete again', method: 'DELETE', path: `${maps}/applied` },
  { what: 'delete a pod that runs', method: 'DELETE', path: `${pods}/p` },
  { what: 'delete a pod that no node has', method: 'DELETE', path: `${pods}/q` },
  { what: 'delete a pod at once', method: 'DELETE', path: `${pods}/p`, body: { gracePeriodSeconds: 0 } },
  { what: 'the pod is gone', path: `${pods}/p` },
  { what: 'delete with a finalizer', path: maps, body: named('fin', {}, { finalizers: ['example.com/f'] }) },
  { what: 'deleted, it stays', method: 'DELETE', path: `${maps}/fin` },
  { what: 'a dry run', path: `${maps}?dryRun=All`, body: named('dry') },
  { what: 'a dry run writes nothing', path: `${maps}/dry` },
  {
    what: 'the last finalizer',
    method: 'PATCH',
    path: `${maps}/fin`,
    type: merge,
    body: { metadata: { finalizers: [] } },
  },
  { what: 'it is gone', path: `${maps}/fin` },
  { what: 'delete a service', method: 'DELETE', path: `${services}/h` },
  { what: 'delete a collection', method: 'DELETE', path: `${core}/secrets` },
  {
    what: 'a custom resource definition without a schema',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: named('as.b.c', {
      spec: {
        group: 'b.c',
        scope: 'Cluster',
        names: { plural: 'as', kind: 'A' },
        versions: [{ name: 'v1', served: true, storage: true }],
      },
    }),
  },
  { what: 'the namespace of an object in deletion', method: 'DELETE', path: '/api/v1/namespaces/parity' },
];

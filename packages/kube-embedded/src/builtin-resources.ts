import { validateCustomResourceDefinition } from './custom-resource.ts';
import * as defaults from './defaults.ts';
import { columnsOf } from './printer-columns.ts';
import type { Resource } from './resource.ts';
import * as rules from './validation.ts';

type Row = Pick<Resource, 'kind' | 'plural'> & Partial<Resource>;

const resource = (group: string, version: string, row: Row): Resource => ({
  group,
  version,
  singular: row.kind.toLowerCase(),
  shortNames: [],
  categories: [],
  namespaced: true,
  statusSubresource: 'none',
  unconditionalUpdate: true,
  custom: false,
  selectableFields: [],
  nameRule: 'subdomain',
  columns: columnsOf(row.kind),
  ...row,
});

const core: readonly Row[] = [
  {
    kind: 'Namespace',
    plural: 'namespaces',
    shortNames: ['ns'],
    namespaced: false,
    statusSubresource: 'status',
    selectableFields: ['status.phase'],
    nameRule: 'label',
    defaults: defaults.namespace,
  },
  {
    kind: 'Node',
    plural: 'nodes',
    shortNames: ['no'],
    namespaced: false,
    statusSubresource: 'free',
    selectableFields: ['spec.unschedulable'],
    defaults: defaults.node,
  },
  {
    kind: 'Pod',
    plural: 'pods',
    shortNames: ['po'],
    categories: ['all'],
    statusSubresource: 'status',
    selectableFields: [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ],
    defaults: defaults.pod,
    validate: rules.pod,
  },
  {
    kind: 'Service',
    plural: 'services',
    shortNames: ['svc'],
    categories: ['all'],
    statusSubresource: 'status',
    selectableFields: ['spec.clusterIP', 'spec.type'],
    nameRule: 'label',
    defaults: defaults.service,
    validate: rules.service,
  },
  { kind: 'Endpoints', plural: 'endpoints', singular: 'endpoints', shortNames: ['ep'] },
  { kind: 'ConfigMap', plural: 'configmaps', shortNames: ['cm'] },
  { kind: 'Secret', plural: 'secrets', selectableFields: ['type'], defaults: defaults.secret },
  {
    kind: 'Event',
    plural: 'events',
    shortNames: ['ev'],
    selectableFields: [
      ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
        (field) => `involvedObject.${field}`,
      ),
      'reason',
      'reportingComponent',
      'source',
      'type',
    ],
    validate: rules.event,
  },
  { kind: 'ServiceAccount', plural: 'serviceaccounts', shortNames: ['sa'] },
];

const apps: readonly Row[] = [
  {
    kind: 'Deployment',
    plural: 'deployments',
    shortNames: ['deploy'],
    statusSubresource: 'status',
    categories: ['all'],
  },
  { kind: 'DaemonSet', plural: 'daemonsets', shortNames: ['ds'], statusSubresource: 'status', categories: ['all'] },
  { kind: 'ReplicaSet', plural: 'replicasets', shortNames: ['rs'], statusSubresource: 'status', categories: ['all'] },
];

/** Every resource that is there from the start. */
export const builtinResources: readonly Resource[] = [
  ...core.map((row) => resource('', 'v1', row)),
  ...apps.map((row) => resource('apps', 'v1', { ...row, defaults: defaults.workload, validate: rules.workload })),
  resource('apiextensions.k8s.io', 'v1', {
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    namespaced: false,
    statusSubresource: 'status',
    unconditionalUpdate: false,
    validate: validateCustomResourceDefinition,
  }),
  resource('coordination.k8s.io', 'v1', { kind: 'Lease', plural: 'leases', unconditionalUpdate: false }),
  resource('discovery.k8s.io', 'v1', {
    kind: 'EndpointSlice',
    plural: 'endpointslices',
    defaults: defaults.endpointSlice,
    validate: rules.endpointSlice,
  }),
  resource('networking.k8s.io', 'v1', {
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    shortNames: ['netpol'],
    defaults: defaults.networkPolicy,
    validate: rules.networkPolicy,
  }),
  resource('networking.k8s.io', 'v1', {
    kind: 'ServiceCIDR',
    plural: 'servicecidrs',
    namespaced: false,
    statusSubresource: 'status',
    validate: rules.serviceCidr,
  }),
];

import { defineResource, type FieldMask } from './resource.ts';
import type { ConfigMap, EndpointSlice, Namespace, NetworkPolicy, Node, Pod, Service } from './rows.ts';

const metadata: FieldMask = {
  name: true,
  namespace: true,
  uid: true,
  labels: true,
  annotations: true,
  deletionTimestamp: true,
};

const container: FieldMask = { name: true, restartPolicy: true, ports: true };

const serviceSpec: FieldMask = Object.fromEntries(
  [
    'type',
    'clusterIP',
    'clusterIPs',
    'externalIPs',
    'externalName',
    'externalTrafficPolicy',
    'internalTrafficPolicy',
    'healthCheckNodePort',
    'allocateLoadBalancerNodePorts',
    'ipFamilies',
    'loadBalancerSourceRanges',
    'publishNotReadyAddresses',
    'selector',
    'sessionAffinity',
    'sessionAffinityConfig',
    'ports',
  ].map((field) => [field, true] as const),
);

const core = { group: '', version: 'v1' };

/** The resources that a cluster network reads, each with the fields that it reads. */
export const resources = {
  namespaces: defineResource<Namespace>({
    ...core,
    plural: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    fields: { metadata },
  }),
  nodes: defineResource<Node>({
    ...core,
    plural: 'nodes',
    kind: 'Node',
    namespaced: false,
    fields: {
      metadata,
      spec: { unschedulable: true },
      status: { addresses: true, conditions: { type: true, status: true } },
    },
  }),
  pods: defineResource<Pod>({
    ...core,
    plural: 'pods',
    kind: 'Pod',
    namespaced: true,
    fields: {
      metadata,
      spec: { nodeName: true, hostNetwork: true, containers: container, initContainers: container },
      status: { phase: true, podIP: true, podIPs: true, hostIPs: true },
    },
  }),
  services: defineResource<Service>({
    ...core,
    plural: 'services',
    kind: 'Service',
    namespaced: true,
    fields: { metadata, spec: serviceSpec, status: { loadBalancer: true } },
  }),
  configMaps: defineResource<ConfigMap>({
    ...core,
    plural: 'configmaps',
    kind: 'ConfigMap',
    namespaced: true,
    fields: { metadata, data: true },
  }),
  endpointSlices: defineResource<EndpointSlice>({
    group: 'discovery.k8s.io',
    version: 'v1',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced: true,
    fields: { metadata, addressType: true, endpoints: true, ports: true },
  }),
  networkPolicies: defineResource<NetworkPolicy>({
    group: 'networking.k8s.io',
    version: 'v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced: true,
    fields: { metadata, spec: true },
  }),
} as const;

import { at, type Fields, fieldsOf, isFields, type KubeObject, listAt, textAt, withMeta } from './object.ts';

/** Fields that are absent take the given values. */
const fill = (value: unknown, fields: Fields): Fields => {
  const result: Fields = { ...fieldsOf(value) };
  for (const [name, fallback] of Object.entries(fields)) result[name] ??= fallback;
  return result;
};

const each = (list: unknown, change: (item: Fields) => Fields): unknown =>
  Array.isArray(list) ? list.map((item) => (isFields(item) ? change(item) : item)) : list;

/** `changes`, as far as their values are not undefined. */
const defined = (changes: Fields): Fields =>
  Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));

export function namespace(object: KubeObject, old: KubeObject | undefined): KubeObject {
  const labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  const spec = old ? fieldsOf(object['spec']) : fill(object['spec'], { finalizers: ['kubernetes'] });
  return { ...withMeta(object, { labels }), spec, status: fill(object['status'], { phase: 'Active' }) };
}

export function node(object: KubeObject): KubeObject {
  return { ...object, spec: fieldsOf(object['spec']), status: fieldsOf(object['status']) };
}

export function pod(object: KubeObject): KubeObject {
  const phase = { phase: 'Pending', qosClass: 'BestEffort' };
  const spec = fill(podSpec(object['spec']), { enableServiceLinks: true });
  return { ...object, spec, status: fill(object['status'], phase) };
}

function podSpec(spec: unknown): Fields {
  const filled = fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  return {
    ...filled,
    ...defined({ containers: each(filled['containers'], container) }),
    ...defined({ initContainers: each(filled['initContainers'], container) }),
  };
}

const container = (item: Fields): Fields => ({
  ...fill(item, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: /:(?!latest$)[^/]+$|@/.test(String(item['image'] ?? '')) ? 'IfNotPresent' : 'Always',
  }),
  ...defined({ ports: each(item['ports'], (port) => fill(port, { protocol: 'TCP' })) }),
});

export function workload(object: KubeObject): KubeObject {
  const spec = fieldsOf(object['spec']);
  const template = fieldsOf(spec['template']);
  return {
    ...object,
    spec: {
      ...(object.kind === 'DaemonSet' ? spec : fill(spec, { replicas: 1 })),
      template: { ...template, spec: podSpec(template['spec']) },
    },
    status: fieldsOf(object['status']),
  };
}

/** Everything but the addresses and node ports, which need an allocator. */
export function service(object: KubeObject, old: KubeObject | undefined): KubeObject {
  const given = fill(object['spec'], { type: 'ClusterIP', sessionAffinity: 'None' });
  const type = String(given['type']);
  const spec = withoutFormer(given, type, textAt(old, 'spec.type'));
  const ports = each(spec['ports'], (port) => fill(port, { protocol: 'TCP', targetPort: port['port'] }));
  const exposed = type === 'NodePort' || type === 'LoadBalancer';
  return {
    ...object,
    spec: {
      ...spec,
      ...defined({ ports }),
      ...(type !== 'ExternalName' && { internalTrafficPolicy: spec['internalTrafficPolicy'] ?? 'Cluster' }),
      ...(exposed && { externalTrafficPolicy: spec['externalTrafficPolicy'] ?? 'Cluster' }),
      ...(type === 'LoadBalancer' && {
        allocateLoadBalancerNodePorts: spec['allocateLoadBalancerNodePorts'] ?? true,
      }),
      ...(spec['sessionAffinity'] === 'ClientIP' && {
        sessionAffinityConfig: {
          clientIP: fill(at(spec, 'sessionAffinityConfig.clientIP'), { timeoutSeconds: 10_800 }),
        },
      }),
    },
    status: fill(object['status'], { loadBalancer: {} }),
  };
}

/** Fields that a Service of the given type has no use for, and that it had as one of another type. */
function withoutFormer(spec: Fields, type: string, before: string | undefined): Fields {
  if (before === undefined || before === type) return spec;
  const exposed = type === 'NodePort' || type === 'LoadBalancer';
  const former = [
    ...(type === 'ExternalName'
      ? ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy', 'sessionAffinityConfig']
      : []),
    ...(exposed ? [] : ['externalTrafficPolicy', 'healthCheckNodePort']),
    ...(type === 'LoadBalancer' ? [] : ['allocateLoadBalancerNodePorts', 'loadBalancerClass']),
  ];
  const ports = exposed ? spec['ports'] : each(spec['ports'], ({ nodePort: _, ...port }) => port);
  return Object.fromEntries(
    Object.entries({ ...spec, ports }).filter(([name, value]) => !former.includes(name) && value !== undefined),
  );
}

/** stringData is written to data in base64, and never read back. */
export function secret(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  const encoded = Object.entries(fieldsOf(stringData)).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  const data = { ...fieldsOf(object['data']), ...Object.fromEntries(encoded) };
  return {
    ...rest,
    ...(Object.keys(data).length > 0 && { data }),
    type: textAt(object, 'type') ?? 'Opaque',
  };
}

export function endpointSlice(object: KubeObject): KubeObject {
  return {
    ...object,
    endpoints: each(listAt(object, 'endpoints'), (endpoint) => fill(endpoint, { conditions: {} })),
    ports: each(listAt(object, 'ports'), (port) => fill(port, { name: '', protocol: 'TCP' })),
  };
}

export function networkPolicy(object: KubeObject): KubeObject {
  const spec = fill(object['spec'], { podSelector: {} });
  const protocols = (rules: unknown): unknown =>
    each(rules, (rule) => ({
      ...rule,
      ...defined({ ports: each(rule['ports'], (port) => fill(port, { protocol: 'TCP' })) }),
    }));
  const policyTypes = spec['policyTypes'] ?? (listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);
  return {
    ...object,
    spec: {
      ...spec,
      ...defined({ ingress: protocols(spec['ingress']), egress: protocols(spec['egress']) }),
      policyTypes,
    },
  };
}

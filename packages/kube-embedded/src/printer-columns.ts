import { at, fieldsOf, isFields, type KubeObject, listAt, textAt } from './object.ts';
import type { PrinterColumn } from './resource.ts';

type Value = (object: KubeObject) => unknown;

const none = '<none>';
const text =
  (path: string): Value =>
  (object) =>
    at(object, path) ?? none;
const count =
  (path: string): Value =>
  (object) =>
    Object.keys(fieldsOf(at(object, path))).length;
const length =
  (path: string): Value =>
  (object) =>
    listAt(object, path).length;
const joined = (values: readonly unknown[]): string => values.map(String).join(',') || none;

const column = (name: string, value: Value, priority: 0 | 1 = 0, type: PrinterColumn['type'] = 'string') => ({
  name,
  value,
  priority,
  type,
});
const wide = (name: string, value: Value): PrinterColumn => column(name, value, 1);

/** Age as `kubectl` prints it: 5s, 3m20s, 2h, 4d. */
export function age(timestamp: unknown, now = Date.now()): string {
  if (typeof timestamp !== 'string') return '<unknown>';
  const seconds = Math.max(0, Math.floor((now - Date.parse(timestamp)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 ? `${minutes}m${seconds % 60}s` : `${minutes}m`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return minutes % 60 ? `${hours}h${minutes % 60}m` : `${hours}h`;
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

export const nameColumn: PrinterColumn = column('Name', (object) => object.metadata.name);
export const ageColumn: PrinterColumn = column('Age', (object) => age(object.metadata.creationTimestamp));

const labelsWith = (prefix: string, object: KubeObject): string =>
  joined(
    Object.keys(object.metadata.labels ?? {})
      .filter((label) => label.startsWith(prefix))
      .map((label) => label.slice(prefix.length)),
  );

/** Status of a condition; undefined when the object has none of that type. */
const condition = (object: KubeObject, type: string): string | undefined =>
  textAt(
    listAt(object, 'status.conditions').find((item) => textAt(item, 'type') === type),
    'status',
  );

const nodeStatus: Value = (object) => {
  const ready = condition(object, 'Ready');
  const words = [ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady'];
  if (at(object, 'spec.unschedulable') === true) words.push('SchedulingDisabled');
  return words.join(',');
};
const nodeAddress =
  (type: string): Value =>
  (object) =>
    listAt(object, 'status.addresses')
      .filter((item) => textAt(item, 'type') === type)
      .map((item) => textAt(item, 'address'))[0] ?? none;

const podReady: Value = (object) => {
  const statuses = listAt(object, 'status.containerStatuses');
  return `${statuses.filter((item) => at(item, 'ready') === true).length}/${listAt(object, 'spec.containers').length}`;
};
const podRestarts: Value = (object) =>
  listAt(object, 'status.containerStatuses').reduce<number>(
    (sum, item) => sum + Number(at(item, 'restartCount') ?? 0),
    0,
  );
const podStatus: Value = (object) =>
  object.metadata.deletionTimestamp
    ? 'Terminating'
    : (textAt(object, 'status.reason') ?? at(object, 'status.phase') ?? '');
const podIPs: Value = (object) => textAt(object, 'status.podIP') ?? none;

const servicePorts: Value = (object) =>
  joined(
    listAt(object, 'spec.ports').map((port) => {
      const nodePort = at(port, 'nodePort');
      return `${at(port, 'port')}${nodePort ? `:${nodePort}` : ''}/${at(port, 'protocol') ?? 'TCP'}`;
    }),
  );
const externalIPs: Value = (object) =>
  joined([
    ...listAt(object, 'status.loadBalancer.ingress').map((item) => textAt(item, 'ip') ?? textAt(item, 'hostname')),
    ...listAt(object, 'spec.externalIPs'),
  ]);

/** A label selector object as text, as `kubectl` prints it. */
export function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  const labels = Object.entries(fieldsOf(matchLabels)).map(([key, value]) => `${key}=${value}`);
  const expressions = (Array.isArray(matchExpressions) ? matchExpressions : []).filter(isFields).map((item) => {
    const values = listAt(item, 'values').join(',');
    const forms: Readonly<Record<string, string>> = {
      In: `${item['key']} in (${values})`,
      NotIn: `${item['key']} notin (${values})`,
      Exists: `${item['key']}`,
      DoesNotExist: `!${item['key']}`,
    };
    return forms[String(item['operator'])] ?? '';
  });
  return joined([...labels, ...expressions]);
}

const mapText =
  (path: string): Value =>
  (object) =>
    joined(Object.entries(fieldsOf(at(object, path))).map(([key, value]) => `${key}=${value}`));

/** Columns between Name and Age (Age is last among those of priority 0), by kind. */
const columns: Readonly<Record<string, readonly PrinterColumn[]>> = {
  Namespace: [column('Status', text('status.phase'))],
  Node: [
    column('Status', nodeStatus),
    column('Roles', (object) => labelsWith('node-role.kubernetes.io/', object)),
    { ...ageColumn },
    column('Version', (object) => textAt(object, 'status.nodeInfo.kubeletVersion') ?? ''),
    wide('Internal-IP', nodeAddress('InternalIP')),
    wide('External-IP', nodeAddress('ExternalIP')),
    wide('OS-Image', (object) => textAt(object, 'status.nodeInfo.osImage') ?? '<unknown>'),
    wide('Kernel-Version', (object) => textAt(object, 'status.nodeInfo.kernelVersion') ?? '<unknown>'),
    wide('Container-Runtime', (object) => textAt(object, 'status.nodeInfo.containerRuntimeVersion') ?? '<unknown>'),
  ],
  Pod: [
    column('Ready', podReady),
    column('Status', podStatus),
    column('Restarts', podRestarts, 0, 'integer'),
    wide('IP', podIPs),
    wide('Node', text('spec.nodeName')),
  ],
  Service: [
    column('Type', text('spec.type')),
    column('Cluster-IP', text('spec.clusterIP')),
    column('External-IP', externalIPs),
    column('Port(s)', servicePorts),
    wide('Selector', mapText('spec.selector')),
  ],
  Endpoints: [
    column('Endpoints', (object) =>
      joined(
        listAt(object, 'subsets').flatMap((subset) =>
          listAt(subset, 'addresses').flatMap((address) =>
            listAt(subset, 'ports').map((port) => `${at(address, 'ip')}:${at(port, 'port')}`),
          ),
        ),
      ),
    ),
  ],
  EndpointSlice: [
    column('AddressType', text('addressType')),
    column('Ports', (object) => joined(listAt(object, 'ports').map((port) => at(port, 'port') ?? '*'))),
    column('Endpoints', (object) => joined(listAt(object, 'endpoints').flatMap((item) => listAt(item, 'addresses')))),
  ],
  ConfigMap: [column('Data', count('data'), 0, 'integer')],
  Secret: [column('Type', text('type')), column('Data', count('data'), 0, 'integer')],
  ServiceAccount: [column('Secrets', length('secrets'), 0, 'integer')],
  Event: [
    column('Last Seen', (object) => age(at(object, 'lastTimestamp') ?? at(object, 'eventTime'))),
    column('Type', text('type')),
    column('Reason', text('reason')),
    column(
      'Object',
      (object) => `${String(at(object, 'involvedObject.kind')).toLowerCase()}/${at(object, 'involvedObject.name')}`,
    ),
    column('Message', text('message')),
    wide('Count', text('count')),
  ],
  NetworkPolicy: [column('Pod-Selector', (object) => selectorText(at(object, 'spec.podSelector')))],
  Lease: [column('Holder', text('spec.holderIdentity'))],
  ServiceCIDR: [column('CIDRs', (object) => joined(listAt(object, 'spec.cidrs')))],
  Deployment: [
    column('Ready', (object) => `${at(object, 'status.readyReplicas') ?? 0}/${at(object, 'spec.replicas') ?? 1}`),
    column('Up-to-date', (object) => at(object, 'status.updatedReplicas') ?? 0, 0, 'integer'),
    column('Available', (object) => at(object, 'status.availableReplicas') ?? 0, 0, 'integer'),
  ],
  ReplicaSet: [
    column('Desired', (object) => at(object, 'spec.replicas') ?? 1, 0, 'integer'),
    column('Current', (object) => at(object, 'status.replicas') ?? 0, 0, 'integer'),
    column('Ready', (object) => at(object, 'status.readyReplicas') ?? 0, 0, 'integer'),
  ],
  DaemonSet: [
    column('Desired', (object) => at(object, 'status.desiredNumberScheduled') ?? 0, 0, 'integer'),
    column('Ready', (object) => at(object, 'status.numberReady') ?? 0, 0, 'integer'),
  ],
  CustomResourceDefinition: [column('Created At', (object) => object.metadata.creationTimestamp ?? '')],
};

/** Columns with the table's own order: Name, the kind's, Age, then the wide ones. Events and CRDs show no Age. */
export function columnsOf(kind: string): readonly PrinterColumn[] {
  const own = columns[kind] ?? [];
  const aged = kind === 'Node' || kind === 'Event' || kind === 'CustomResourceDefinition' ? [] : [ageColumn];
  const first = kind === 'Event' ? [] : [nameColumn];
  return [
    ...first,
    ...own.filter(({ priority }) => priority === 0),
    ...aged,
    ...own.filter(({ priority }) => priority === 1),
  ];
}

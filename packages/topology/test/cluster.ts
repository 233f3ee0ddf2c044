// A small cluster for tests: nodes and pods with annotations as master controller and node agents write them.
import { Graph, type InputTable } from '@ovnkube/incremental';
import {
  defaultNetwork,
  type Network,
  type NetworkOptions,
  NodeIdAllocator,
  NodeSubnetAllocator,
  PodAddressAllocator,
  parseAddress,
  parseCidr,
  parseSubnets,
  podNetwork,
  podNetworksAnnotation,
  transitAddresses,
  writeNodeAnnotations,
  writePodNetwork,
} from '@ovnkube/ipam';
import type { DesiredRow, DesiredValue, Ref } from '@ovnkube/ovn-db';
import { type NodeObject, type PodObject, type Topology, type TopologyOptions, topology } from '@ovnkube/topology';

const clusterSubnets = {
  ipv4: '10.128.0.0/14/23',
  ipv6: 'fd01::/48',
  'ipv4,ipv6': '10.128.0.0/14/23,fd01::/48',
  'ipv6,ipv4': 'fd01::/48,10.128.0.0/14/23',
} as const;

export type Families = keyof typeof clusterSubnets;

const serviceSubnets = parseSubnets('10.96.0.0/16,fd00:10:96::/112', 'service subnets');
const underlay = { ipv4: (id: number) => `172.18.0.${id}/16`, ipv6: (id: number) => `fc00:f853:ccd:e793::${id}/64` };
const gateways = { ipv4: '172.18.0.1', ipv6: 'fc00:f853:ccd:e793::1' };
const cidrs = (texts: readonly string[]) => texts.flatMap((text) => parseCidr(text) ?? []);
const addresses = (texts: readonly string[]) => texts.flatMap((text) => parseAddress(text) ?? []);

/** Kubernetes' side of a test: allocates as the controllers do. */
export class Cluster {
  readonly network: Network;
  readonly #ids = new NodeIdAllocator();
  readonly #subnets: NodeSubnetAllocator;
  readonly #pods = new Map<string, PodAddressAllocator>();

  constructor(families: Families, options: Partial<NetworkOptions> = {}) {
    this.network = defaultNetwork({ clusterSubnets: clusterSubnets[families], ...options });
    this.#subnets = new NodeSubnetAllocator(this.network.clusterSubnets);
  }

  node(name: string, mode: 'shared' | 'local' = 'shared'): NodeObject {
    const id = this.#ids.allocate(name);
    const subnets = this.#subnets.allocate(name);
    if (id.status !== 'allocated' || subnets.status !== 'allocated') throw new Error('the cluster is full');
    this.#pods.set(name, this.#pods.get(name) ?? new PodAddressAllocator(subnets.subnets));
    const own = this.network.families.map((family) => underlay[family](id.id));
    const annotations = writeNodeAnnotations({
      nodeId: id.id,
      subnets: subnets.subnets,
      transitAddresses: transitAddresses(this.network, id.id),
      chassisId: `chassis-${name}`,
      gateway: {
        mode,
        bridgeId: 'breth0',
        interfaceId: `breth0_${name}`,
        mac: `02:42:ac:12:00:${String(id.id).padStart(2, '0')}`,
        addresses: cidrs(own),
        nextHops: addresses(this.network.families.map((family) => gateways[family])),
        nodePortEnable: true,
        vlanId: 0,
      },
      primaryAddresses: cidrs(own),
      hostCidrs: cidrs(own),
      encapIps: cidrs(own)
        .slice(0, 1)
        .map(({ address }) => address),
    });
    return { metadata: { annotations } };
  }

  pod(namespace: string, name: string, nodeName: string): PodObject {
    const uid = `uid-${namespace}-${name}`;
    const outcome = this.#pods.get(nodeName)?.allocate(uid);
    if (outcome?.status !== 'allocated') throw new Error(`no address for ${name} on ${nodeName}`);
    const place = podNetwork({ network: this.network, serviceSubnets, addresses: outcome.addresses });
    const written = writePodNetwork(undefined, place);
    if (written.status !== 'written') throw new Error(written.message);
    return {
      metadata: { namespace, name, uid, annotations: { [podNetworksAnnotation]: written.text } },
      spec: { nodeName },
    };
  }
}

/** A zone's derivation with its inputs. */
export interface ZoneUnderTest extends Topology {
  readonly graph: Graph;
  readonly nodes: InputTable<NodeObject>;
  readonly pods: InputTable<PodObject>;
}

export function zoneOf(cluster: Cluster, zone: string, options: Partial<TopologyOptions> = {}): ZoneUnderTest {
  const graph = new Graph();
  const nodes = graph.input<NodeObject>('nodes');
  const pods = graph.input<PodObject>('pods');
  const derived = topology(
    graph,
    { nodes, pods },
    { network: cluster.network, zone, gatewayMode: 'shared', mtu: 1400, multicast: true, ...options },
  );
  return { graph, nodes, pods, ...derived };
}

/** Two nodes with two pods each, seen from the zone of the first. */
export function twoNodes(families: Families, options: Partial<TopologyOptions> = {}): ZoneUnderTest {
  const cluster = new Cluster(families);
  const zone = zoneOf(cluster, 'n1', options);
  zone.graph.commit(() => {
    for (const name of ['n1', 'n2']) {
      zone.nodes.set(name, cluster.node(name, options.gatewayMode));
      for (const pod of ['a', 'b']) zone.pods.set(`ns/${name}-${pod}`, cluster.pod('ns', `${name}-${pod}`, name));
    }
  });
  return zone;
}

/** Rows as text, one a line without the owner's external_ids: `<table> <name>: <column>=<value> …  < <parent>.<column>`. */
export function rowsText(rows: Iterable<DesiredRow>): readonly string[] {
  return [...rows].map(rowText).sort();
}

function rowText({ table, name, columns, parents = [] }: DesiredRow): string {
  const parts = Object.entries(columns)
    .filter(([column]) => column !== 'name')
    .flatMap(([column, value]) => columnText(column, value));
  const within = parents.map((parent) => ` < ${parent.table} ${parent.name} ${parent.column}`);
  return `${table} ${name}: ${parts.sort().join(' ')}${within.join('')}`;
}

function columnText(column: string, value: DesiredValue): readonly string[] {
  const text = (atom: unknown): string => (isRef(atom) ? `@${atom.name}` : JSON.stringify(atom));
  if (value === undefined) return [];
  if (isRef(value) || typeof value !== 'object') return [`${column}=${text(value)}`];
  if (Array.isArray(value)) return value.length > 0 ? [`${column}=[${value.map(text).join(', ')}]`] : [];
  return Object.entries(value)
    .filter(([key]) => column !== 'external_ids' || !key.startsWith('k8s.ovn.org/'))
    .map(([key, item]) => `${column}:${key}=${text(item)}`);
}

export function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'ref';
}

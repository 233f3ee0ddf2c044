import type { Address } from './address.ts';
import {
  addressOf,
  cidrOf,
  type JsonObject,
  jsonOf,
  listOf,
  Malformed,
  objectOf,
  reading,
  subnetOf,
  textOf,
} from './annotation-text.ts';
import type { Cidr } from './cidr.ts';
import { isMac } from './mac.ts';
import { firstNodeId, lastNodeId } from './node-id-allocator.ts';

/** Whether outside traffic of pods leaves through the gateway router (shared) or through the host (local). */
export type GatewayMode = 'shared' | 'local' | 'disabled';

/** `k8s.ovn.org/l3-gateway-config`: a node's connection to the outside. */
export interface L3GatewayConfig {
  readonly mode: GatewayMode;
  readonly bridgeId: string | undefined;
  /** Name of the localnet port, `<bridge>_<node>`. */
  readonly interfaceId: string | undefined;
  /** MAC address of the external bridge, which is that of the gateway router's port. */
  readonly mac: string | undefined;
  readonly addresses: readonly Cidr[];
  readonly nextHops: readonly Address[];
  readonly nodePortEnable: boolean;
  /** 0 for none. */
  readonly vlanId: number;
}

/** What a node's annotations say of one network. A member is undefined when its annotation is missing or cannot be read. */
export interface NodeAnnotations {
  readonly nodeId: number | undefined;
  readonly subnets: readonly Cidr[] | undefined;
  /** Addresses on the transit switch, with its prefix length. */
  readonly transitAddresses: readonly Cidr[] | undefined;
  readonly chassisId: string | undefined;
  readonly gateway: L3GatewayConfig | undefined;
  readonly primaryAddresses: readonly Cidr[] | undefined;
  readonly hostCidrs: readonly Cidr[] | undefined;
  readonly encapIps: readonly Address[] | undefined;
  readonly masqueradeSubnets: readonly Cidr[] | undefined;
  readonly managementPortMac: string | undefined;
  /** False when the node's OVS cannot do `gateway_mtu`. */
  readonly gatewayMtuSupport: boolean | undefined;
  readonly zone: string | undefined;
}

/** The annotation that holds each member. */
export const nodeAnnotationNames = {
  nodeId: 'k8s.ovn.org/node-id',
  subnets: 'k8s.ovn.org/node-subnets',
  transitAddresses: 'k8s.ovn.org/node-transit-switch-port-ifaddr',
  chassisId: 'k8s.ovn.org/node-chassis-id',
  gateway: 'k8s.ovn.org/l3-gateway-config',
  primaryAddresses: 'k8s.ovn.org/node-primary-ifaddr',
  hostCidrs: 'k8s.ovn.org/host-cidrs',
  encapIps: 'k8s.ovn.org/node-encap-ips',
  masqueradeSubnets: 'k8s.ovn.org/node-masquerade-subnet',
  managementPortMac: 'k8s.ovn.org/node-mgmt-port-mac-addresses',
  gatewayMtuSupport: 'k8s.ovn.org/gateway-mtu-support',
  zone: 'k8s.ovn.org/zone-name',
} as const satisfies Readonly<Record<keyof NodeAnnotations, string>>;

/** An annotation that cannot be read, and why. */
export interface AnnotationProblem {
  readonly annotation: string;
  readonly message: string;
}

/** What {@link readNodeAnnotations} finds. */
export interface NodeAnnotationsReading {
  readonly values: NodeAnnotations;
  readonly problems: readonly AnnotationProblem[];
}

/**
 * Reads what a node's annotations say of one network. Missing annotations give undefined members; those that cannot be
 * read are problems beside, each with a sentence for a person.
 */
export function readNodeAnnotations(
  annotations: Readonly<Record<string, string | undefined>>,
  network = 'default',
): NodeAnnotationsReading {
  const problems: AnnotationProblem[] = [];
  const read = <T>(member: keyof NodeAnnotations, parse: (text: string) => T): T | undefined => {
    const annotation = nodeAnnotationNames[member];
    const text = annotations[annotation];
    if (text === undefined) return undefined;
    const result = reading(() => parse(text));
    if ('value' in result) return result.value;
    problems.push({ annotation, message: `${annotation} ${result.problem}` });
    return undefined;
  };
  const ofNetwork =
    <T>(item: (value: unknown, what: string) => T) =>
    (text: string): T | undefined => {
      const member = objectOf(jsonOf(text), 'the value')[network];
      return member === undefined ? undefined : item(member, `"${network}"`);
    };
  const values: NodeAnnotations = {
    nodeId: read('nodeId', nodeIdOf),
    subnets: read('subnets', ofNetwork(subnetsOf)),
    transitAddresses: read('transitAddresses', byFamilyOf),
    chassisId: read('chassisId', plainText),
    gateway: read('gateway', ofNetwork(gatewayOf)),
    primaryAddresses: read('primaryAddresses', byFamilyOf),
    hostCidrs: read('hostCidrs', (text) => listOf(jsonOf(text), 'the value', cidrOf)),
    encapIps: read('encapIps', (text) => listOf(jsonOf(text), 'the value', addressOf)),
    masqueradeSubnets: read('masqueradeSubnets', byFamilyOf),
    managementPortMac: read('managementPortMac', ofNetwork(macTextOf)),
    gatewayMtuSupport: read('gatewayMtuSupport', (text) => text !== 'false'),
    zone: read('zone', plainText),
  };
  return { values, problems };
}

/** Where {@link writeNodeAnnotations} writes. */
export interface NodeAnnotationsTarget {
  readonly network?: string;
  /** The node's annotations so far: what they say of other networks stays. */
  readonly existing?: Readonly<Record<string, string | undefined>>;
}

/** The annotations, by name, that say the given members of one network, as upstream writes them. */
export function writeNodeAnnotations(
  values: Partial<NodeAnnotations>,
  target: NodeAnnotationsTarget = {},
): Readonly<Record<string, string>> {
  const { network = 'default', existing = {} } = target;
  const written: Record<string, string> = {};
  const write = <T>(member: keyof NodeAnnotations, value: T | undefined, text: (value: T) => string) => {
    if (value !== undefined) written[nodeAnnotationNames[member]] = text(value);
  };
  const ofNetwork = (member: keyof NodeAnnotations, value: unknown) =>
    write(member, value, () => withMember(existing[nodeAnnotationNames[member]], network, value));
  write('nodeId', values.nodeId, String);
  ofNetwork('subnets', values.subnets);
  write('transitAddresses', values.transitAddresses, byFamilyText);
  write('chassisId', values.chassisId, String);
  ofNetwork('gateway', values.gateway && gatewayMember(values.gateway));
  write('primaryAddresses', values.primaryAddresses, byFamilyText);
  write('hostCidrs', values.hostCidrs, JSON.stringify);
  write('encapIps', values.encapIps, JSON.stringify);
  write('masqueradeSubnets', values.masqueradeSubnets, byFamilyText);
  ofNetwork('managementPortMac', values.managementPortMac);
  write('gatewayMtuSupport', values.gatewayMtuSupport, String);
  write('zone', values.zone, String);
  return written;
}

function plainText(text: string): string {
  if (text === '') throw new Malformed('is empty');
  return text;
}

function nodeIdOf(text: string): number {
  const id = Number(text);
  if (!/^[0-9]+$/.test(text) || id < firstNodeId || id > lastNodeId) {
    throw new Malformed(`is "${text}", not a node id from ${firstNodeId} to ${lastNodeId}`);
  }
  return id;
}

/** `node-subnets` once held a text instead of a list for a single subnet. */
function subnetsOf(value: unknown, what: string): readonly Cidr[] {
  return typeof value === 'string' ? [subnetOf(value, what)] : listOf(value, what, subnetOf);
}

/** `{"ipv4":"100.88.0.2/16","ipv6":"fd97::2/64"}`: one a family. */
function byFamilyOf(text: string): readonly Cidr[] {
  const members = objectOf(jsonOf(text), 'the value');
  const cidrs = families.flatMap((family) => {
    const member = members[family];
    if (member === undefined || member === '') return [];
    const cidr = cidrOf(member, `"${family}"`);
    if (cidr.family !== family) throw new Malformed(`"${family}" is ${cidr}, an address of the other family`);
    return [cidr];
  });
  if (cidrs.length === 0) throw new Malformed('has neither "ipv4" nor "ipv6"');
  return cidrs;
}

function byFamilyText(cidrs: readonly Cidr[]): string {
  return JSON.stringify(
    Object.fromEntries(
      families.flatMap((family) => cidrs.filter((cidr) => cidr.family === family).map((cidr) => [family, cidr])),
    ),
  );
}

function macTextOf(value: unknown, what: string): string {
  const mac = textOf(value, what);
  if (!isMac(mac)) throw new Malformed(`${what} "${mac}" is not a MAC address such as 0a:58:0a:80:00:02`);
  return mac.toLowerCase();
}

function withMember(existing: string | undefined, network: string, member: unknown): string {
  const before = reading(() => objectOf(jsonOf(existing ?? '{}'), 'the value'));
  // What cannot be read holds nothing that could be kept.
  const members = 'value' in before ? before.value : {};
  const sorted = Object.entries({ ...members, [network]: member }).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(sorted));
}

function gatewayOf(value: unknown, what: string): L3GatewayConfig {
  const member = objectOf(value, what);
  const text = (name: string) => (member[name] === undefined ? '' : textOf(member[name], `${what}.${name}`));
  const list = <T>(several: string, single: string, item: (value: unknown, what: string) => T): readonly T[] => {
    if (member[several] !== undefined) return listOf(member[several], `${what}.${several}`, item);
    return text(single) === '' ? [] : [item(member[single], `${what}.${single}`)];
  };
  const mode = modes.find((known) => known === text('mode'));
  if (mode === undefined) throw new Malformed(`${what}.mode is "${text('mode')}", none of ${modes.join(', ')}`);
  const vlan = text('vlan-id');
  if (vlan !== '' && !(/^[0-9]+$/.test(vlan) && Number(vlan) < 4095)) {
    throw new Malformed(`${what}.vlan-id is "${vlan}", not a VLAN from 0 (none) to 4094`);
  }
  return {
    mode,
    bridgeId: text('bridge-id') || undefined,
    interfaceId: text('interface-id') || undefined,
    mac: text('mac-address') === '' ? undefined : macTextOf(text('mac-address'), `${what}.mac-address`),
    addresses: list('ip-addresses', 'ip-address', cidrOf),
    nextHops: list('next-hops', 'next-hop', addressOf),
    nodePortEnable: text('node-port-enable') === 'true',
    vlanId: Number(vlan),
  };
}

/** As upstream writes it: single addresses are repeated under their former names; absent members are left out. */
function gatewayMember(gateway: L3GatewayConfig): JsonObject {
  if (gateway.mode === 'disabled') return { mode: gateway.mode };
  const { addresses, nextHops } = gateway;
  return {
    mode: gateway.mode,
    'bridge-id': gateway.bridgeId,
    'interface-id': gateway.interfaceId,
    'mac-address': gateway.mac,
    'ip-addresses': addresses,
    ...(addresses.length === 1 ? { 'ip-address': addresses[0] } : {}),
    'next-hops': nextHops,
    ...(nextHops.length === 1 ? { 'next-hop': nextHops[0] } : {}),
    'node-port-enable': String(gateway.nodePortEnable),
    'vlan-id': String(gateway.vlanId),
  };
}

const families = ['ipv4', 'ipv6'] as const;
const modes = ['shared', 'local', 'disabled'] as const;

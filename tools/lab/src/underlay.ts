import { type IpFamily, nodeAddresses, type UnderlayAddress, wireAddresses } from './address-plan.ts';
import { inNamespace, ipBatch, run } from './command.ts';
import type { LabState } from './state.ts';

/** A node's place on the underlay. */
export interface NodePlace {
  readonly name: string;
  /** Network namespace. */
  readonly namespace: string;
  readonly addresses: readonly UnderlayAddress[];
  /** Of the external bridge; the cable has another one. */
  readonly mac: string;
}

/** The namespace that holds the bridge between the nodes, and the control plane. */
export const wireNamespace = (state: LabState): string => state.namespace('wire');

/** Name of the interface by which a node hangs on the wire. */
export const uplink = 'eth0';

export const nodePlace = (state: LabState, families: readonly IpFamily[], index: number): NodePlace => ({
  name: `node${index + 1}`,
  namespace: state.namespace(`node${index + 1}`),
  addresses: nodeAddresses(families, index),
  mac: `02:42:ac:12:00:${(index + 2).toString(16).padStart(2, '0')}`,
});

/**
 * Settings of a fresh namespace: no duplicate address detection (it delays every IPv6 address by more than a second),
 * forwarding on, no source check on asymmetric paths. arp_ignore, because the user-space datapath takes copies of frames:
 * the kernel sees them too, and would answer on a cable for an address that is on a bridge.
 */
const sysctls = [
  ['net/ipv6/conf/all/accept_dad', '0'],
  ['net/ipv6/conf/default/accept_dad', '0'],
  ['net/ipv6/conf/all/forwarding', '1'],
  ['net/ipv6/conf/default/forwarding', '1'],
  ['net/ipv4/ip_forward', '1'],
  ['net/ipv4/conf/all/arp_ignore', '1'],
  ['net/ipv4/conf/all/rp_filter', '0'],
  ['net/ipv4/conf/default/rp_filter', '0'],
] as const;

export async function addNamespace(state: LabState, name: string): Promise<void> {
  state.record({ kind: 'namespace', name });
  await run(['ip', 'netns', 'add', name]);
}

async function tune(namespace: string): Promise<void> {
  const lines = sysctls.map(([key, value]) => `echo ${value} > /proc/sys/${key}`);
  await run(inNamespace(namespace, ['sh', '-e']), { input: lines.join('\n') });
}

const cidr = ({ address, length }: UnderlayAddress): string => `${address}/${length}`;

const addAddress = (device: string, address: UnderlayAddress): string =>
  `addr add ${cidr(address)} dev ${device}${address.family === 'ipv6' ? ' nodad' : ''}`;

/** The wire: one bridge, its address the nodes' gateway. */
export async function addWire(state: LabState, families: readonly IpFamily[]): Promise<void> {
  const wire = wireNamespace(state);
  await addNamespace(state, wire);
  await tune(wire);
  await ipBatch(wire, [
    'link set lo up',
    'link add wire type bridge mcast_snooping 0',
    'link set wire up',
    ...wireAddresses(families).map((address) => addAddress('wire', address)),
  ]);
}

/**
 * A node's namespace and its cable to the wire. Checksums are computed on this side: the user-space datapath takes
 * frames as they are, and a locally made TCP segment carries a half-made checksum (CHECKSUM_PARTIAL) otherwise.
 */
export async function addNode(state: LabState, node: NodePlace): Promise<void> {
  const wire = wireNamespace(state);
  await addNamespace(state, node.namespace);
  await tune(node.namespace);
  await ipBatch(wire, [
    `link add ${node.name} type veth peer name ${uplink} netns ${node.namespace}`,
    `link set ${node.name} master wire up`,
  ]);
  await run(inNamespace(node.namespace, ['sh', '-c', `echo 1 > /proc/sys/net/ipv6/conf/${uplink}/disable_ipv6`]));
  await ipBatch(node.namespace, ['link set lo up', `link set ${uplink} arp off up`]);
  await noChecksumOffload(wire, node.name);
}

/** Have the kernel finish checksums before a frame reaches `device`. */
export const noChecksumOffload = async (namespace: string, device: string): Promise<void> => {
  await run(inNamespace(namespace, ['ethtool', '-K', device, 'tx', 'off']));
};

/** The node's addresses on its external bridge, and its default routes by the wire. */
export async function addressNode(node: NodePlace, families: readonly IpFamily[], device: string): Promise<void> {
  await ipBatch(node.namespace, [
    `link set ${device} up`,
    ...node.addresses.map((address) => addAddress(device, address)),
    ...wireAddresses(families).map(({ address }) => `route add default via ${address} dev ${device}`),
  ]);
}

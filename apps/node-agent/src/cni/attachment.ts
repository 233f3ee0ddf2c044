import { randomBytes } from 'node:crypto';
import type { Environment, PodArgs, Result } from '@ovnkube/cni';
import type { PodNetwork } from '@ovnkube/ipam';

/** One attachment of a pod: the two ends of its link, by the request. */
export interface Attachment {
  readonly containerId: string;
  readonly ifname: string;
  /** Path of the network namespace; empty when it is gone. */
  readonly netns: string;
}

/** The attachment that a request is about. */
export const attachmentOf = ({ containerId, ifname, netns }: Environment): Attachment => ({
  containerId,
  ifname,
  netns,
});

/** The host's end is named by the container, as upstream does: 15 characters are what the kernel takes. */
export const hostInterface = ({ containerId }: { readonly containerId: string }): string => containerId.slice(0, 15);

/** Name of the pod's logical switch port in the default network, which `external_ids:iface-id` must be. */
export const logicalPort = ({ namespace, name }: PodArgs): string => `${namespace}_${name}`;

/** The pod that a logical port of the default network is of; a namespace cannot hold an underscore. */
export function podOfLogicalPort(port: string): PodArgs | undefined {
  const at = port.indexOf('_');
  return at > 0 ? { namespace: port.slice(0, at), name: port.slice(at + 1) } : undefined;
}

/** A MAC address for the host's end: random, locally administered. Nobody sends to it; the result of ADD says it. */
export function hostMac(): string {
  const [first = 0, ...rest] = randomBytes(6);
  return [(first | 0x02) & 0xfe, ...rest].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** `external_ids` of the Interface, by which ovn-controller binds the port and we find it again. */
export const interfaceIds = (
  attachment: Attachment,
  pod: PodArgs,
  uid: string,
  network: PodNetwork,
): Readonly<Record<string, string>> => ({
  attached_mac: network.mac,
  'iface-id': logicalPort(pod),
  'iface-id-ver': uid,
  ip_addresses: network.addresses.map(String).join(','),
  sandbox: attachment.containerId,
  'pod-if-name': attachment.ifname,
});

/** The result of ADD. */
export function addResult(
  attachment: Attachment,
  network: PodNetwork,
  ends: { readonly mac: string; readonly mtu: number },
): Result {
  const gateways = network.gateways;
  return {
    interfaces: [
      { name: hostInterface(attachment), mac: ends.mac, mtu: ends.mtu },
      { name: attachment.ifname, mac: network.mac, mtu: ends.mtu, sandbox: attachment.netns },
    ],
    ips: network.addresses.map((address) => {
      const gateway = gateways.find(({ family }) => family === address.family);
      return { address: String(address), interface: 1, ...(gateway ? { gateway: String(gateway) } : {}) };
    }),
    routes: [
      ...gateways.map((gateway) => ({ dst: gateway.family === 'ipv4' ? '0.0.0.0/0' : '::/0', gw: String(gateway) })),
      ...network.routes.map(({ dest, nextHop }) => ({
        dst: String(dest),
        ...(nextHop ? { gw: String(nextHop) } : {}),
      })),
    ],
    dns: {},
  };
}

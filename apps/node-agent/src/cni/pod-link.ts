import { statSync } from 'node:fs';
import { CniError, type Result } from '@ovnkube/cni';
import {
  canonicalAddress,
  canonicalCidr,
  isHostError,
  type Link,
  namespacePath,
  observe,
  perform,
  type Route,
  type Run,
  type Step,
  word,
} from '@ovnkube/host';
import type { PodNetwork } from '@ovnkube/ipam';
import { type Attachment, hostInterface, hostMac } from './attachment.ts';

/** What making a pod's link needs to know of the node. */
export interface LinkSettings {
  readonly run: Run;
  readonly mtu: number;
  /**
   * Whether the pod may leave transport checksums to its link. Not where Open vSwitch's user-space datapath sends them into
   * tunnels half-made (datapath_type netdev).
   */
  readonly checksumOffload: boolean;
  /** The node's network namespace, by name or path; that of this process unless given. */
  readonly netns?: string;
}

/** The node's namespace, by a path that holds in other network namespaces too. */
const nodeNamespace = ({ netns }: Pick<LinkSettings, 'netns'>): string =>
  netns === undefined ? `/proc/${process.pid}/ns/net` : namespacePath(netns);

/** Where `ip` is to look for the node's links. */
export const inNode = ({ netns }: Pick<LinkSettings, 'netns'>): { readonly netns?: string } =>
  netns === undefined ? {} : { netns };

/** Throws `invalid-environment` unless the path is a network namespace, and another one than the node's own. */
export function checkNamespace(netns: string, settings: Pick<LinkSettings, 'netns'>): void {
  let inode: number;
  try {
    // Synchronous: a look into the kernel's memory, not at a disk.
    inode = statSync(netns).ino;
  } catch (cause) {
    throw new CniError('invalid-environment', `CNI_NETNS is ${netns}: there is no such network namespace`, { cause });
  }
  if (inode === statSync(nodeNamespace(settings)).ino) {
    throw new CniError('invalid-environment', `CNI_NETNS is ${netns}: that is the namespace of the node itself`);
  }
}

/** Everything in one process tree, the node's end included. */
function linkSteps(attachment: Attachment, network: PodNetwork, settings: LinkSettings, mac: string): readonly Step[] {
  const ifname = word(attachment.ifname);
  const mtu = settings.mtu;
  const ipv6 = network.addresses.some(({ family }) => family === 'ipv6');
  const host = word(hostInterface(attachment));
  const node = word(nodeNamespace(settings));
  // Born in the node's namespace instead of moved there: a move makes the kernel wait for all readers, four times as long as
  // everything else here together. But a peer cannot come up at its birth, when the other end does not exist yet.
  const made: Step[] = [
    {
      kind: 'ip',
      lines: [
        `link add name ${ifname} mtu ${mtu} address ${network.mac} type veth ` +
          `peer name ${host} mtu ${mtu} address ${mac} netns ${node}`,
      ],
    },
    { kind: 'ip', netns: node, lines: [`link set dev ${host} up`] },
  ];
  const configured = [
    `link set dev ${ifname} up`,
    'link set dev lo up',
    ...network.addresses.map(
      (address) => `address add ${address} dev ${ifname}${address.family === 'ipv6' ? ' nodad' : ''}`,
    ),
    ...network.gateways.map((gateway) => `route add default via ${gateway} dev ${ifname}`),
    ...network.routes.map(({ dest, nextHop }) => `route add ${dest}${nextHop ? ` via ${nextHop}` : ''} dev ${ifname}`),
  ];
  const offload: Step[] = settings.checksumOffload ? [] : [{ kind: 'checksum-offload', ifname, on: false }];
  if (!ipv6) return [...made, { kind: 'ip', lines: configured }, ...offload];
  return [
    ...made,
    // Some runtimes switch IPv6 off in new namespaces.
    { kind: 'sysctl', path: `net/ipv6/conf/${ifname}/disable_ipv6`, value: '0' },
    // Every route is given, so that no neighbour can announce another; unless the network's router is to announce it.
    ...(network.gatewayLinkLocal
      ? []
      : [{ kind: 'sysctl', path: `net/ipv6/conf/${ifname}/accept_ra`, value: '0' } as const]),
    { kind: 'ip', lines: configured },
    ...offload,
  ];
}

/**
 * Make the pod's link with its addresses and routes; returns the MAC address of the host's end. What an ADD that did not end left
 * of the same container is removed first. Throws when the name is taken inside by something else.
 */
export async function makeLink(
  attachment: Attachment,
  network: PodNetwork,
  settings: LinkSettings,
  signal: AbortSignal,
): Promise<string> {
  const mac = hostMac();
  const steps = linkSteps(attachment, network, settings, mac);
  const options = { netns: attachment.netns, signal };
  try {
    await perform(settings.run, steps, options);
  } catch (error) {
    if (!isHostError(error) || !/File exists/.test(error.message)) throw error;
    if (!(await removeLink(attachment, settings, signal))) {
      throw new CniError('internal', `${attachment.ifname} exists in ${attachment.netns} and is not ours`, {
        cause: error,
      });
    }
    await perform(settings.run, steps, options);
  }
  return mac;
}

/** Remove the pair by its host's end. Returns whether it was there. */
export async function removeLink(
  attachment: { readonly containerId: string },
  settings: Pick<LinkSettings, 'run' | 'netns'>,
  signal?: AbortSignal,
): Promise<boolean> {
  const lines = [`link delete dev ${word(hostInterface(attachment))}`];
  const options = { ...inNode(settings), goOn: true, ...(signal ? { signal } : {}) };
  const { failures } = await perform(settings.run, [{ kind: 'ip', lines }], options);
  const [failure] = failures;
  if (failure === undefined) return true;
  // The second: its other end, or its namespace, went while `ip` worked.
  if (/Cannot find device|No such device/.test(failure.words)) return false;
  throw new CniError('io-failure', `${failure.line}: ${failure.words}`);
}

/** What is not as a result says, one sentence each: of the link, its addresses and its routes. Additions of others do not count. */
export async function linkProblems(
  attachment: Attachment,
  result: Result,
  settings: Pick<LinkSettings, 'run' | 'netns'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { netns, ifname } = attachment;
  const [inside, outside] = await Promise.all([
    observe(settings.run, { netns, dev: ifname, routes: true, signal }),
    observe(settings.run, { ...inNode(settings), dev: hostInterface(attachment), signal }),
  ]);
  const [link] = inside.links;
  if (link === undefined) return [`link ${ifname} is missing`];
  const index = result.interfaces.findIndex((entry) => entry.name === ifname && entry.sandbox !== undefined);
  const wanted = result.interfaces[index];
  const addresses = result.ips.filter((ip) => ip.interface === undefined || ip.interface === index);
  return [
    ...endProblems(ifname, link, wanted?.mac),
    ...endProblems(hostInterface(attachment), outside.links[0], undefined),
    ...addresses.flatMap(({ address }) => {
      const found = inside.addresses.find((entry) => entry.address === canonicalCidr(address));
      if (found === undefined) return [`address ${address} on ${ifname} is missing`];
      return found.tentative || found.dadFailed
        ? [`address ${address} on ${ifname} is not usable: it is tentative`]
        : [];
    }),
    ...result.routes.flatMap(({ dst, gw }) => (hasRoute(inside.routes, dst, gw) ? [] : [routeText(dst, gw)])),
  ];
}

function endProblems(name: string, link: Link | undefined, mac: string | undefined): readonly string[] {
  if (link === undefined) return [`link ${name} is missing`];
  return [
    ...(link.up ? [] : [`link ${name} is down`]),
    ...(mac === undefined || link.mac === mac.toLowerCase()
      ? []
      : [`link ${name} has MAC address ${link.mac}, not ${mac}`]),
  ];
}

const hasRoute = (routes: readonly Route[], dst: string, gw: string | undefined): boolean =>
  routes.some((route) => route.dst === canonicalCidr(dst) && route.gateway === (gw ? canonicalAddress(gw) : ''));

const routeText = (dst: string, gw: string | undefined): string => `route ${dst}${gw ? ` via ${gw}` : ''} is missing`;

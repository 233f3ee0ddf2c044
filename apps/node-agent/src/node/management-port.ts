import type { DesiredHost } from '@ovnkube/host';
import { type Cidr, gatewayOf, macOf, managementPortOf, type Network } from '@ovnkube/ipam';

/** The node's own port on its logical switch; upstream's name. */
export const managementPortName = 'ovn-k8s-mp0';

/** Routing protocol number of what the agent writes on the host, so that it knows its own (rtnetlink(7), RTPROT_*). */
export const routeProtocol = 111;

/** Its MAC address, which the logical port `k8s-<node>` has too. */
export const managementPortMac = (subnets: readonly Cidr[]): string =>
  macOf(subnets.map((subnet) => managementPortOf(subnet).address));

/**
 * What the host holds for the management port: its addresses, a route to every cluster subnet by the node switch's router
 * port, and that port's MAC address, so that no ARP is needed before OVN is up.
 */
export function managementPortHost(input: {
  readonly network: Network;
  readonly subnets: readonly Cidr[];
  readonly mtu: number;
}): DesiredHost {
  const { network, subnets, mtu } = input;
  const ifname = managementPortName;
  const gatewayMac = macOf(subnets.map((subnet) => gatewayOf(subnet).address));
  return {
    links: [{ ifname, mac: managementPortMac(subnets), mtu, up: true }],
    addresses: subnets.map((subnet) => ({
      ifname,
      address: managementPortOf(subnet).toString(),
      duplicateDetection: false,
    })),
    routes: subnets.flatMap((subnet) =>
      network.clusterSubnets
        .filter(({ cidr }) => cidr.family === subnet.family)
        .map(({ cidr }) => ({
          dst: cidr.toString(),
          gateway: gatewayOf(subnet).address.toString(),
          dev: ifname,
          mtu,
        })),
    ),
    neighbours: subnets.map((subnet) => ({
      dst: gatewayOf(subnet).address.toString(),
      dev: ifname,
      mac: gatewayMac,
    })),
    sysctls: Object.fromEntries(
      subnets.flatMap(({ family }) =>
        family === 'ipv4'
          ? [
              [`net/ipv4/conf/${ifname}/forwarding`, '1'],
              // Replies may come back by another interface than the one the kernel would choose (RFC 3704 §2.4, loose).
              [`net/ipv4/conf/${ifname}/rp_filter`, '2'],
            ]
          : [[`net/ipv6/conf/${ifname}/forwarding`, '1']],
      ),
    ),
  };
}

import type { Address } from './address.ts';
import { Cidr } from './cidr.ts';

/** The port of the cluster router on a node subnet: its first address, with the subnet's prefix length. */
export function gatewayOf(subnet: Cidr): Cidr {
  return onSubnet(subnet, 1);
}

/** The management port (`ovn-k8s-mp0`) on a node subnet: the second address. */
export function managementPortOf(subnet: Cidr): Cidr {
  return onSubnet(subnet, 2);
}

/** The hybrid overlay port on a node subnet: the third address, kept free only where hybrid overlay is on. */
export function hybridOverlayPortOf(subnet: Cidr): Cidr {
  return onSubnet(subnet, 3);
}

/** Whether pods may have an address of this node subnet: neither network, broadcast nor one of the node's own ports. */
export function isPodAddress(subnet: Cidr, address: Address, hybridOverlay = false): boolean {
  if (!subnet.contains(address)) return false;
  const offset = address.value - subnet.first.value;
  return offset > (hybridOverlay ? 3n : 2n) && !(subnet.family === 'ipv4' && offset === subnet.size - 1n);
}

function onSubnet(subnet: Cidr, offset: number): Cidr {
  return new Cidr(subnet.first.plus(offset), subnet.prefixLength);
}

/** Allocates node subnets, pod addresses and MACs, and derives every well-known address of a cluster. */
export const name = '@ovnkube/ipam';

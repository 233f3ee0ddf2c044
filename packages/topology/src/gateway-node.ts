import type { NodeWith } from './node.ts';

/** The annotations that a gateway router is made of. */
export const gatewayNeeds = ['nodeId', 'subnets', 'chassisId', 'gateway'] as const;

/** A node that has them. */
export type GatewayNode = NodeWith<(typeof gatewayNeeds)[number]>;

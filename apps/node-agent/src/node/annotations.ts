import { type Address, macOf, managementPortOf, type NodeAnnotations, writeNodeAnnotations } from '@ovnkube/ipam';
import type { AgentConfig } from '../config.ts';
import type { NodeFacts } from './facts.ts';

/** Where this node's tunnels end: as told, else its first own address. */
export function encapIps(config: Pick<AgentConfig, 'encapIp'>, facts: NodeFacts): readonly string[] {
  return config.encapIp ?? facts.primaryAddresses.slice(0, 1).map(({ address }) => address.toString());
}

/** The annotations that a node writes of itself; every other zone builds its rows for this node from them. */
export function ownAnnotations(input: {
  readonly config: AgentConfig;
  readonly facts: NodeFacts;
  readonly chassisId: string;
  readonly encapIps: readonly Address[];
  /** Present once the master controller has given the node its subnets. */
  readonly subnets: NodeAnnotations['subnets'];
  /** The node's annotations so far; what they say of other networks stays. */
  readonly existing: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  const { config, facts, chassisId, subnets, existing } = input;
  const { network } = config;
  return writeNodeAnnotations(
    {
      chassisId,
      primaryAddresses: facts.primaryAddresses,
      hostCidrs: facts.hostCidrs,
      encapIps: input.encapIps,
      masqueradeSubnets: network.masqueradeSubnets,
      ...(subnets === undefined
        ? {}
        : { managementPortMac: macOf(subnets.map((subnet) => managementPortOf(subnet).address)) }),
      gateway: {
        mode: config.gatewayMode,
        bridgeId: facts.interface,
        interfaceId: `${facts.interface}_${config.node}`,
        mac: facts.mac,
        addresses: facts.primaryAddresses,
        nextHops: facts.nextHops,
        nodePortEnable: true,
        vlanId: 0,
      },
    },
    { network: network.name, existing },
  );
}

import { gatewayRouterJoinAddresses, type Network } from '@ovnkube/ipam';

/** Annotations that newer readers derive or find elsewhere, and that older ones still ask a Node for. */
export const legacyAnnotationNames = {
  /** Network → network id. */
  networkIds: 'k8s.ovn.org/network-ids',
  /** Network → addresses of the gateway router on the join switch. */
  joinAddresses: 'k8s.ovn.org/node-gateway-router-lrp-ifaddrs',
} as const;

type Annotations = Readonly<Record<string, string | undefined>>;

/** The two annotations for one network; what they say of other networks stays. */
export function legacyAnnotations(
  network: Network,
  nodeId: number,
  existing: Annotations,
): Readonly<Record<string, string>> {
  const join = gatewayRouterJoinAddresses(network, nodeId);
  const addresses = Object.fromEntries(join.map((cidr) => [cidr.family, String(cidr)]));
  const { networkIds, joinAddresses } = legacyAnnotationNames;
  return {
    [networkIds]: withMember(existing[networkIds], network.name, String(network.id)),
    [joinAddresses]: withMember(existing[joinAddresses], network.name, addresses),
  };
}

/** A JSON object with one member set; an annotation that is none holds nothing to keep. */
function withMember(text: string | undefined, name: string, value: unknown): string {
  let members: unknown;
  try {
    members = JSON.parse(text ?? '{}');
  } catch {
    members = {};
  }
  const kept = typeof members === 'object' && members !== null && !Array.isArray(members) ? members : {};
  return JSON.stringify({ ...kept, [name]: value });
}

import { type Address, managementPortOf, parseAddress, readNodeAnnotations } from '@ovnkube/ipam';
import type { NodeObject } from './objects.ts';
import type { Ownership } from './owner.ts';
import { type Addressed, inNetwork } from './policy-pod.ts';

/** What is read of a node. */
export interface PolicyNode extends Addressed {
  /** Whether this zone has its switch. */
  readonly local: boolean;
  /** Where its own traffic to pods comes from. */
  readonly management: readonly Address[];
}

export function policyNode(
  { network }: Ownership,
  name: string,
  node: NodeObject,
  zone: string | undefined,
): PolicyNode {
  const { metadata = {}, status = {} } = node;
  const { values } = readNodeAnnotations(metadata.annotations ?? {}, network.name);
  const subnets = (values.subnets ?? []).filter(({ family }) => network.families.includes(family));
  const own = (status.addresses ?? []).flatMap(({ type, address }) =>
    type === 'InternalIP' || type === 'ExternalIP' ? (parseAddress(address) ?? []) : [],
  );
  return {
    labels: metadata.labels ?? {},
    addresses: inNetwork(network, own),
    namedPorts: [],
    local: zone === undefined || (values.zone ?? name) === zone,
    management: subnets.map((subnet) => managementPortOf(subnet).address),
  };
}

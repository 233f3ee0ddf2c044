import {
  type Address,
  type Family,
  type Network,
  parseAddress,
  podNetworksAnnotation,
  readPodNetwork,
} from '@ovnkube/ipam';
import type { PodObject } from './objects.ts';
import { protocols } from './policy-port.ts';
import type { PodPort, Selectable } from './selection.ts';

/** What may be in address sets. */
export interface Addressed extends Selectable {
  readonly addresses: readonly { readonly family: Family; readonly text: string }[];
}

/** A pod as policies see it; units read this, so that other changes of the object concern nobody. */
export interface PolicyPod extends Addressed {
  readonly namespace: string;
  /** Its logical switch port, where this zone has it. */
  readonly port?: string;
}

/**
 * Reads a pod. Undefined for pods that policies do not see: those in the network of their node, and those that have
 * ended, whose addresses may be others' by now.
 */
export function policyPod(network: Network, pod: PodObject, isLocal: (node: string) => boolean): PolicyPod | undefined {
  const { metadata = {}, spec = {}, status = {} } = pod;
  const { namespace = 'default', name = '', labels = {} } = metadata;
  if (spec.hostNetwork === true || status.phase === 'Succeeded' || status.phase === 'Failed') return undefined;
  const local = spec.nodeName !== undefined && isLocal(spec.nodeName);
  return {
    namespace,
    labels,
    addresses: addressesOf(network, pod),
    namedPorts: namedPorts(spec),
    ...(local && { port: `${network.prefix}${namespace}_${name}` }),
  };
}

/** The pod's addresses in the network: as allocated, or in the default network as its status tells. */
function addressesOf(network: Network, { metadata, status }: PodObject): PolicyPod['addresses'] {
  const place = readPodNetwork(metadata?.annotations?.[podNetworksAnnotation], network.name);
  const reported = network.name === 'default' ? (status?.podIPs ?? []) : [];
  const addresses =
    place.status === 'found'
      ? place.network.addresses.map(({ address }) => address)
      : reported.flatMap(({ ip }) => (ip === undefined ? [] : (parseAddress(ip) ?? [])));
  return inNetwork(network, addresses);
}

/** Addresses of a network's families, for address sets. */
export const inNetwork = ({ families }: Network, addresses: readonly Address[]): Addressed['addresses'] =>
  addresses
    .filter(({ family }) => families.includes(family))
    .map((address) => ({ family: address.family, text: String(address) }));

/** The named ports of a pod's containers, sidecars among them, in a fixed order. */
function namedPorts({ containers = [], initContainers = [] }: NonNullable<PodObject['spec']>): readonly PodPort[] {
  const running = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  return running.flatMap(({ ports = [] }) =>
    ports.flatMap(({ name, containerPort: number, protocol: given = 'TCP' }) => {
      const protocol = protocols.find((each) => each === given);
      return name === undefined || protocol === undefined ? [] : [{ name, protocol, number }];
    }),
  );
}

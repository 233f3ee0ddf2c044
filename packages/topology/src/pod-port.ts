import { type Cidr, podNetworksAnnotation, readPodNetwork } from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import { podNat } from './gateway-nat.ts';
import type { ZoneNode } from './node.ts';
import { nb, portOfGroup, portOfSwitch, type Zone } from './zone.ts';
import { clusterPortGroup } from './zone-rows.ts';

/** What is read of a Kubernetes Pod. */
export interface PodObject {
  readonly metadata?: {
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly nodeName?: string; readonly hostNetwork?: boolean };
  readonly status?: { readonly phase?: string };
}

/** What pods need of the node they run on: only this, so that other changes of a node leave its pods alone. */
export interface PodHost {
  readonly local: boolean;
  /** Absent while the node has no switch for its pods. */
  readonly chassisId?: string;
  /** Addresses that pods are translated to one by one; empty when they are translated by subnet. */
  readonly natAddresses: readonly Cidr[];
}

export function podHost(zone: Zone, { local, annotations }: ZoneNode): PodHost {
  const { subnets, chassisId, gateway, nodeId } = annotations;
  const hasRouter =
    subnets && chassisId && nodeId !== undefined && gateway !== undefined && gateway.mode !== 'disabled';
  return {
    local,
    ...(local && subnets && chassisId ? { chassisId } : {}),
    natAddresses:
      local && hasRouter && zone.isDefault && zone.options.disableSnatMultipleGws
        ? zone.ordered(gateway.addresses)
        : [],
  };
}

/** What becomes of a pod: rows, nothing (it has no place in this zone), or the reason why there are none yet. */
export type PodOutcome =
  | { readonly status: 'rows'; readonly rows: readonly DesiredRow[] }
  | { readonly status: 'elsewhere' }
  | { readonly status: 'pending'; readonly reason: string };

/** The logical port of a pod on a node of this zone. */
export function podOutcome(zone: Zone, pod: PodObject, hostOf: (node: string) => PodHost | undefined): PodOutcome {
  const { metadata = {}, spec = {}, status = {} } = pod;
  const { namespace = 'default', name = '', uid = '' } = metadata;
  if (spec.nodeName === undefined || spec.hostNetwork === true) return { status: 'elsewhere' };
  // A pod that has ended keeps no port; its address may be another's by now.
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return { status: 'elsewhere' };
  const host = hostOf(spec.nodeName);
  if (host === undefined) return { status: 'pending', reason: `its node ${spec.nodeName} is not known` };
  if (!host.local) return { status: 'elsewhere' };
  const place = readPodNetwork(metadata.annotations?.[podNetworksAnnotation], zone.network.name);
  if (place.status === 'missing') {
    return {
      status: 'pending',
      reason: `annotation ${podNetworksAnnotation} has nothing of network ${zone.network.name} yet`,
    };
  }
  if (place.status === 'invalid') return { status: 'pending', reason: place.message };
  if (host.chassisId === undefined) return { status: 'pending', reason: `its node ${spec.nodeName} has no switch yet` };
  const { mac, addresses } = place.network;
  const binding = [mac, ...addresses.map(({ address }) => address)].join(' ');
  const port = nb(
    'Logical_Switch_Port',
    zone.names.podPort(namespace, name),
    {
      addresses: [binding],
      port_security: [binding],
      options: { 'requested-chassis': host.chassisId, 'iface-id-ver': uid },
      external_ids: zone.externalIds('Pod', { namespace, name }, { namespace, pod: 'true' }),
    },
    { parents: [portOfSwitch(zone.names.node(spec.nodeName).switch), portOfGroup(clusterPortGroup(zone))] },
  );
  return { status: 'rows', rows: [port, ...podNat(zone, spec.nodeName, addresses, host.natAddresses)] };
}

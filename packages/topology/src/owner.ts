import type { Network } from '@ovnkube/ipam';

/** external_ids that tell whose a row is, as upstream writes them. */
export const ownerKeys = {
  controller: 'k8s.ovn.org/owner-controller',
  type: 'k8s.ovn.org/owner-type',
  id: 'k8s.ovn.org/id',
} as const;

/** Who owns a row: its kind, and the values that tell it from others of the kind, in a fixed order. */
export interface Owner {
  readonly type: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** `<owner-controller>:<owner-type>:<value>…`: unique among the rows of one table. */
export function ownerId(network: Network, owner: Owner): string {
  return [network.controller, owner.type, ...Object.values(owner.keys)].join(':');
}

/** The external_ids of a row of this owner; those of a user-defined network name it as well. */
export function ownerExternalIds(network: Network, owner: Owner): Readonly<Record<string, string>> {
  const named = Object.entries(owner.keys).map(([key, value]) => [`k8s.ovn.org/${key}`, value]);
  return {
    ...Object.fromEntries(named),
    ...(network.name === 'default' ? {} : { 'k8s.ovn.org/network': network.name, 'k8s.ovn.org/topology': 'layer3' }),
    [ownerKeys.controller]: network.controller,
    [ownerKeys.type]: owner.type,
    [ownerKeys.id]: ownerId(network, owner),
  };
}

/** Name of a port group or address set: `a` and the FNV-1a hash, in 64 bits, of its id (names and numbers: ASCII). */
export function hashedName(id: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const char of id) hash = ((hash ^ BigInt(char.charCodeAt(0))) * 0x100000001b3n) & 0xffffffffffffffffn;
  return `a${hash}`;
}

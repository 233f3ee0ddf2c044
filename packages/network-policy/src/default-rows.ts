import { type Address, masqueradeAddresses } from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import { aclRow, aclsOfGroup, aclsOfSwitch, priorities } from './acl.ts';
import { protocolOf } from './address-match.ts';
import { any, type Match } from './match.ts';
import type { Ownership } from './owner.ts';
import { directions } from './policy.ts';
import type { PolicyNode } from './policy-node.ts';

const from = (address: Address): Match => `${protocolOf[address.family]}.src == ${address}`;

/** A pod may reach itself through a Service, whatever policies say: its packets come back from the hairpin address. */
export function hairpinRows(owner: Ownership): readonly DesiredRow[] {
  const match = any(...masqueradeAddresses(owner.network, 'serviceHairpin').map(from));
  const group = owner.hash('Cluster', { name: 'clusterPortGroup' });
  return directions.map((direction) =>
    aclRow(owner, {
      type: 'NetpolDefault',
      ids: { name: 'allow-hairpinning', direction },
      parent: aclsOfGroup(group),
      direction,
      priority: priorities.allow,
      match,
      action: 'allow-related',
    }),
  );
}

/** The kubelet and all else on a node reach its pods whatever policies say: probes would fail otherwise. */
export function nodeRows(owner: Ownership, name: string, { local, management }: PolicyNode): readonly DesiredRow[] {
  if (!local) return [];
  return management.map((address) =>
    aclRow(owner, {
      type: 'NetpolNode',
      ids: { name, ip: String(address) },
      parent: aclsOfSwitch(`${owner.network.prefix}${name}`),
      direction: 'Ingress',
      priority: priorities.allow,
      match: from(address),
      action: 'allow-related',
    }),
  );
}

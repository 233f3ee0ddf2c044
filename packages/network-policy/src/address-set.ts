import type { Family } from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import { nb, type Ownership } from './owner.ts';

/** One address in one set, as a row by itself. */
export interface AddressSetMember {
  readonly set: string;
  readonly address: string;
}

const familyIds: Readonly<Record<Family, string>> = { ipv4: 'v4', ipv6: 'v6' };

const idsOf = (selected: string, family: Family) => ({ name: selected, 'ip-family': familyIds[family] });

/** What a set is called that holds the addresses of what `selected` names: a selection, or one and a port number. */
export const addressSetName = (owner: Ownership, selected: string, family: Family): string =>
  owner.hash('PodSelector', idsOf(selected, family));

/** Pods of a selection with a port, at one of its numbers. */
export const atNumber = (selection: string, number: number): string => `${selection} ${number}`;

export function addressSetRow(
  owner: Ownership,
  selected: string,
  family: Family,
  name: string,
  addresses: readonly string[],
): DesiredRow {
  return nb('Address_Set', name, {
    addresses,
    external_ids: owner.externalIds('PodSelector', idsOf(selected, family)),
  });
}

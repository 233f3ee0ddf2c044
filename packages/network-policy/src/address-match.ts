import type { Family } from '@ovnkube/ipam';
import type { IpBlock } from './ip-block.ts';
import { all, any, constants, type Match } from './match.ts';

/** Which end of a packet is meant. */
export type End = 'src' | 'dst';

export const protocolOf: Readonly<Record<Family, 'ip4' | 'ip6'>> = { ipv4: 'ip4', ipv6: 'ip6' };

/** Any address of these families. */
export const anyAddress = (families: readonly Family[]): Match => any(...families.map((family) => protocolOf[family]));

/** An address in any of some sets, which are given by their names in each family. */
export function inAddressSets(
  end: End,
  families: readonly Family[],
  names: (family: Family) => readonly string[],
): Match {
  return any(
    ...families.map((family) => {
      const sets = names(family).map((name) => `$${name}`);
      return `${protocolOf[family]}.${end} == {${[...sets].sort().join(', ')}}`;
    }),
  );
}

/** An address in any of some blocks; undefined where none of them is of these families. */
export function inBlocks(end: End, families: readonly Family[], blocks: readonly IpBlock[]): Match | undefined {
  const fitting = blocks.filter(({ cidr }) => families.includes(cidr.family));
  if (fitting.length === 0) return undefined;
  return any(
    ...fitting.map(({ cidr, except }) => {
      const field = `${protocolOf[cidr.family]}.${end}`;
      const inside = `${field} == ${cidr}`;
      return except.length === 0 ? inside : all(inside, `${field} != ${constants(except.map(String))}`);
    }),
  );
}

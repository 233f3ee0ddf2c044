import type { Field, FieldName } from '../field/field.ts';
import type { FieldValue } from '../model/match.ts';
import { prefixLength } from './address-text.ts';
import { ANY_PROTOCOL, NXM_OXM_ANY, OF10_STD_ANY, Protocol } from './protocol.ts';

/** How OpenFlow 1.0 and 1.1 can match a field (ovs-fields(7), "OpenFlow 1.0" and "OpenFlow 1.1" rows). */
type Legacy = 'exact' | 'cidr' | 'any';

const all = (how: Legacy, names: readonly FieldName[]): (readonly [FieldName, Legacy])[] =>
  names.map((name) => [name, how]);

const BOTH_EXACT: readonly FieldName[] = [
  ...([
    'in_port',
    'eth_type',
    'vlan_vid',
    'vlan_pcp',
    'vlan_tci',
    'dl_vlan',
    'dl_vlan_pcp',
    'nw_proto',
    'nw_tos',
  ] as const),
  ...(['ip_dscp', 'arp_op', 'tcp_src', 'tcp_dst', 'udp_src', 'udp_dst', 'icmp_type', 'icmp_code'] as const),
];
const ADDRESSES: readonly FieldName[] = ['ip_src', 'ip_dst', 'arp_spa', 'arp_tpa'];

const OPENFLOW10: ReadonlyMap<FieldName, Legacy> = new Map([
  ...all('exact', [...BOTH_EXACT, 'eth_src', 'eth_dst']),
  ...all('cidr', ADDRESSES),
]);
const OPENFLOW11: ReadonlyMap<FieldName, Legacy> = new Map([
  ...all('exact', [...BOTH_EXACT, 'in_port_oxm', 'mpls_label', 'mpls_tc', 'nw_ecn', 'sctp_src', 'sctp_dst']),
  ...all('any', [...ADDRESSES, 'metadata', 'eth_src', 'eth_dst']),
]);

function usable(field: Field, allows: (how: Legacy | undefined) => boolean): number {
  // dl_vlan and dl_vlan_pcp have no header of their own: they go out as vlan_tci or vlan_vid.
  const hasHeader = field.forms.length > 0 || field.name === 'dl_vlan' || field.name === 'dl_vlan_pcp';
  return (
    (hasHeader ? NXM_OXM_ANY : 0) |
    (allows(OPENFLOW10.get(field.name)) ? OF10_STD_ANY : 0) |
    (allows(OPENFLOW11.get(field.name)) ? Protocol.OF11 : 0)
  );
}

/** The protocols that can match a field exactly, or set it. */
export function usableExact(field: Field): number {
  return usable(field, (how) => how !== undefined);
}

/** The protocols that can match a field with this mask. */
export function usableProtocols(field: Field, mask: FieldValue): number {
  if (mask === field.ones) return usableExact(field);
  if (!mask && !field.variable) return ANY_PROTOCOL;
  const cidr = field.bytes === 4 && prefixLength(BigInt(mask), 32) !== undefined;
  return usable(field, (how) => how === 'any' || (cidr && how === 'cidr'));
}

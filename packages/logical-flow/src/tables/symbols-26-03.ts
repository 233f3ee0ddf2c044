import type { SymbolDefinition } from '../symbol.ts';

const string = (name: string, field: 'reg1' | 'reg14' | 'reg15'): SymbolDefinition => ({ kind: 'string', name, field });
const predicate = (name: string, expansion: string): SymbolDefinition => ({ kind: 'predicate', name, expansion });
const subfield = (name: string, of: string, prerequisites?: string): SymbolDefinition =>
  prerequisites === undefined ? { kind: 'subfield', name, of } : { kind: 'subfield', name, of, prerequisites };
const tracked = (name: string, of: string): SymbolDefinition => ({ kind: 'subfield', name, of, scope: 'ct_commit' });
type FieldRow = Extract<SymbolDefinition, { kind: 'field' }>;
const field = (
  name: string,
  of: FieldRow['field'],
  more: Omit<FieldRow, 'kind' | 'name' | 'field'> = {},
): SymbolDefinition => ({
  kind: 'field',
  name,
  field: of,
  ...more,
});

/** xxreg0 and xxreg1 are reg0-3 and reg4-7, the lower number in the higher bits; xreg4 is reg8 and reg9. */
const registers: SymbolDefinition[] = [
  field('xxreg0', 'xxreg0'),
  field('xxreg1', 'xxreg1'),
  ...[0, 1, 2, 3].map((n) => subfield(`xreg${n}`, `xxreg${n >> 1}[${n % 2 === 0 ? '64..127' : '0..63'}]`)),
  field('xreg4', 'xreg4'),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => {
    const low = 32 * (3 - (n % 4));
    return subfield(`reg${n}`, `xxreg${n >> 2}[${low}..${low + 31}]`);
  }),
  subfield('reg8', 'xreg4[32..63]'),
  subfield('reg9', 'xreg4[0..31]'),
];

const flags: SymbolDefinition[] = [
  field('flags', 'reg10'),
  subfield('flags.loopback', 'flags[0]'),
  subfield('flags.force_snat_for_dnat', 'flags[2]'),
  subfield('flags.force_snat_for_lb', 'flags[3]'),
  subfield('flags.skip_snat_for_lb', 'flags[9]'),
  subfield('flags.use_snat_zone', 'flags[11]'),
  subfield('flags.localnet', 'flags[15]'),
  subfield('flags.tunnel_rx', 'flags[16]'),
  subfield('flags.icmp_snat', 'flags[17]'),
  subfield('flags.from_ctrl', 'flags[19]'),
  subfield('flags.unsnat_new', 'flags[20]'),
  subfield('flags.unsnat_not_tracked', 'flags[21]'),
  subfield('flags.igmp_loopback', 'flags[22]'),
  subfield('flags.pkt_sampled', 'flags[23]'),
  subfield('flags.network_id', 'flags[28..31]'),
];

const connections: SymbolDefinition[] = [
  field('ct_mark', 'ct_mark', { scope: 'ct_commit' }),
  tracked('ct_mark.blocked', 'ct_mark[0]'),
  tracked('ct_mark.natted', 'ct_mark[1]'),
  tracked('ct_mark.ecmp_reply_port', 'ct_mark[16..31]'),
  tracked('ct_mark.skip_snat', 'ct_mark[2]'),
  tracked('ct_mark.force_snat', 'ct_mark[3]'),
  tracked('ct_mark.obs_stage', 'ct_mark[4..5]'),
  tracked('ct_mark.allow_established', 'ct_mark[6]'),
  tracked('ct_mark.obs_collector_id', 'ct_mark[16..23]'),
  field('ct_label', 'ct_label', { scope: 'ct_commit' }),
  tracked('ct_label.ecmp_reply_eth', 'ct_label[32..79]'),
  tracked('ct_label.label', 'ct_label[96..127]'),
  tracked('ct_label.obs_point_id', 'ct_label[96..127]'),
  tracked('ct_label.obs_unused', 'ct_label[0..95]'),
  tracked('ct_label.acl_id', 'ct_label[80..95]'),
  tracked('ct_label.nf', 'ct_label[7]'),
  tracked('ct_label.nf_id', 'ct_label[17..24]'),
  tracked('ct_label.tun_if', 'ct_label[8]'),
  tracked('ct_label.tun_if_id', 'ct_label[80..95]'),
  field('ct_state', 'ct_state'),
  subfield('ct.trk', 'ct_state[5]'),
  subfield('ct.new', 'ct_state[0]', 'ct.trk'),
  subfield('ct.est', 'ct_state[1]', 'ct.trk'),
  subfield('ct.rel', 'ct_state[2]', 'ct.trk'),
  subfield('ct.rpl', 'ct_state[3]', 'ct.trk'),
  subfield('ct.inv', 'ct_state[4]', 'ct.trk'),
  subfield('ct.snat', 'ct_state[6]', 'ct.trk'),
  subfield('ct.dnat', 'ct_state[7]', 'ct.trk'),
];

const ethernet: SymbolDefinition[] = [
  field('eth.src', 'eth_src'),
  field('eth.dst', 'eth_dst'),
  field('eth.type', 'eth_type', { crossProduct: true }),
  predicate('eth.bcast', 'eth.dst == ff:ff:ff:ff:ff:ff'),
  subfield('eth.mcast', 'eth.dst[40]'),
  predicate('eth.mcastv6', 'eth.dst[32..47] == 0x3333'),
  field('vlan.tci', 'vlan_tci'),
  predicate('vlan.present', 'vlan.tci[12]'),
  subfield('vlan.pcp', 'vlan.tci[13..15]', 'vlan.present'),
  subfield('vlan.vid', 'vlan.tci[0..11]', 'vlan.present'),
];

/** The multicast groups that every node must get (RFC 4291 §2.7.1). */
const reservedGroups = Array.from({ length: 16 }, (_, scope) => `ff0${scope.toString(16)}::0`).join(', ');

const ip: SymbolDefinition[] = [
  predicate('ip4', 'eth.type == 0x800'),
  predicate('ip6', 'eth.type == 0x86dd'),
  predicate('ip', 'ip4 || ip6'),
  field('ip.proto', 'nw_proto', { prerequisites: 'ip', crossProduct: true }),
  field('ip.dscp', 'ip_dscp', { prerequisites: 'ip' }),
  field('ip.ecn', 'nw_ecn', { prerequisites: 'ip' }),
  field('ip.ttl', 'nw_ttl', { prerequisites: 'ip' }),
  field('ip4.src', 'ip_src', { prerequisites: 'ip4' }),
  field('ip4.dst', 'ip_dst', { prerequisites: 'ip4' }),
  predicate('ip4.src_mcast', 'ip4.src[28..31] == 0xe'),
  predicate('ip4.mcast', 'eth.mcast && ip4.dst[28..31] == 0xe'),
  predicate('icmp4', 'ip4 && ip.proto == 1'),
  field('icmp4.type', 'icmp_type', { prerequisites: 'icmp4' }),
  field('icmp4.code', 'icmp_code', { prerequisites: 'icmp4' }),
  predicate('igmp', 'ip4.mcast && ip.proto == 2'),
  field('ip6.src', 'ipv6_src', { prerequisites: 'ip6' }),
  field('ip6.dst', 'ipv6_dst', { prerequisites: 'ip6' }),
  field('ip6.label', 'ipv6_label', { prerequisites: 'ip6' }),
  predicate('ip6.mcast_rsvd', `ip6.dst == { ${reservedGroups} }`),
  predicate('ip6.mcast_all_nodes', 'ip6.dst == ff01::1 || ip6.dst == ff02::1'),
  predicate('ip6.mcast_all_rtrs', 'ip6.dst == ff01::2 || ip6.dst == ff02::2 || ip6.dst == ff05::2'),
  predicate('ip6.mcast_sol_node', 'ip6.dst == ff02::1:ff00:0000/104'),
  predicate(
    'ip6.mcast_flood',
    'eth.mcastv6 && (ip6.mcast_rsvd || ip6.mcast_all_nodes || ip6.mcast_all_rtrs || ip6.mcast_sol_node)',
  ),
  predicate('ip6.mcast', 'eth.mcastv6 && ip6.dst[120..127] == 0xff'),
  predicate('icmp6', 'ip6 && ip.proto == 58'),
  field('icmp6.type', 'icmpv6_type', { prerequisites: 'icmp6', crossProduct: true }),
  field('icmp6.code', 'icmpv6_code', { prerequisites: 'icmp6', crossProduct: true }),
  predicate('icmp', 'icmp4 || icmp6'),
  field('ip.frag', 'ip_frag', { prerequisites: 'ip' }),
  predicate('ip.is_frag', 'ip.frag[0]'),
  predicate('ip.later_frag', 'ip.frag[1]'),
  predicate('ip.first_frag', 'ip.is_frag && !ip.later_frag'),
];

const addressResolution: SymbolDefinition[] = [
  predicate('arp', 'eth.type == 0x806'),
  field('arp.op', 'arp_op', { prerequisites: 'arp' }),
  field('arp.spa', 'arp_spa', { prerequisites: 'arp' }),
  field('arp.sha', 'arp_sha', { prerequisites: 'arp' }),
  field('arp.tpa', 'arp_tpa', { prerequisites: 'arp' }),
  field('arp.tha', 'arp_tha', { prerequisites: 'arp' }),
  predicate('rarp', 'eth.type == 0x8035'),
  field('rarp.op', 'arp_op', { prerequisites: 'rarp' }),
  field('rarp.spa', 'arp_spa', { prerequisites: 'rarp' }),
  field('rarp.sha', 'arp_sha', { prerequisites: 'rarp' }),
  field('rarp.tpa', 'arp_tpa', { prerequisites: 'rarp' }),
  field('rarp.tha', 'arp_tha', { prerequisites: 'rarp' }),
  predicate('nd', 'icmp6.type == {135, 136} && icmp6.code == 0 && ip.ttl == 255'),
  predicate('nd_ns', 'icmp6.type == 135 && icmp6.code == 0 && ip.ttl == 255'),
  predicate('nd_ns_mcast', 'ip6.mcast && icmp6.type == 135 && icmp6.code == 0 && ip.ttl == 255'),
  predicate('nd_na', 'icmp6.type == 136 && icmp6.code == 0 && ip.ttl == 255'),
  predicate('nd_rs', 'icmp6.type == 133 && icmp6.code == 0 && ip.ttl == 255'),
  predicate('nd_ra', 'icmp6.type == 134 && icmp6.code == 0 && ip.ttl == 255'),
  field('nd.target', 'nd_target', { prerequisites: 'nd' }),
  field('nd.sll', 'nd_sll', { prerequisites: 'nd_ns' }),
  field('nd.tll', 'nd_tll', { prerequisites: 'nd_na' }),
  predicate('mldv1', 'eth.mcastv6 && ip6.src == fe80::/10 && icmp6.type == {130, 131, 132}'),
  predicate('mldv2', 'eth.mcastv6 && ip6.dst == ff02::16 && icmp6.type == 143'),
];

const transport: SymbolDefinition[] = [
  predicate('tcp', 'ip.proto == 6'),
  field('tcp.src', 'tcp_src', { prerequisites: 'tcp' }),
  field('tcp.dst', 'tcp_dst', { prerequisites: 'tcp' }),
  field('tcp.flags', 'tcp_flags', { prerequisites: 'tcp' }),
  predicate('udp', 'ip.proto == 17'),
  field('udp.src', 'udp_src', { prerequisites: 'udp' }),
  field('udp.dst', 'udp_dst', { prerequisites: 'udp' }),
  predicate('sctp', 'ip.proto == 132'),
  field('sctp.src', 'sctp_src', { prerequisites: 'sctp' }),
  field('sctp.dst', 'sctp_dst', { prerequisites: 'sctp' }),
  field('pkt.mark', 'pkt_mark'),
  { kind: 'ovnField', name: 'icmp4.frag_mtu', id: 0, width: 16 },
  { kind: 'ovnField', name: 'icmp6.frag_mtu', id: 1, width: 32 },
];

/** The logical symbols of OVN 26.03: ovn-sb(5), "Symbols". */
export const SYMBOLS_26_03: readonly SymbolDefinition[] = [
  string('inport', 'reg14'),
  string('outport', 'reg15'),
  field('__inport', 'reg14'),
  field('__outport', 'reg15'),
  subfield('from_evpn_vtep', '__inport[31]'),
  subfield('to_evpn_vtep', '__outport[31]'),
  string('remote_outport', 'reg1'),
  ...registers,
  ...flags,
  ...connections,
  ...ethernet,
  ...ip,
  ...addressResolution,
  ...transport,
];

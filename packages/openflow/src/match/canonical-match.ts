import { type Field, type FieldName, fieldNamed } from '../field/field.ts';
import type { FieldValue, Match, MatchField, UnknownMatchField } from '../model/match.ts';
import { bytesNeeded } from '../oxm/encode-match.ts';
import { type FlowMatch, flowMatch, matchField } from './flow-match.ts';
import { EthType, IpProto, isArp, isIcmpv6, isIpAny, isMpls, isNeighborDiscovery } from './prerequisite.ts';
import { slot, VLAN_CFI } from './slot.ts';

/*
 * The order in which Open vSwitch writes a match (nx_put_raw): a match that matches the same bits gives the same bytes. Fields
 * whose prerequisite is not matched are left out.
 */

const fields = (...names: readonly FieldName[]): readonly Field[] => names.map(fieldNamed);
const numbered = (name: string, count: number): FieldName[] =>
  Array.from({ length: count }, (_, at) => `${name}${at}` as FieldName);

const ETHERNET = fields('eth_src', 'eth_dst', 'eth_type');
const MPLS = fields('mpls_tc', 'mpls_bos', 'mpls_ttl', 'mpls_label');
const IPV4 = fields('ip_src', 'ip_dst');
const IPV6 = fields('ipv6_src', 'ipv6_dst');
const IP_NXM = fields('ip_frag', 'nw_tos', 'nw_ecn', 'nw_ttl', 'ipv6_label', 'nw_proto');
const IP_OXM = fields('ip_frag', 'ip_dscp', 'nw_ecn', 'nw_ttl', 'ipv6_label', 'nw_proto');
const TRANSPORT: ReadonlyMap<number, readonly Field[]> = new Map([
  [IpProto.TCP, fields('tcp_src', 'tcp_dst', 'tcp_flags')],
  [IpProto.UDP, fields('udp_src', 'udp_dst')],
  [IpProto.SCTP, fields('sctp_src', 'sctp_dst')],
]);
const ICMP = fields('icmp_type', 'icmp_code');
const ICMPV6 = fields('icmpv6_type', 'icmpv6_code');
const ND = fields('nd_reserved', 'nd_target', 'nd_options_type');
const ND_SLL = fields('nd_sll');
const ND_TLL = fields('nd_tll');
const ARP = fields('arp_op', 'arp_spa', 'arp_tpa', 'arp_sha', 'arp_tha');
const TUNNEL = fields(
  ...(['tun_id', 'tun_flags', 'tun_src', 'tun_dst', 'tun_ipv6_src', 'tun_ipv6_dst'] as const),
  ...(['tun_gbp_id', 'tun_gbp_flags'] as const),
  ...numbered('tun_metadata', 64),
  ...(['tun_erspan_idx', 'tun_erspan_ver', 'tun_erspan_dir', 'tun_erspan_hwid'] as const),
  ...(['tun_gtpu_flags', 'tun_gtpu_msgtype'] as const),
);
const NSH = fields(
  ...(['nsh_flags', 'nsh_ttl', 'nsh_mdtype', 'nsh_np', 'nsh_spi', 'nsh_si'] as const),
  ...(['nsh_c1', 'nsh_c2', 'nsh_c3', 'nsh_c4'] as const),
);
const REGISTERS = fields(...numbered('reg', 16));
const WIDE_REGISTERS = fields(...numbered('xreg', 8));
const CONNTRACK = fields(
  ...(['pkt_mark', 'ct_state', 'ct_zone', 'ct_mark', 'ct_label'] as const),
  ...(['ct_nw_src', 'ct_ipv6_src', 'ct_nw_dst', 'ct_ipv6_dst'] as const),
);
const CONNTRACK_TUPLE = fields('ct_nw_proto', 'ct_tp_src', 'ct_tp_dst');
const METADATA = fields('metadata');
const HEAD = fields('dp_hash', 'recirc_id', 'conj_id');
const VLAN_TCI = slot('vlan_tci');
const packetType = fieldNamed('packet_type');

/** Collects fields that are matched, and whether one of them says that the packet is Ethernet. */
class Collector {
  readonly out: MatchField[] = [];
  readonly #flow: FlowMatch;
  impliesEthernet = false;

  constructor(flow: FlowMatch) {
    this.#flow = flow;
  }

  add(list: readonly Field[]): void {
    for (const field of list) {
      if (this.#flow.isFieldWild(field)) {
        if (field.variable && this.#flow.isPresent(field)) this.put(field, 0, 0);
        continue;
      }
      const { value, mask } = this.#flow.getField(field);
      if (mask) this.put(field, value, mask);
    }
  }

  put(field: Field, value: FieldValue, mask: FieldValue): void {
    const entry = matchField(field, value, mask);
    this.out.push(field.variable ? { ...entry, bytes: bytesNeeded(value, entry.mask) } : entry);
    this.impliesEthernet ||= field.prerequisite !== 'none';
  }
}

function addVlan(collector: Collector, flow: FlowMatch, version: number): void {
  const tci = flow.number(VLAN_TCI);
  const mask = flow.maskNumber(VLAN_TCI);
  if (version === 0) {
    if (mask !== 0) collector.put(fieldNamed('vlan_tci'), tci, mask);
    return;
  }
  const vidMask = mask & (VLAN_CFI | 0xfff);
  const vid = tci & (VLAN_CFI | 0xfff);
  if (vidMask !== 0) collector.put(fieldNamed('vlan_vid'), vid, vidMask === 0x1fff ? 0xffff : vidMask);
  if (vid !== 0 && mask >>> 13 !== 0) collector.put(fieldNamed('vlan_pcp'), tci >>> 13, 0xff);
}

function addIp(collector: Collector, flow: FlowMatch, version: number): void {
  collector.add(flow.ethType === EthType.IP ? IPV4 : IPV6);
  collector.add(version === 0 ? IP_NXM : IP_OXM);
  const proto = flow.number(slot('nw_proto'));
  const ports = TRANSPORT.get(proto);
  if (ports !== undefined) collector.add(ports);
  else if (flow.ethType === EthType.IP && proto === IpProto.ICMP) collector.add(ICMP);
  else if (isIcmpv6(flow)) {
    collector.add(ICMPV6);
    if (isNeighborDiscovery(flow, 135, 136)) collector.add(ND);
    if (isNeighborDiscovery(flow, 135)) collector.add(ND_SLL);
    if (isNeighborDiscovery(flow, 136)) collector.add(ND_TLL);
  }
}

/** The fields that Open vSwitch writes for these bits in a version (0: Nicira's NXM), in its order. */
export function fieldsOf(flow: FlowMatch, version: number): MatchField[] {
  const collector = new Collector(flow);
  if (!flow.isWild(packetTypeSlot) && !flow.hasDefaultPacketType) collector.add([packetType]);
  collector.add(HEAD);
  collector.add([version === 0 ? inPort : inPortOxm, actsetOutput]);
  collector.add(ETHERNET);
  addVlan(collector, flow, version);
  const type = flow.ethType;
  if (isMpls(type)) collector.add(MPLS);
  if (isIpAny(flow)) addIp(collector, flow, version);
  else if (isArp(type)) collector.add(ARP);
  collector.add(TUNNEL);
  collector.add(NSH);
  collector.add(version < 6 ? REGISTERS : WIDE_REGISTERS);
  collector.add(CONNTRACK);
  if (flow.number(ctNwProto) !== 0) collector.add(CONNTRACK_TUPLE);
  collector.add(METADATA);
  const entries = collector.out;
  if (flow.hasDefaultPacketType && !collector.impliesEthernet) entries.unshift({ field: 'packet_type', value: 0 });
  return entries;
}

const packetTypeSlot = slot('packet_type');
const ctNwProto = slot('ct_nw_proto');
const inPort = fieldNamed('in_port');
const inPortOxm = fieldNamed('in_port_oxm');
const actsetOutput = fieldNamed('actset_output');

/**
 * The match as Open vSwitch would write it in a version (OpenFlow's version byte; 0 for Nicira's NXM): fields in its order
 * and of its choice, e.g. `xreg0` for `reg0` in OpenFlow 1.5. Unknown fields come last, as they were.
 */
export function canonicalMatch(match: Match, version: number): Match {
  const unknown = match.filter((entry): entry is UnknownMatchField => entry.field === 'unknown');
  return [...fieldsOf(flowMatch(match), version), ...unknown];
}

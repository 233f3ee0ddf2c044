import { FIELDS, type FieldName, fieldNamed } from '../field/field.ts';
import { type FlowMatch, flowMatch } from '../match/flow-match.ts';
import { EthType, IpProto, isArp, isIpAny } from '../match/prerequisite.ts';
import { slot, VLAN_CFI } from '../match/slot.ts';
import type { FieldValue, Match } from '../model/match.ts';
import { formatEthernetMasked, formatIpv4Masked, formatIpv6Masked } from './address-text.ts';
import { FRAGMENTS, formatPacketType, hex } from './field-text.ts';
import { CT_STATE_FLAGS, formatFlags, formatFlagsMasked, TCP_FLAGS, TUNNEL_FLAGS } from './flag-text.ts';
import { formatPort } from './port-text.ts';

/** ovs-ofctl's default priority, which it leaves out. */
export const DEFAULT_PRIORITY = 32768;

const ONES32 = 0xffffffff;

/** Prints one slot where it is matched. */
type SlotPrinter = (value: FieldValue, mask: FieldValue) => string;

const hexMasked =
  (ones: FieldValue): SlotPrinter =>
  (value, mask) =>
    mask === ones ? hex(value) : `${hex(value)}/${hex(mask)}`;
const hex16 = hexMasked(0xffff);
const hex32 = hexMasked(ONES32);
const hex64 = hexMasked(2n ** 64n - 1n);
/** Always with 0x, also for zero. */
const plainHex32: SlotPrinter = (value, mask) =>
  mask === ONES32 ? `0x${value.toString(16)}` : `0x${value.toString(16)}/0x${mask.toString(16)}`;
const hex128 = hexMasked(2n ** 128n - 1n);
const port16: SlotPrinter = (value, mask) => (mask === 0xffff ? String(value) : hex16pad(Number(value), Number(mask)));
const hex16pad = (value: number, mask: number): string => `0x${value.toString(16)}/0x${mask.toString(16)}`;
const decimal: SlotPrinter = (value) => String(value);
const decimal8: SlotPrinter = (value, mask) => (mask === 0xff ? String(value) : hexMasked(0xff)(value, mask));
const ipv4: SlotPrinter = (value, mask) => formatIpv4Masked(Number(value), Number(mask));
const ipv6: SlotPrinter = (value, mask) => formatIpv6Masked(BigInt(value), BigInt(mask));
const ethernet: SlotPrinter = (value, mask) => formatEthernetMasked(BigInt(value), BigInt(mask));
const hexOnly: SlotPrinter = (value) => hex(value);
const tunnelFlags: SlotPrinter = (value, mask) => formatFlagsMasked(TUNNEL_FLAGS, Number(value), Number(mask), 0xffff);
const ctState: SlotPrinter = (value, mask) =>
  Number(mask) === 0xff
    ? formatFlags(CT_STATE_FLAGS, Number(value))
    : formatFlagsMasked(CT_STATE_FLAGS, Number(value), Number(mask), 0xff);
const flowLabel: SlotPrinter = (value, mask) => {
  const five = (bits: FieldValue): string => `0x${bits.toString(16).padStart(5, '0')}`;
  return mask === ONES32 ? five(value) : `${five(value)}/${five(mask)}`;
};

/** The name that is printed, the slot, and how. */
type Line = readonly [name: string, slot: number, print: SlotPrinter];
const line = (name: string, print: SlotPrinter, where = name): Line => [name, slot(where), print];

const HEAD: readonly Line[] = [
  line('pkt_mark', hex32),
  line('recirc_id', hex32),
  line('dp_hash', hex32),
  line('conj_id', decimal),
  line('skb_priority', hexOnly),
  line('actset_output', (value) => formatPort(Number(value))),
  line('ct_state', ctState),
  line('ct_zone', hex16),
  line('ct_mark', hex32),
  line('ct_label', hex128),
  line('ct_nw_src', ipv4),
  line('ct_ipv6_src', ipv6),
  line('ct_nw_dst', ipv4),
  line('ct_ipv6_dst', ipv6),
];
const CT_TUPLE: readonly Line[] = [line('ct_nw_proto', decimal), line('ct_tp_src', port16), line('ct_tp_dst', port16)];
const REGISTERS = Array.from({ length: 16 }, (_, at) => line(`reg${at}`, hex32));
const TUNNEL: readonly Line[] = [
  line('tun_id', hex64),
  line('tun_src', ipv4),
  line('tun_dst', ipv4),
  line('tun_ipv6_src', ipv6),
  line('tun_ipv6_dst', ipv6),
  line('tun_gbp_id', port16),
  line('tun_gbp_flags', hexOnly),
  line('tun_tos', (value) => value.toString(16)),
  line('tun_ttl', decimal),
  line('tun_erspan_ver', decimal),
];
const TUNNEL_TAIL: readonly Line[] = [
  line('tun_gtpu_flags', hexOnly),
  line('tun_gtpu_msgtype', decimal),
  line('tun_flags', tunnelFlags),
];
const TUN_METADATA = FIELDS.filter((field) => field.variable).map((field) => ({ field, index: slot(field.name) }));
const METADATA: readonly Line[] = [line('metadata', hex64), line('in_port', (value) => formatPort(Number(value)))];
const ETHERNET: readonly Line[] = [line('dl_src', ethernet, 'eth_src'), line('dl_dst', ethernet, 'eth_dst')];
const IPV6: readonly Line[] = [line('ipv6_src', ipv6), line('ipv6_dst', ipv6), line('ipv6_label', flowLabel)];
const ARP_ADDRESSES: readonly Line[] = [line('arp_spa', ipv4, 'nw_src'), line('arp_tpa', ipv4, 'nw_dst')];
const ARP_HARDWARE: readonly Line[] = [line('arp_sha', ethernet), line('arp_tha', ethernet)];
const NSH: readonly Line[] = [
  ...['nsh_flags', 'nsh_ttl', 'nsh_mdtype', 'nsh_np'].map((name) => line(name, decimal8)),
  line('nsh_spi', plainHex32),
  line('nsh_si', decimal8),
];
const NSH_CONTEXT: readonly Line[] = ['nsh_c1', 'nsh_c2', 'nsh_c3', 'nsh_c4'].map((name) => line(name, plainHex32));
const IPV4: readonly Line[] = [line('nw_src', ipv4), line('nw_dst', ipv4)];
const MPLS: readonly Line[] = ['mpls_label', 'mpls_tc', 'mpls_ttl', 'mpls_bos'].map((name) => line(name, decimal));
const PORTS: readonly Line[] = [line('tp_src', port16), line('tp_dst', port16)];
const ICMP: readonly Line[] = [line('icmp_type', port16, 'tp_src'), line('icmp_code', port16, 'tp_dst')];
const ND: readonly Line[] = [
  line('nd_target', ipv6),
  line('nd_sll', ethernet, 'arp_sha'),
  line('nd_tll', ethernet, 'arp_tha'),
];
const ND_EXTENSION: readonly Line[] = [
  line('nd_reserved', decimal, 'igmp_group'),
  line('nd_options_type', decimal, 'tcp_flags'),
];

const ETH_TYPE = slot('eth_type');
const NW_PROTO = slot('nw_proto');
const NW_TOS = slot('nw_tos');
const NW_TTL = slot('nw_ttl');
const NW_FRAG = slot('ip_frag');
const VLAN_TCI = slot('vlan_tci');
const TCP_FLAGS_SLOT = slot('tcp_flags');
const PACKET_TYPE = slot('packet_type');

/** Words for an Ethernet type with a protocol; 0 stands for any protocol without its own word. */
const PROTOCOL_WORDS: ReadonlyMap<number, Readonly<Record<number, string>>> = new Map([
  [EthType.IP, { 0: 'ip', 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' }],
  [EthType.IPV6, { 0: 'ipv6', 58: 'icmp6', 6: 'tcp6', 17: 'udp6', 132: 'sctp6' }],
  [EthType.ARP, { 0: 'arp' }],
  [EthType.RARP, { 0: 'rarp' }],
  [EthType.MPLS, { 0: 'mpls' }],
  [EthType.MPLS_MULTICAST, { 0: 'mplsm' }],
]);

/** What a packet has beyond what a match can say: a second VLAN header, deeper MPLS labels. */
export interface InnerHeaders {
  readonly vlan?: number;
  readonly mpls?: readonly number[];
}

class MatchPrinter {
  readonly parts: string[] = [];
  readonly #flow: FlowMatch;
  readonly inner: InnerHeaders | undefined;

  constructor(flow: FlowMatch, inner: InnerHeaders | undefined) {
    this.#flow = flow;
    this.inner = inner;
  }

  add(lines: readonly Line[]): void {
    for (const [name, index, print] of lines) {
      const mask = this.#flow.mask[index];
      if (mask) this.parts.push(`${name}=${print(this.#flow.value[index] ?? 0, mask)}`);
    }
  }

  /** Prints the protocol's word; says whether type and protocol still have to be printed as numbers. */
  protocol(type: number): { showType: boolean; showProto: boolean } {
    const flow = this.#flow;
    const proto = flow.isWild(NW_PROTO) ? 0 : flow.number(NW_PROTO);
    const showProto = !flow.isWild(NW_PROTO);
    if (flow.isWild(ETH_TYPE)) return { showType: false, showProto };
    const words = PROTOCOL_WORDS.get(type);
    if (words === undefined) return { showType: true, showProto };
    const word = proto === 0 ? undefined : words[proto];
    this.parts.push(word ?? words[0] ?? '');
    return { showType: false, showProto: showProto && word === undefined };
  }

  vlans(): void {
    this.#vlan('', this.#flow.number(VLAN_TCI), this.#flow.maskNumber(VLAN_TCI));
    if (this.inner?.vlan !== undefined) this.#vlan('1', this.inner.vlan, 0xffff);
  }

  #vlan(suffix: string, tci: number, mask: number): void {
    if (mask === 0) return;
    const vid = mask & 0xfff;
    const pcp = mask & 0xe000;
    const plain = (mask & tci & VLAN_CFI) !== 0 && (vid === 0 || vid === 0xfff) && (pcp === 0 || pcp === 0xe000);
    const hex4 = (bits: number): string => `0x${bits.toString(16).padStart(4, '0')}`;
    if (plain && (vid !== 0 || pcp !== 0)) {
      if (vid !== 0) this.parts.push(`dl_vlan${suffix}=${tci & 0xfff}`);
      if (pcp !== 0) this.parts.push(`dl_vlan_pcp${suffix}=${tci >>> 13}`);
    } else this.parts.push(`vlan_tci${suffix}=${hex4(tci)}${mask === 0xffff ? '' : `/${hex4(mask)}`}`);
  }

  fragment(): void {
    const mask = this.#flow.maskNumber(NW_FRAG);
    if (mask === 0) return;
    const value = this.#flow.number(NW_FRAG);
    const word = FRAGMENTS.find(([, fragment, bits]) => bits === mask && fragment === value)?.[0];
    this.parts.push(`nw_frag=${word ?? (mask === 2 ? 'later' : '<error>')}`);
  }

  tunnel(): void {
    const flow = this.#flow;
    this.add(TUNNEL);
    const version = flow.number(slot('tun_erspan_ver'));
    const erspan = (name: FieldName, print: SlotPrinter, onlyIn: number): void => {
      if (version === onlyIn) this.add([[name, slot(name), print]]);
    };
    erspan('tun_erspan_idx', hexOnly, 1);
    erspan('tun_erspan_dir', decimal, 2);
    erspan('tun_erspan_hwid', hexOnly, 2);
    this.add(TUNNEL_TAIL);
    for (const { field, index } of TUN_METADATA) {
      const mask = flow.mask[index];
      if (!mask) continue;
      const text = mask === fieldNamed(field.name).ones ? '' : `/${hex(mask)}`;
      this.parts.push(`${field.name}=${hex(flow.value[index] ?? 0)}${text}`);
    }
  }
}

function printNetwork(printer: MatchPrinter, flow: FlowMatch, type: number, showProto: boolean): void {
  if (type === EthType.IPV6) printer.add(IPV6);
  else if (isArp(type)) printer.add(ARP_ADDRESSES);
  else if (type === EthType.NSH) {
    printer.add(NSH);
    const mdtype = slot('nsh_mdtype');
    if (flow.maskNumber(mdtype) === 0xff && flow.number(mdtype) === 1) printer.add(NSH_CONTEXT);
  } else printer.add(IPV4);
  if (showProto) printer.parts.push(`${isArp(type) ? 'arp_op' : 'nw_proto'}=${flow.number(NW_PROTO)}`);
  if (isArp(type)) printer.add(ARP_HARDWARE);
  const tosMask = flow.maskNumber(NW_TOS);
  if ((tosMask & 0xfc) !== 0) printer.parts.push(`nw_tos=${flow.number(NW_TOS) & 0xfc}`);
  if ((tosMask & 0x03) !== 0) printer.parts.push(`nw_ecn=${flow.number(NW_TOS) & 0x03}`);
  if (!flow.isWild(NW_TTL)) printer.parts.push(`nw_ttl=${flow.number(NW_TTL)}`);
  printer.add(MPLS);
  for (const [at, lse] of (printer.inner?.mpls ?? []).entries()) printer.parts.push(`mpls_lse${at + 1}=${lse}`);
  printer.fragment();
}

function printTransport(printer: MatchPrinter, flow: FlowMatch, type: number): void {
  const proto = flow.number(NW_PROTO);
  if (type === EthType.IP && proto === IpProto.ICMP) printer.add(ICMP);
  else if (type === EthType.IPV6 && proto === IpProto.ICMPV6) {
    printer.add(ICMP);
    printer.add(ND);
    printer.add(ND_EXTENSION);
  } else printer.add(PORTS);
  const flags = flow.maskNumber(TCP_FLAGS_SLOT);
  if (isIpAny(flow) && proto === IpProto.TCP && flags !== 0) {
    printer.parts.push(`tcp_flags=${formatFlagsMasked(TCP_FLAGS, flow.number(TCP_FLAGS_SLOT), flags & 0xfff, 0xfff)}`);
  }
}

/** Prints matched bits; the priority only where it is not {@link DEFAULT_PRIORITY}. */
export function formatFlowMatch(flow: FlowMatch, priority = DEFAULT_PRIORITY, inner?: InnerHeaders): string {
  const printer = new MatchPrinter(flow, inner);
  if (priority !== DEFAULT_PRIORITY) printer.parts.push(`priority=${priority}`);
  printer.add(HEAD);
  if (!flow.isWild(slot('ct_nw_proto'))) printer.add(CT_TUPLE);
  let type = flow.number(ETH_TYPE);
  if (!flow.isWild(PACKET_TYPE) && !flow.hasDefaultPacketType) {
    const packetType = flow.number(PACKET_TYPE);
    printer.parts.push(`packet_type=${formatPacketType(packetType, flow.maskNumber(PACKET_TYPE))}`);
    if (packetType >>> 16 === 1) type = packetType & 0xffff;
  }
  const { showType, showProto } = printer.protocol(type);
  printer.add(REGISTERS);
  printer.tunnel();
  printer.add(METADATA);
  printer.vlans();
  printer.add(ETHERNET);
  if (showType) printer.parts.push(`dl_type=0x${type.toString(16).padStart(4, '0')}`);
  printNetwork(printer, flow, type, showProto);
  printTransport(printer, flow, type);
  return printer.parts.join(',');
}

/** A match as ovs-ofctl prints it, e.g. `tcp,nw_dst=10.0.0.1,tp_dst=80`; empty where it matches everything. */
export function formatMatch(match: Match, priority = DEFAULT_PRIORITY): string {
  return formatFlowMatch(flowMatch(match), priority);
}

import type { Field } from '../field/field.ts';
import type { FlowMatch } from './flow-match.ts';
import { slot, VLAN_CFI } from './slot.ts';

const PACKET_TYPE = slot('packet_type');
const ETH_TYPE = slot('eth_type');
const NW_PROTO = slot('nw_proto');
const NW_FRAG = slot('ip_frag');
const TP_SRC = slot('tp_src');
const TP_DST = slot('tp_dst');
const VLAN_TCI = slot('vlan_tci');
const CT_STATE = slot('ct_state');

export const EthType = {
  IP: 0x0800,
  ARP: 0x0806,
  RARP: 0x8035,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  MPLS_MULTICAST: 0x8848,
  NSH: 0x894f,
} as const;

export const IpProto = { ICMP: 1, IGMP: 2, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 } as const;

/** ct_state bits that only a valid connection has: new, est, rel, rpl, snat, dnat; and trk, inv. */
const CT_VALID = 0x01 | 0x02 | 0x04 | 0x08 | 0x40 | 0x80;
const CT_INVALID = 0x10;
const CT_TRACKED = 0x20;

/** Whether the flow is IPv4 or IPv6. */
export function isIpAny(flow: FlowMatch): boolean {
  const type = flow.ethType;
  return type === EthType.IP || type === EthType.IPV6;
}

export function isMpls(type: number): boolean {
  return type === EthType.MPLS || type === EthType.MPLS_MULTICAST;
}

export function isArp(type: number): boolean {
  return type === EthType.ARP || type === EthType.RARP;
}

function isTransport(flow: FlowMatch, proto: number): boolean {
  return isIpAny(flow) && flow.number(NW_PROTO) === proto && (flow.number(NW_FRAG) & 2) === 0;
}

export function isIcmpv6(flow: FlowMatch): boolean {
  return flow.ethType === EthType.IPV6 && flow.number(NW_PROTO) === IpProto.ICMPV6;
}

/** Neighbor solicitation (135) and advertisement (136), code 0. */
export function isNeighborDiscovery(flow: FlowMatch, ...types: readonly number[]): boolean {
  return isIcmpv6(flow) && flow.number(TP_DST) === 0 && types.includes(flow.number(TP_SRC));
}

function isConntrackValid(flow: FlowMatch): boolean {
  const state = flow.number(CT_STATE);
  if ((state & CT_VALID) !== 0) return true;
  return (state & CT_TRACKED) !== 0 && (flow.maskNumber(CT_STATE) & CT_INVALID) !== 0 && (state & CT_INVALID) === 0;
}

/** What each prerequisite of the field table demands of what is matched so far. */
const CHECKS: Readonly<Record<Field['prerequisite'], (flow: FlowMatch) => boolean>> = {
  none: () => true,
  ethernet: (flow) => flow.number(PACKET_TYPE) === 0,
  vlan: (flow) => (flow.number(VLAN_TCI) & VLAN_CFI) !== 0,
  mpls: (flow) => isMpls(flow.ethType),
  ipv4: (flow) => flow.ethType === EthType.IP,
  ipv6: (flow) => flow.ethType === EthType.IPV6,
  ip: isIpAny,
  arp: (flow) => isArp(flow.number(ETH_TYPE)),
  nsh: (flow) => flow.ethType === EthType.NSH,
  ct: isConntrackValid,
  tcp: (flow) => isTransport(flow, IpProto.TCP),
  udp: (flow) => isTransport(flow, IpProto.UDP),
  sctp: (flow) => isTransport(flow, IpProto.SCTP),
  icmp4: (flow) => flow.ethType === EthType.IP && flow.number(NW_PROTO) === IpProto.ICMP,
  icmp6: isIcmpv6,
  nd: (flow) => isNeighborDiscovery(flow, 135, 136),
  ndSolicit: (flow) => isNeighborDiscovery(flow, 135),
  ndAdvert: (flow) => isNeighborDiscovery(flow, 136),
};

/** Whether a flow with this match may match, read or write the field. */
export function meetsPrerequisite(field: Field, flow: FlowMatch): boolean {
  return CHECKS[field.prerequisite](flow);
}

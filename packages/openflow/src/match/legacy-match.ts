import { fieldNamed } from '../field/field.ts';
import type { MatchField } from '../model/match.ts';
import { portFrom16, portTo16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { FlowMatch, matchField } from './flow-match.ts';
import { isArp, isMpls } from './prerequisite.ts';
import { slot, VLAN_CFI } from './slot.ts';

/*
 * `struct ofp10_match` (40 bytes) and `struct ofp11_match` (88 bytes): fixed fields with a bitmap of wildcards.
 */

/** OFPFW10_*. */
const W10 = {
  in_port: 1,
  dl_vlan: 2,
  dl_src: 4,
  dl_dst: 8,
  dl_type: 16,
  nw_proto: 32,
  tp_src: 64,
  tp_dst: 128,
} as const;
const W10_DL_VLAN_PCP = 1 << 20;
const W10_NW_TOS = 1 << 21;
const W10_ALL = (1 << 22) - 1;
const NW_SRC_SHIFT = 8;
const NW_DST_SHIFT = 14;
const NO_VLAN = 0xffff;
const ONES48 = 0xffffffffffffn;

const S = {
  in_port: slot('in_port'),
  eth_src: slot('eth_src'),
  eth_dst: slot('eth_dst'),
  eth_type: slot('eth_type'),
  vlan_tci: slot('vlan_tci'),
  nw_tos: slot('nw_tos'),
  nw_proto: slot('nw_proto'),
  nw_src: slot('nw_src'),
  nw_dst: slot('nw_dst'),
  tp_src: slot('tp_src'),
  tp_dst: slot('tp_dst'),
  packet_type: slot('packet_type'),
  mpls_label: slot('mpls_label'),
  mpls_tc: slot('mpls_tc'),
  metadata: slot('metadata'),
} as const;

function prefixMask(ignored: number): number {
  const bits = Math.min(32, ignored);
  return bits === 32 ? 0 : (0xffffffff << bits) >>> 0;
}

function ignoredBits(mask: number): number {
  return mask === 0 ? 32 : 32 - ((mask >>> 0).toString(2).match(/1/g)?.length ?? 0);
}

/** Fields of the old matches; each stands for its slot. */
const LEGACY_FIELDS = [
  ...(['in_port', 'eth_src', 'eth_dst', 'eth_type', 'vlan_tci', 'nw_tos', 'nw_proto', 'ip_src', 'ip_dst'] as const),
  ...(['tcp_src', 'tcp_dst', 'mpls_label', 'mpls_tc', 'metadata'] as const),
].map(fieldNamed);

/** Everything that the old matches can say of these bits, with or without its prerequisites, as Open vSwitch sends it. */
export function legacyFields(flow: FlowMatch): MatchField[] {
  const found: MatchField[] = [];
  for (const field of LEGACY_FIELDS) {
    const { value, mask } = flow.getField(field);
    if (mask) found.push(matchField(field, value, mask));
  }
  return found;
}

/** Reads OpenFlow 1.0's match; says whether it is exact, which means the highest priority. */
export function readMatch10(reader: Reader): { readonly flow: FlowMatch; readonly exact: boolean } {
  const flow = new FlowMatch();
  const wildcards = reader.u32() & W10_ALL;
  const has = (bit: number): boolean => (wildcards & bit) === 0;
  const inPort = portFrom16(reader.u16());
  const source = reader.big(6);
  const destination = reader.big(6);
  const vlan = reader.u16();
  const pcp = reader.u8();
  reader.skip(1);
  const type = reader.u16();
  const tos = reader.u8();
  const proto = reader.u8();
  reader.skip(2);
  const nwSrc = reader.u32();
  const nwDst = reader.u32();
  const tpSrc = reader.u16();
  const tpDst = reader.u16();
  if (has(W10.in_port)) flow.setSlot(S.in_port, inPort);
  if (has(W10.dl_src)) flow.setSlot(S.eth_src, source);
  if (has(W10.dl_dst)) flow.setSlot(S.eth_dst, destination);
  setVlan10(flow, has(W10.dl_vlan) ? vlan : undefined, has(W10_DL_VLAN_PCP) ? pcp : undefined);
  if (has(W10.dl_type)) flow.setSlot(S.eth_type, type);
  if (has(W10_NW_TOS)) flow.setSlot(S.nw_tos, tos & 0xfc, 0xfc);
  if (has(W10.nw_proto)) flow.setSlot(S.nw_proto, proto);
  const srcMask = prefixMask((wildcards >>> NW_SRC_SHIFT) & 63);
  const dstMask = prefixMask((wildcards >>> NW_DST_SHIFT) & 63);
  if (srcMask !== 0) flow.setSlot(S.nw_src, nwSrc, srcMask);
  if (dstMask !== 0) flow.setSlot(S.nw_dst, nwDst, dstMask);
  if (has(W10.tp_src)) flow.setSlot(S.tp_src, tpSrc);
  if (has(W10.tp_dst)) flow.setSlot(S.tp_dst, tpDst);
  flow.setSlot(S.packet_type, 0);
  return { flow, exact: wildcards === 0 };
}

function setVlan10(flow: FlowMatch, vid: number | undefined, pcp: number | undefined): void {
  if (vid === undefined && pcp === undefined) return;
  if (vid === NO_VLAN) {
    flow.setSlot(S.vlan_tci, 0, 0xffff);
    return;
  }
  const value = (vid === undefined ? 0 : vid & 0xfff) | (pcp === undefined ? 0 : (pcp & 7) << 13) | VLAN_CFI;
  flow.setSlot(S.vlan_tci, value, (vid === undefined ? 0 : 0xfff) | (pcp === undefined ? 0 : 0xe000) | VLAN_CFI);
}

/** Removes what a match of OpenFlow 1.0 says without its prerequisites, as Open vSwitch does with such matches. */
export function normalizeMatch10(flow: FlowMatch): FlowMatch {
  const type = flow.number(S.eth_type);
  const ip = type === 0x0800 || type === 0x86dd;
  const wild = (index: number): void => flow.setSlot(index, 0, 0);
  if (!ip) {
    wild(S.nw_tos);
    if (!isArp(type)) {
      wild(S.nw_proto);
    }
  }
  if (type !== 0x0800 && !isArp(type)) {
    wild(S.nw_src);
    wild(S.nw_dst);
  }
  const proto = flow.number(S.nw_proto);
  const ports =
    ip &&
    (proto === 6 ||
      proto === 17 ||
      proto === 132 ||
      (proto === 1 && type === 0x0800) ||
      (proto === 58 && type === 0x86dd));
  if (!ports) {
    wild(S.tp_src);
    wild(S.tp_dst);
  }
  return flow;
}

/** Writes OpenFlow 1.0's match. */
export function writeMatch10(writer: Writer, flow: FlowMatch): void {
  let wildcards = 0;
  const number = (index: number, bit: number): number => {
    if (flow.isWild(index)) wildcards |= bit;
    return flow.number(index);
  };
  const big = (index: number, bit: number): bigint => {
    if (flow.mask[index] !== ONES48) wildcards |= bit;
    return BigInt(flow.value[index] ?? 0);
  };
  const start = writer.length;
  writer.u32(0);
  writer.u16(portTo16(number(S.in_port, W10.in_port)));
  writer.big(big(S.eth_src, W10.dl_src), 6);
  writer.big(big(S.eth_dst, W10.dl_dst), 6);
  const tci = flow.number(S.vlan_tci);
  const mask = flow.maskNumber(S.vlan_tci);
  const noVlan = mask === 0xffff && tci === 0;
  if (!noVlan && (mask & 0xfff) === 0) wildcards |= W10.dl_vlan;
  if (noVlan ? false : (mask & 0xe000) === 0) wildcards |= W10_DL_VLAN_PCP;
  const cfiOnly = (mask & VLAN_CFI) !== 0 && (tci & VLAN_CFI) === 0;
  if (cfiOnly) wildcards = (wildcards & ~W10.dl_vlan) | (noVlan ? W10_DL_VLAN_PCP : W10_DL_VLAN_PCP);
  writer.u16(noVlan || cfiOnly ? NO_VLAN : tci & mask & 0xfff);
  writer.u8(cfiOnly ? 0 : (tci & mask) >>> 13);
  writer.u8(0);
  const type = number(S.eth_type, W10.dl_type);
  writer.u16(type);
  if ((flow.maskNumber(S.nw_tos) & 0xfc) === 0) wildcards |= W10_NW_TOS;
  writer.u8(flow.number(S.nw_tos) & 0xfc);
  writer.u8(number(S.nw_proto, W10.nw_proto));
  writer.u16(0);
  writer.u32(flow.number(S.nw_src));
  writer.u32(flow.number(S.nw_dst));
  wildcards |= ignoredBits(flow.maskNumber(S.nw_src)) << NW_SRC_SHIFT;
  wildcards |= ignoredBits(flow.maskNumber(S.nw_dst)) << NW_DST_SHIFT;
  writer.u16(number(S.tp_src, W10.tp_src));
  writer.u16(number(S.tp_dst, W10.tp_dst));
  writer.view.setUint32(start, wildcards >>> 0);
}

/** OFPFW11_*. */
const W11 = {
  in_port: 1,
  dl_vlan: 2,
  dl_vlan_pcp: 4,
  dl_type: 8,
  nw_tos: 16,
  nw_proto: 32,
  tp_src: 64,
  tp_dst: 128,
  mpls_label: 256,
  mpls_tc: 512,
} as const;
const VID_ANY = 0xfffe;
const LENGTH11 = 88;

/** Reads OpenFlow 1.1's match, behind its type and length. */
export function readMatch11(reader: Reader): FlowMatch {
  const flow = new FlowMatch();
  const at = reader.offset;
  const inPort = reader.u32();
  const wildcards = reader.u32();
  const has = (bit: number): boolean => (wildcards & bit) === 0;
  const ethernet = (index: number): void => {
    const value = reader.big(6);
    const mask = ~reader.big(6) & ONES48;
    if (mask !== 0n) flow.setSlot(index, value, mask);
  };
  if (has(W11.in_port)) flow.setSlot(S.in_port, inPort);
  ethernet(S.eth_src);
  ethernet(S.eth_dst);
  const vlan = reader.u16();
  const pcp = reader.u8();
  reader.skip(1);
  setVlan11(flow, has(W11.dl_vlan) ? vlan : undefined, has(W11.dl_vlan_pcp) ? pcp : undefined, at);
  const type = reader.u16();
  if (has(W11.dl_type)) flow.setSlot(S.eth_type, type);
  const tos = reader.u8();
  const proto = reader.u8();
  const ip = type === 0x0800 || type === 0x86dd;
  const hasType = has(W11.dl_type);
  if (has(W11.nw_tos) && hasType && ip) flow.setSlot(S.nw_tos, (tos << 2) & 0xfc, 0xfc);
  if (has(W11.nw_proto) && hasType && (ip || isArp(type))) flow.setSlot(S.nw_proto, proto);
  const address = (index: number): void => {
    const value = reader.u32();
    const mask = ~reader.u32() >>> 0;
    if (mask !== 0 && hasType && (type === 0x0800 || isArp(type))) flow.setSlot(index, value, mask);
  };
  address(S.nw_src);
  address(S.nw_dst);
  const tpSrc = reader.u16();
  const tpDst = reader.u16();
  const ports = ip && hasType && has(W11.nw_proto) && [1, 6, 17, 58, 132].includes(proto);
  if (ports && has(W11.tp_src)) flow.setSlot(S.tp_src, tpSrc);
  if (ports && has(W11.tp_dst)) flow.setSlot(S.tp_dst, tpDst);
  const label = reader.u32();
  const tc = reader.u8();
  reader.skip(3);
  if (isMpls(type)) {
    if (has(W11.mpls_label)) flow.setSlot(S.mpls_label, label);
    if (has(W11.mpls_tc)) flow.setSlot(S.mpls_tc, tc);
  }
  const metadata = reader.u64();
  const metadataMask = ~reader.u64() & (2n ** 64n - 1n);
  if (metadataMask !== 0n) flow.setSlot(S.metadata, metadata, metadataMask);
  flow.setSlot(S.packet_type, 0);
  return flow;
}

function setVlan11(flow: FlowMatch, vid: number | undefined, pcp: number | undefined, at: number): void {
  if (vid === undefined) return;
  if (vid === NO_VLAN) {
    flow.setSlot(S.vlan_tci, 0, 0xffff);
    return;
  }
  if (vid !== VID_ANY && vid > 0xfff) throw decodeError('OFPBMC_BAD_VALUE', at, `VLAN ${vid} does not exist`);
  if (pcp !== undefined && pcp > 7) throw decodeError('OFPBMC_BAD_VALUE', at, `VLAN priority ${pcp} does not exist`);
  const value = (vid === VID_ANY ? 0 : vid) | VLAN_CFI | (pcp === undefined ? 0 : pcp << 13);
  flow.setSlot(S.vlan_tci, value, (vid === VID_ANY ? 0 : 0xfff) | VLAN_CFI | (pcp === undefined ? 0 : 0xe000));
}

/** Writes OpenFlow 1.1's match with its type (0) and length. */
export function writeMatch11(writer: Writer, flow: FlowMatch): void {
  let wildcards = 0;
  const number = (index: number, bit: number): number => {
    if (flow.isWild(index)) wildcards |= bit;
    return flow.number(index);
  };
  writer.u16(0);
  writer.u16(LENGTH11);
  writer.u32(number(S.in_port, W11.in_port));
  const at = writer.grow(4);
  const ethernet = (index: number): void => {
    writer.big(BigInt(flow.value[index] ?? 0), 6);
    writer.big(~BigInt(flow.mask[index] ?? 0) & ONES48, 6);
  };
  ethernet(S.eth_src);
  ethernet(S.eth_dst);
  const tci = flow.number(S.vlan_tci);
  const mask = flow.maskNumber(S.vlan_tci);
  let vid = 0;
  let pcp = 0;
  if ((mask & VLAN_CFI) === 0) wildcards |= W11.dl_vlan | W11.dl_vlan_pcp;
  else if ((tci & VLAN_CFI) === 0) {
    vid = NO_VLAN;
    wildcards |= W11.dl_vlan_pcp;
  } else {
    vid = (mask & 0xfff) === 0 ? VID_ANY : tci & 0xfff;
    if ((mask & 0xe000) === 0) wildcards |= W11.dl_vlan_pcp;
    else pcp = tci >>> 13;
  }
  writer.u16(vid);
  writer.u8(pcp);
  writer.u8(0);
  writer.u16(number(S.eth_type, W11.dl_type));
  if ((flow.maskNumber(S.nw_tos) & 0xfc) === 0) wildcards |= W11.nw_tos;
  writer.u8((flow.number(S.nw_tos) & 0xfc) >>> 2);
  writer.u8(number(S.nw_proto, W11.nw_proto));
  for (const index of [S.nw_src, S.nw_dst]) {
    writer.u32(flow.number(index));
    writer.u32(~flow.maskNumber(index) >>> 0);
  }
  writer.u16(number(S.tp_src, W11.tp_src));
  writer.u16(number(S.tp_dst, W11.tp_dst));
  writer.u32(number(S.mpls_label, W11.mpls_label));
  writer.u8(number(S.mpls_tc, W11.mpls_tc));
  writer.zeros(3);
  writer.u64(BigInt(flow.value[S.metadata] ?? 0));
  writer.u64(~BigInt(flow.mask[S.metadata] ?? 0) & (2n ** 64n - 1n));
  writer.view.setUint32(at, wildcards >>> 0);
}

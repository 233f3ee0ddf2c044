import { FlowMatch } from '../match/flow-match.ts';
import { EthType, IpProto } from '../match/prerequisite.ts';
import { slot, VLAN_CFI } from '../match/slot.ts';
import type { InnerHeaders } from '../text/format-match.ts';
import { readBig } from '../wire/reader.ts';

/** A packet's headers as Open vSwitch sees them. */
export interface PacketFlow {
  readonly flow: FlowMatch;
  readonly inner: InnerHeaders;
  /** The transport header's checksum with its name, e.g. `tcp_csum:6d75`. */
  readonly checksum?: string;
}

const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8];
const NO_TYPE = 0x05ff;
const MAX_MPLS = 3;
const S = {
  packetType: slot('packet_type'),
  ethSrc: slot('eth_src'),
  ethDst: slot('eth_dst'),
  ethType: slot('eth_type'),
  vlan: slot('vlan_tci'),
  proto: slot('nw_proto'),
  tos: slot('nw_tos'),
  ttl: slot('nw_ttl'),
  frag: slot('ip_frag'),
  src: slot('nw_src'),
  dst: slot('nw_dst'),
  src6: slot('ipv6_src'),
  dst6: slot('ipv6_dst'),
  label: slot('ipv6_label'),
  sha: slot('arp_sha'),
  tha: slot('arp_tha'),
  tpSrc: slot('tp_src'),
  tpDst: slot('tp_dst'),
  tcpFlags: slot('tcp_flags'),
  target: slot('nd_target'),
};

/** Bytes of a packet; what is not there does not throw but says so. */
class Cursor {
  readonly view: DataView;
  at = 0;
  end: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }
  get left(): number {
    return this.end - this.at;
  }
  u8(offset: number): number {
    return this.view.getUint8(this.at + offset);
  }
  u16(offset: number): number {
    return this.view.getUint16(this.at + offset);
  }
  u32(offset: number): number {
    return this.view.getUint32(this.at + offset);
  }
  big(offset: number, length: number): bigint {
    return readBig(this.view, this.at + offset, length);
  }
}

class Extractor {
  readonly flow = new FlowMatch();
  readonly #packet: Cursor;
  #checksum: string | undefined;
  #vlan: number | undefined;
  #mpls: number[] | undefined;

  constructor(bytes: Uint8Array) {
    this.#packet = new Cursor(bytes);
  }

  extract(): PacketFlow {
    const { flow } = this;
    flow.setSlot(S.packetType, 0);
    const type = this.#ethernet();
    if (type === EthType.IP) this.#ipv4();
    else if (type === EthType.IPV6) this.#ipv6();
    else if (type === EthType.ARP || type === EthType.RARP) this.#arp();
    else if (type === EthType.MPLS || type === EthType.MPLS_MULTICAST) this.#labels();
    else if (type === EthType.NSH) this.#nsh();
    const inner = {
      ...(this.#vlan === undefined ? {} : { vlan: this.#vlan }),
      ...(this.#mpls === undefined ? {} : { mpls: this.#mpls }),
    };
    return { flow, inner, ...(this.#checksum === undefined ? {} : { checksum: this.#checksum }) };
  }

  #ethernet(): number {
    const { flow } = this;
    const packet = this.#packet;
    const whole = packet.left >= 14;
    flow.setSlot(S.ethDst, whole ? packet.big(0, 6) : 0n);
    flow.setSlot(S.ethSrc, whole ? packet.big(6, 6) : 0n);
    flow.setSlot(S.vlan, 0);
    if (whole) packet.at += 12;
    const type = whole ? this.#etherType() : 0;
    flow.setSlot(S.ethType, type);
    return type;
  }

  #etherType(): number {
    const packet = this.#packet;
    const tags: number[] = [];
    while (tags.length < 2 && packet.left >= 6 && VLAN_TYPES.includes(packet.u16(0))) {
      tags.push(packet.u16(2) | VLAN_CFI);
      packet.at += 4;
    }
    const [outer, inner] = tags;
    if (outer !== undefined) {
      this.flow.setSlot(S.vlan, outer);
      this.#vlan = inner ?? 0;
    }
    const type = packet.u16(0);
    packet.at += 2;
    if (type >= 0x600) return type;
    if (packet.left < 8 || packet.u32(0) !== 0xaaaa0300 || packet.u16(4) !== 0) return NO_TYPE;
    const snap = packet.u16(6);
    packet.at += 8;
    return snap >= 0x600 ? snap : NO_TYPE;
  }

  #ipCommon(proto: number, tos: number, ttl: number, frag: number): void {
    const { flow } = this;
    flow.setSlot(S.proto, proto);
    flow.setSlot(S.tos, tos);
    flow.setSlot(S.ttl, ttl);
    flow.setSlot(S.frag, frag, 3);
  }

  #ipv4(): void {
    const { flow } = this;
    const packet = this.#packet;
    const header = packet.left >= 20 ? (packet.u8(0) & 15) * 4 : 0;
    const total = packet.left >= 20 ? packet.u16(2) : 0;
    const sane = header >= 20 && packet.left >= header && total <= packet.left && header <= total;
    const good = sane && packet.left - total <= 255;
    flow.setSlot(S.src, good ? packet.u32(12) : 0);
    flow.setSlot(S.dst, good ? packet.u32(16) : 0);
    if (!good) {
      this.#ipCommon(0, 0, 0, 0);
      return;
    }
    const fragment = packet.u16(6) & 0x3fff;
    const later = (fragment & 0x1fff) !== 0;
    const proto = packet.u8(9);
    this.#ipCommon(proto, packet.u8(1), packet.u8(8), fragment === 0 ? 0 : later ? 3 : 1);
    packet.end = packet.at + total;
    packet.at += header;
    this.#transport(proto, later);
  }

  #ipv6(): void {
    const { flow } = this;
    const packet = this.#packet;
    const payload = packet.left >= 40 ? packet.u16(4) : 0;
    const good = packet.left >= 40 && payload + 40 <= packet.left && packet.left - payload - 40 <= 255;
    flow.setSlot(S.src6, good ? packet.big(8, 16) : 0n);
    flow.setSlot(S.dst6, good ? packet.big(24, 16) : 0n);
    flow.setSlot(S.label, good ? packet.u32(0) & 0xfffff : 0);
    if (!good) {
      this.#ipCommon(0, 0, 0, 0);
      return;
    }
    const [head, ttl, first] = [packet.u32(0), packet.u8(7), packet.u8(6)];
    packet.end = packet.at + 40 + payload;
    packet.at += 40;
    const { proto, frag, complete } = this.#extensions(first);
    this.#ipCommon(proto, (head >>> 20) & 0xff, ttl, frag);
    if (complete) this.#transport(proto, frag === 3);
  }

  /** Passes IPv6's extension headers. */
  #extensions(first: number): { proto: number; frag: number; complete: boolean } {
    const packet = this.#packet;
    let proto = first;
    let frag = 0;
    for (;;) {
      const options = proto === 0 || proto === 43 || proto === 60;
      if (!options && proto !== 51 && proto !== 44) return { proto, frag, complete: true };
      if (packet.left < 8) return { proto, frag, complete: false };
      const next = packet.u8(0);
      const length = proto === 44 ? 8 : proto === 51 ? (packet.u8(1) + 2) * 4 : (packet.u8(1) + 1) * 8;
      if (length > packet.left) return { proto, frag, complete: false };
      if (proto === 44) {
        const offset = packet.u16(2);
        frag = (offset & 0xfff8) !== 0 ? 3 : (offset & 1) !== 0 ? 1 : 0;
        if (frag === 3) return { proto: 44, frag, complete: true };
      }
      packet.at += length;
      proto = next;
    }
  }

  #arp(): void {
    const { flow } = this;
    const packet = this.#packet;
    const good = packet.left >= 28 && packet.u16(0) === 1 && packet.u16(2) === EthType.IP && packet.u16(4) === 0x0604;
    const op = good ? packet.u16(6) : 0;
    flow.setSlot(S.src, good ? packet.u32(14) : 0);
    flow.setSlot(S.dst, good ? packet.u32(24) : 0);
    flow.setSlot(S.proto, op <= 0xff ? op : 0);
    flow.setSlot(S.sha, good ? packet.big(8, 6) : 0n);
    flow.setSlot(S.tha, good ? packet.big(18, 6) : 0n);
  }

  #labels(): void {
    const packet = this.#packet;
    const labels: number[] = [];
    while (labels.length < MAX_MPLS && packet.left >= 4) {
      const lse = packet.u32(0);
      labels.push(lse);
      packet.at += 4;
      if ((lse & 0x100) !== 0) break;
    }
    const [top = 0] = labels;
    const values = { label: top >>> 12, tc: (top >>> 9) & 7, ttl: top & 0xff, bos: (top >>> 8) & 1 };
    for (const [name, value] of Object.entries(values)) this.flow.setSlot(slot(`mpls_${name}`), value);
    if ((top & 0x100) !== 0) return;
    const rest = labels.slice(1);
    while (rest.length < MAX_MPLS - 1) rest.push(0);
    const bottom = rest.findIndex((lse) => (lse & 0x100) !== 0);
    this.#mpls = bottom < 0 ? rest : rest.slice(0, bottom + 1);
  }

  #nsh(): void {
    const packet = this.#packet;
    const good = packet.left >= 8 && packet.u16(0) >>> 14 === 0;
    const length = good ? (packet.u16(0) & 0x3f) * 4 : 0;
    const whole = good && length >= 8 && length <= packet.left;
    const mdtype = whole ? packet.u8(2) & 15 : 0;
    const values: Readonly<Record<string, number>> = {
      flags: whole ? (packet.u16(0) >>> 12) & 3 : 0,
      ttl: whole ? (packet.u16(0) >>> 6) & 0x3f : 0,
      mdtype,
      np: whole ? packet.u8(3) : 0,
      spi: whole ? packet.u32(4) >>> 8 : 0,
      si: whole ? packet.u8(7) : 0,
    };
    for (const [name, value] of Object.entries(values)) this.flow.setSlot(slot(`nsh_${name}`), value);
    for (let context = 1; context <= 4; context++) {
      const at = 4 + 4 * context;
      this.flow.setSlot(slot(`nsh_c${context}`), mdtype === 1 && at + 4 <= length ? packet.u32(at) : 0);
    }
    this.#ipCommon(0, 0, 0, 0);
  }

  #ports(src: number, dst: number): void {
    this.flow.setSlot(S.tpSrc, src);
    this.flow.setSlot(S.tpDst, dst);
  }

  #transport(proto: number, later: boolean): void {
    const { flow } = this;
    const packet = this.#packet;
    const need = NEEDED[proto] ?? 0;
    const there = need > 0 && packet.left >= need;
    this.#sum(proto);
    if (later) return;
    const byteType = proto === IpProto.ICMP || proto === IpProto.ICMPV6 || proto === IpProto.IGMP;
    if (!there) this.#ports(0, 0);
    else if (byteType) this.#ports(packet.u8(0), packet.u8(1));
    else this.#ports(packet.u16(0), packet.u16(2));
    if (proto === IpProto.TCP) flow.setSlot(S.tcpFlags, there ? packet.u16(12) & 0xfff : 0, 0xfff);
    const type = there ? packet.u8(0) : 0;
    const isNd = proto === IpProto.ICMPV6 && (type === 135 || type === 136) && packet.u8(1) === 0;
    if (isNd) this.#neighbour();
  }

  #neighbour(): void {
    const { flow } = this;
    const packet = this.#packet;
    const whole = packet.left >= 24;
    flow.setSlot(S.target, whole ? packet.big(8, 16) : 0n);
    let [sll, tll] = [0n, 0n];
    for (let at = 24; whole && at + 8 <= packet.left; ) {
      const [type, length] = [packet.u8(at), packet.u8(at + 1) * 8];
      if (length === 0 || at + length > packet.left) break;
      if (length === 8 && type === 1) sll = packet.big(at + 2, 6);
      else if (length === 8 && type === 2) tll = packet.big(at + 2, 6);
      at += length;
    }
    flow.setSlot(S.sha, sll);
    flow.setSlot(S.tha, tll);
  }

  #sum(proto: number): void {
    const packet = this.#packet;
    const found = CHECKSUMS[proto];
    if (found === undefined || packet.left < found.least) return;
    const value = found.wide ? packet.u32(found.at) : packet.u16(found.at);
    this.#checksum = `${found.name}:${value.toString(16)}`;
  }
}

/** Bytes of a transport header that must be there before any of it is read. */
const NEEDED: Readonly<Record<number, number>> = { 1: 8, 2: 8, 6: 20, 17: 8, 58: 4, 132: 12 };
const CHECKSUMS: Readonly<Record<number, { name: string; least: number; at: number; wide: boolean }>> = {
  6: { name: 'tcp_csum', least: 20, at: 16, wide: false },
  17: { name: 'udp_csum', least: 8, at: 6, wide: false },
  132: { name: 'sctp_csum', least: 12, at: 8, wide: true },
  1: { name: 'icmp_csum', least: 8, at: 2, wide: false },
  58: { name: 'icmp6_csum', least: 4, at: 2, wide: false },
};

/** What a packet's bytes say, as far as they go. */
export function packetFlow(bytes: Uint8Array): PacketFlow {
  return new Extractor(bytes).extract();
}

import { portFrom16 } from '../model/port.ts';
import { formatEthernet, formatIpv4 } from '../text/address-text.ts';
import { formatPort } from '../text/port-text.ts';
import type { Reader } from '../wire/reader.ts';

const WORDS: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  2048: { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' },
};
const TYPE_WORDS: Readonly<Record<number, string>> = { 2048: 'ip', 2054: 'arp', 32821: 'rarp' };

const WILD = {
  inPort: 1,
  vlan: 2,
  src: 4,
  dst: 8,
  type: 16,
  proto: 32,
  tpSrc: 64,
  tpDst: 128,
  pcp: 1 << 20,
  tos: 1 << 21,
};

/** OpenFlow 1.0's match with every field, `*` where it is a wildcard. */
export function formatMatch10(reader: Reader): string {
  const wild = reader.u32();
  const inPort = reader.u16();
  const [src, dst] = [reader.big(6), reader.big(6)];
  const [vlan, pcp] = [reader.u16(), reader.u8()];
  reader.skip(1);
  const [type, tos, proto] = [reader.u16(), reader.u8(), reader.u8()];
  reader.skip(2);
  const [nwSrc, nwDst] = [reader.u32(), reader.u32()];
  const [tpSrc, tpDst] = [reader.u16(), reader.u16()];
  const isWild = (bit: number): boolean => (wild & bit) !== 0;
  const value = (bit: number, text: () => string): string => (isWild(bit) ? '*' : text());
  const address = (bits: number, ip: number): string => {
    if (bits >= 32) return '*';
    return bits === 0 ? formatIpv4(ip) : `${formatIpv4(ip)}/${32 - bits}`;
  };
  const typeKnown = !isWild(WILD.type);
  const protoWord = typeKnown && !isWild(WILD.proto) ? WORDS[type]?.[proto] : undefined;
  const word = protoWord ?? (typeKnown ? TYPE_WORDS[type] : undefined);
  const arp = typeKnown && (type === 0x806 || type === 0x8035);
  const icmp = !isWild(WILD.proto) && proto === 1;
  const parts = [
    ...(word === undefined ? [] : [word]),
    `in_port=${value(WILD.inPort, () => formatPort(portFrom16(inPort)))}`,
    `dl_vlan=${value(WILD.vlan, () => String(vlan))}`,
    `dl_vlan_pcp=${value(WILD.pcp, () => String(pcp))}`,
    `dl_src=${value(WILD.src, () => formatEthernet(src))}`,
    `dl_dst=${value(WILD.dst, () => formatEthernet(dst))}`,
    ...(word === undefined ? [`dl_type=${value(WILD.type, () => `0x${type.toString(16).padStart(4, '0')}`)}`] : []),
    `nw_src=${address((wild >>> 8) & 63, nwSrc)}`,
    `nw_dst=${address((wild >>> 14) & 63, nwDst)}`,
    ...(protoWord === undefined ? [`${arp ? 'arp_op' : 'nw_proto'}=${value(WILD.proto, () => String(proto))}`] : []),
    `nw_tos=${value(WILD.tos, () => String(tos))}`,
    `${icmp ? 'icmp_type' : 'tp_src'}=${value(WILD.tpSrc, () => String(tpSrc))}`,
    `${icmp ? 'icmp_code' : 'tp_dst'}=${value(WILD.tpDst, () => String(tpDst))}`,
  ];
  return parts.join(',');
}

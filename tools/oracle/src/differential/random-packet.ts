import type { Random } from './random.ts';
import { values } from './random-match.ts';

function layer4(random: Random, v6: boolean): string {
  const kind = random.pick(['tcp', 'tcp', 'udp', 'sctp', 'icmp']);
  const ports = `,${kind}_src=${random.pick(values.port)},${kind}_dst=${random.pick(values.port)}`;
  if (kind === 'tcp') return `tcp${v6 ? '6' : ''}${ports},tcp_flags=${random.pick(['0x2', '0x10', '0x12'])}`;
  if (kind !== 'icmp') return `${kind}${v6 ? '6' : ''}${ports}`;
  if (!v6) return `icmp,icmp_type=${random.pick(['0', '3', '8'])},icmp_code=0`;
  if (random.chance(50)) return `icmp6,icmpv6_type=${random.pick(['128', '133', '134'])},icmpv6_code=0`;
  const solicit = random.chance(50);
  const link = `nd_${solicit ? 'sll' : 'tll'}=${random.pick(values.mac)}`;
  return `icmp6,icmpv6_type=${solicit ? 135 : 136},icmpv6_code=0,nd_target=${random.pick(values.ip6)},${link}`;
}

function network(random: Random): string {
  const kind = random.below(10);
  if (kind === 0) {
    return `arp,arp_op=${random.pick(['1', '2'])},arp_spa=${random.pick(values.ip4)},arp_tpa=${random.pick(values.ip4)},arp_sha=${random.pick(values.mac)},arp_tha=${random.pick(values.mac)}`;
  }
  const ip = `nw_ttl=${random.pick(['1', '64', '255'])},nw_tos=${random.pick(['0', '40'])}`;
  if (kind < 7)
    return `${layer4(random, false)},nw_src=${random.pick(values.ip4)},nw_dst=${random.pick(values.ip4)},${ip}`;
  return `${layer4(random, true)},ipv6_src=${random.pick(values.ip6)},ipv6_dst=${random.pick(values.ip6)},${ip}`;
}

const trackedStates = ['0', 'trk|new', 'trk|est', 'trk|est|rpl', 'trk|inv', 'trk|new|dnat', 'trk|rel'];

/** The microflow of a packet that is in a logical table: what ofproto/trace takes. `tun_id` says which table. */
export function randomPacket(
  random: Random,
  place: { readonly table: number; readonly datapath: number; readonly portKeys: readonly number[] },
): string {
  const parts = [
    'in_port=1',
    `tun_id=${place.table}`,
    `metadata=${place.datapath}`,
    `reg14=${random.pick(place.portKeys)}`,
    `reg15=${random.pick(place.portKeys)}`,
    'reg13=5,reg11=6,reg12=7',
    `reg10=${random.pick(['0', '0', '1', '8', '9', '5'])}`,
    `ct_state=${random.pick(trackedStates)}`,
    `ct_mark=${random.pick(values.small)}`,
    `ct_label=${random.pick(values.small)}`,
    `pkt_mark=${random.pick(values.small)}`,
    `dl_src=${random.pick(values.mac)},dl_dst=${random.pick(values.mac)}`,
  ];
  for (const register of [0, 1, 3, 4, 8, 9])
    parts.push(`reg${register}=${random.pick([...values.small, '0x10000', '0x80'])}`);
  if (random.chance(15)) parts.push(random.pick(['vlan_tci=0x1005', 'vlan_tci=0x7000']));
  return [...parts, network(random)].join(',');
}

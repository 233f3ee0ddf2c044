import { FIELDS, type FieldName } from '../field/field.ts';

/**
 * Several fields are views of the same bits: `reg0`, `xreg0` and `xxreg0`, `vlan_vid` and `vlan_tci`, `ip_src` and `arp_spa`,
 * `tcp_src` and `icmp_type`. A slot is the thing itself. This file says which slot a field views, as data.
 */

/** Fields that view another field's slot as a whole, by the slot's name. */
const SHARED: Readonly<Partial<Record<FieldName, string>>> = {
  in_port_oxm: 'in_port',
  ip_src: 'nw_src',
  ip_dst: 'nw_dst',
  arp_spa: 'nw_src',
  arp_tpa: 'nw_dst',
  arp_op: 'nw_proto',
  nd_sll: 'arp_sha',
  nd_tll: 'arp_tha',
  tcp_src: 'tp_src',
  tcp_dst: 'tp_dst',
  udp_src: 'tp_src',
  udp_dst: 'tp_dst',
  sctp_src: 'tp_src',
  sctp_dst: 'tp_dst',
  icmp_type: 'tp_src',
  icmp_code: 'tp_dst',
  icmpv6_type: 'tp_src',
  icmpv6_code: 'tp_dst',
  nd_reserved: 'igmp_group',
  nd_options_type: 'tcp_flags',
  vlan_vid: 'vlan_tci',
  dl_vlan: 'vlan_tci',
  vlan_pcp: 'vlan_tci',
  dl_vlan_pcp: 'vlan_tci',
  ip_dscp: 'nw_tos',
  nw_ecn: 'nw_tos',
};

/** How a field's bits lie in a 16-bit or 8-bit slot: shifted left, within `bits`; `also` is matched besides (802.1Q's CFI). */
export interface Part {
  readonly shift: number;
  readonly bits: number;
  readonly also: number;
}

export const VLAN_CFI = 0x1000;

const PARTS: Readonly<Partial<Record<FieldName, Part>>> = {
  vlan_vid: { shift: 0, bits: 0x1fff, also: 0 },
  dl_vlan: { shift: 0, bits: 0x0fff, also: VLAN_CFI },
  vlan_pcp: { shift: 13, bits: 0xe000, also: VLAN_CFI },
  dl_vlan_pcp: { shift: 13, bits: 0xe000, also: VLAN_CFI },
  nw_tos: { shift: 0, bits: 0xfc, also: 0 },
  ip_dscp: { shift: 2, bits: 0xfc, also: 0 },
  nw_ecn: { shift: 0, bits: 0x03, also: 0 },
};

/** Bytes of the slots that views of different widths share; others are as wide as their field. */
const SLOT_BYTES: Readonly<Record<string, number>> = { in_port: 4, tp_src: 2, tp_dst: 2, nw_proto: 1, igmp_group: 4 };

/** Slots of which Open vSwitch keeps fewer bits than go over the wire. */
const NARROW: Readonly<Record<string, number>> = { ip_frag: 0x03, ct_state: 0xff, tun_flags: 0x01 };

/** Which slots a field views. */
export interface FieldSlots {
  /** The first slot; `xreg` and `xxreg` have more, the most significant first. */
  readonly slot: number;
  readonly count: number;
  readonly part: Part | undefined;
}

const slotNames: string[] = [];
const slotOnes: (number | bigint)[] = [];
const slotIndex = new Map<string, number>();

function slotOf(name: string, bytes: number): number {
  const known = slotIndex.get(name);
  if (known !== undefined) return known;
  const width = SLOT_BYTES[name] ?? bytes;
  slotNames.push(name);
  const ones = width > 4 ? (1n << BigInt(8 * width)) - 1n : 2 ** (8 * width) - 1;
  slotOnes.push(NARROW[name] ?? ones);
  slotIndex.set(name, slotNames.length - 1);
  return slotNames.length - 1;
}

function buildSlots(): FieldSlots[] {
  const registers = /^x+reg(\d+)$/;
  for (let register = 0; register < 16; register++) slotOf(`reg${register}`, 4);
  return FIELDS.map((field) => {
    const wide = registers.exec(field.name);
    if (wide !== null) {
      const count = field.bytes / 4;
      return { slot: slotOf(`reg${Number(wide[1]) * count}`, 4), count, part: undefined };
    }
    return { slot: slotOf(SHARED[field.name] ?? field.name, field.bytes), count: 1, part: PARTS[field.name] };
  });
}

/** By {@link Field.index}: which slots the field views. */
export const FIELD_SLOTS: readonly FieldSlots[] = buildSlots();

/** By slot: all bits set. */
export const SLOT_ONES: readonly (number | bigint)[] = slotOnes;

export const SLOT_COUNT = slotNames.length;

/** The index of a slot by its name; the names are those of fields, save `tp_src`, `tp_dst`, `nw_src`, `nw_dst`, `igmp_group`. */
export function slot(name: string): number {
  const index = slotIndex.get(name);
  if (index === undefined) throw new TypeError(`no slot '${name}'`);
  return index;
}

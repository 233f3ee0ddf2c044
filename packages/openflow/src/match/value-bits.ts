import type { Field, FieldName } from '../field/field.ts';
import type { FieldValue } from '../model/match.ts';

/** Bits that a value may have, where not every number of the field's bytes is one. */
const VALUE_BITS: Readonly<Partial<Record<FieldName, number>>> = {
  nw_tos: 0xfc,
  ip_dscp: 0x3f,
  nw_ecn: 0x03,
  ip_frag: 0x03,
  tcp_flags: 0x0fff,
  arp_op: 0x00ff,
  dl_vlan: 0x0fff,
  vlan_vid: 0x1fff,
  dl_vlan_pcp: 0x07,
  vlan_pcp: 0x07,
  ipv6_label: 0xfffff,
  mpls_label: 0xfffff,
  mpls_tc: 0x07,
  mpls_bos: 0x01,
  tun_flags: 0x01,
  ct_state: 0xff,
  nsh_ttl: 0x3f,
  nsh_spi: 0xffffff,
};

/** Whether a port number of OpenFlow 1.1+ can be told in 16 bits, which is all that Open vSwitch has. */
export function isPortValid(port: number): boolean {
  return port < 0xff00 || port >= 0xffffff00;
}

/** Whether the field can have the value, e.g. no VLAN priority above 7. */
export function isValueValid(field: Field, value: FieldValue): boolean {
  if (field.format === 'port') return isPortValid(Number(value));
  if (field.name === 'nsh_mdtype') return value === 1 || value === 2;
  const bits = VALUE_BITS[field.name];
  return bits === undefined || (Number(value) & ~bits) === 0;
}

/** Whether the mask is one that the field can have. */
export function isMaskValid(field: Field, mask: FieldValue | undefined): boolean {
  return field.maskable || mask === undefined || mask === field.ones || Number(mask) === 0;
}

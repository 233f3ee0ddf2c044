import { type Field, fieldNamed } from '../field/field.ts';
import type { FieldValue, Subfield } from '../model/match.ts';
import { portFrom16 } from '../model/port.ts';
import { headerOf } from '../oxm/header.ts';
import { formatEthernetMasked, formatIpv4Masked, formatIpv6Masked } from './address-text.ts';
import { CT_STATE_FLAGS, formatFlagsMasked, TCP_FLAGS, TUNNEL_FLAGS } from './flag-text.ts';
import { formatPort } from './port-text.ts';

/** `0x1f`; zero is `0`, as printf's `%#x` has it. */
export function hex(value: FieldValue): string {
  return value === 0 || value === 0n ? '0' : `0x${value.toString(16)}`;
}

/** Ways to match fragments: the word, the value, the mask of the two bits. */
export const FRAGMENTS: readonly (readonly [word: string, value: number, mask: number])[] = [
  ['no', 0, 3],
  ['first', 1, 3],
  ['later', 3, 3],
  ['no', 0, 1],
  ['yes', 1, 1],
  ['not_later', 0, 2],
  ['later', 2, 2],
];

function formatFragment(value: number, mask: number): string {
  const bits = mask & 3;
  return (
    FRAGMENTS.find(([, fragment, fragmentMask]) => fragment === (value & bits) && fragmentMask === bits)?.[0] ??
    '<error>'
  );
}

function formatInteger(field: Field, value: FieldValue, mask: FieldValue): string {
  const text = field.format === 'hexadecimal' ? hex(value) : value.toString();
  return mask === field.ones ? text : `${text}/${hex(mask)}`;
}

/** A field's value and mask as ovs-ofctl writes them in actions; `ANY` where nothing is matched. */
export function formatFieldValue(field: Field, value: FieldValue, mask: FieldValue = field.ones): string {
  if (!mask) return 'ANY';
  switch (field.format) {
    case 'ethernet':
      return formatEthernetMasked(BigInt(value), BigInt(mask));
    case 'ipv4':
      return formatIpv4Masked(Number(value), Number(mask));
    case 'ipv6':
      return formatIpv6Masked(BigInt(value), BigInt(mask));
    case 'port':
      return mask === field.ones ? formatPort(Number(value)) : formatInteger(field, value, mask);
    case 'port10':
      return mask === field.ones ? formatPort(portFrom16(Number(value))) : formatInteger(field, value, mask);
    case 'frag':
      return formatFragment(Number(value), Number(mask));
    case 'tunnelFlags':
      return formatFlagsMasked(TUNNEL_FLAGS, Number(value), Number(mask) & 1, 1);
    case 'tcpFlags':
      return formatFlagsMasked(TCP_FLAGS, Number(value), Number(mask) & 0xfff, 0xfff);
    case 'ctState':
      return formatFlagsMasked(CT_STATE_FLAGS, Number(value), Number(mask), 0xffff);
    case 'packetType':
      return formatPacketType(Number(value), Number(mask));
    default:
      return formatInteger(field, value, mask);
  }
}

/** `(namespace,type)`. */
export function formatPacketType(value: number, mask: number): string {
  if (mask === 0xffffffff) return `(${value >>> 16},${hex(value & 0xffff)})`;
  if (mask === 0xffff0000) return `(${value >>> 16},*)`;
  return `${hex(value)}/${hex(mask)}`;
}

/** The name that a field has in subfields: its NXM or OXM name. */
export function wireName(field: Field): string {
  return headerOf(field, 0)?.form.name ?? field.name;
}

/** `NXM_NX_REG0[]`, `NXM_NX_REG0[3]`, `NXM_NX_REG0[0..15]`. */
export function formatSubfield({ field: name, start, width }: Subfield): string {
  const field = fieldNamed(name);
  const text = wireName(field);
  if (start === 0 && width === field.width) return `${text}[]`;
  return width === 1 ? `${text}[${start}]` : `${text}[${start}..${start + width - 1}]`;
}

import type { FieldName } from '../field/field.ts';

/** A field's value: an unsigned number up to 32 bits wide, a bigint above (see {@link Field.big}). IPv4 addresses are numbers, MACs and IPv6 addresses bigints. */
export type FieldValue = number | bigint;

/** One field of a match. Bits outside `mask` are zero in `value`; without `mask` every bit matters. */
export interface MatchField {
  readonly field: FieldName;
  readonly value: FieldValue;
  readonly mask?: FieldValue;
  /** `tun_metadataN` only: bytes on the wire, where the switch's TLV table says other than the value needs. */
  readonly bytes?: number;
}

/** A field that the table does not know, kept as it came. */
export interface UnknownMatchField {
  readonly field: 'unknown';
  /** The 32-bit OXM header: class, number, has-mask bit, length. */
  readonly header: number;
  /** What follows the header: for class 0xffff the experimenter id, then value and mask. */
  readonly body: Uint8Array;
}

/**
 * What a flow matches: a conjunction. The order is the order on the wire; `canonicalMatch` brings a match into the order and form
 * in which Open vSwitch itself writes it, which is what makes two matches comparable.
 */
export type Match = readonly (MatchField | UnknownMatchField)[];

/** Bits `start` to `start + width - 1` of a field, e.g. `NXM_NX_REG0[4..7]`. */
export interface Subfield {
  readonly field: FieldName;
  readonly start: number;
  readonly width: number;
  /** `tun_metadataN` only: the field's bytes by the switch's TLV table; left out: 124. */
  readonly bytes?: number;
}

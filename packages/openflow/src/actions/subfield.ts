import { type Field, fieldNamed } from '../field/field.ts';
import type { Subfield } from '../model/match.ts';
import { decodeError } from '../openflow-error.ts';
import { putHeader, requireHeader } from '../oxm/encode-match.ts';
import { EXPERIMENTER_CLASS, type FieldHeader, findHeader, headerOf } from '../oxm/header.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

/** A field's header in an action: no value follows. */
export interface HeaderRead {
  readonly field: Field;
  /** Bytes of a variable-length field, where they are not all 124. */
  readonly bytes: number | undefined;
}

/** Reads a 4-byte NXM or OXM header, or 8 bytes for an experimenter's. */
export function readFieldHeader(reader: Reader): HeaderRead {
  const at = reader.take(4, 'OFPBMC_BAD_LEN');
  const head = reader.view.getUint32(at);
  const isExperimenter = head >>> 16 === EXPERIMENTER_CLASS;
  const experimenter = isExperimenter ? reader.view.getUint32(reader.take(4, 'OFPBMC_BAD_LEN')) : 0;
  return headerRead(head, findHeader(head, experimenter), at);
}

/** Reads an NXM header that has no room for an experimenter id. */
export function readShortHeader(reader: Reader): HeaderRead {
  const at = reader.take(4);
  const head = reader.view.getUint32(at);
  const known = findHeader(head, 0);
  // A mask bit is overlooked here, as Open vSwitch does.
  const masked = (head & 0x100) !== 0;
  return headerRead(masked ? (head & ~0x1ff) | ((head & 0xff) >> 1) : head, known, at);
}

function headerRead(head: number, known: FieldHeader | undefined, at: number): HeaderRead {
  if (known === undefined) {
    throw decodeError('OFPBAC_BAD_SET_TYPE', at, `field header 0x${head.toString(16)} is unknown`);
  }
  if ((head & 0x100) !== 0) throw decodeError('OFPBMC_BAD_MASK', at, `${known.field.name} must not have a mask here`);
  const length = (head & 0xff) - (known.size - 4);
  if (known.field.variable ? length > known.field.bytes : length !== known.field.bytes) {
    throw decodeError('OFPBAC_BAD_SET_LEN', at, `${known.field.name} cannot be ${length} bytes long`);
  }
  return { field: known.field, bytes: known.field.variable && length !== known.field.bytes ? length : undefined };
}

export function subfield({ field, bytes }: HeaderRead, start: number, width: number): Subfield {
  return bytes === undefined ? { field: field.name, start, width } : { field: field.name, start, width, bytes };
}

/** Bits that may be named in a field. */
function widthOf(field: Field): number {
  return field.width;
}

/** Refuses bits that the field does not have, as Open vSwitch does. */
export function checkSource(source: Subfield, at: number): Subfield {
  const width = widthOf(fieldNamed(source.field));
  if (source.width === 0 || source.start >= width || source.start + source.width > width) {
    throw decodeError(
      'OFPBAC_BAD_SET_LEN',
      at,
      `${source.field} has no bits ${source.start} to ${source.start + source.width - 1}`,
    );
  }
  return source;
}

/** As {@link checkSource}, and the field must be writable. */
export function checkDestination(destination: Subfield, at: number): Subfield {
  checkSource(destination, at);
  if (!fieldNamed(destination.field).writable) {
    throw decodeError('OFPBAC_BAD_SET_ARGUMENT', at, `${destination.field} is not writable`);
  }
  return destination;
}

/** `start << 6 | (width - 1)`, as in NXAST_REG_LOAD. */
export function readStartWidth(value: number): { start: number; width: number } {
  return { start: value >>> 6, width: (value & 0x3f) + 1 };
}

export function startWidth({ start, width }: Subfield): number {
  return (start << 6) | (width - 1);
}

/** Writes a subfield's field as a header without value; `version` 0 prefers Nicira's. */
export function putSubfieldHeader(writer: Writer, source: Subfield, version: number): void {
  const field = fieldNamed(source.field);
  putHeader(writer, requireHeader(field, version), false, source.bytes ?? field.bytes);
}

/** The header as the 32 bits that older actions have room for; undefined where it needs 64. */
export function shortHeader(source: Subfield): number | undefined {
  const field = fieldNamed(source.field);
  const header = headerOf(field, 0);
  if (header === undefined || header.size === 8) return undefined;
  return field.variable ? header.exact + (source.bytes ?? field.bytes) : header.exact;
}

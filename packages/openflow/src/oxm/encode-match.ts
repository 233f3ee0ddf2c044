import { type Field, fieldNamed } from '../field/field.ts';
import type { FieldValue, Match, MatchField } from '../model/match.ts';
import { encodeError } from '../openflow-error.ts';
import type { Writer } from '../wire/writer.ts';
import { type FieldHeader, headerOf } from './header.ts';

/** Bytes that a variable-length field needs for its value (and mask); none for zero. */
export function bytesNeeded(value: FieldValue, mask?: FieldValue): number {
  const bits = BigInt(value) | BigInt(mask ?? 0);
  return bits === 0n ? 0 : (bits.toString(16).length + 1) >> 1;
}

export function requireHeader(field: Field, version: number): FieldHeader {
  const header = headerOf(field, version);
  if (header === undefined) throw encodeError(`field ${field.name} cannot be told in NXM or OXM`);
  return header;
}

/** Writes an OXM header; `bytes` is the length of the value without the mask. */
export function putHeader(writer: Writer, header: FieldHeader, masked: boolean, bytes: number): void {
  const head = masked ? header.masked : header.exact;
  writer.u32(header.field.variable ? head + (masked ? 2 * bytes : bytes) : head);
  if (header.size === 8) writer.u32(header.form.experimenter);
}

export function putValue(writer: Writer, field: Field, value: FieldValue, bytes: number): void {
  if (field.big) writer.big(BigInt(value), bytes);
  else if (bytes === 4) writer.u32(Number(value));
  else if (bytes === 2) writer.u16(Number(value));
  else writer.u8(Number(value));
}

/** Writes one entry: header, value and, where there is one, mask. */
export function putField(writer: Writer, entry: MatchField, version: number): void {
  const field = fieldNamed(entry.field);
  const header = requireHeader(field, version);
  const masked = entry.mask !== undefined;
  const bytes = field.variable ? (entry.bytes ?? bytesNeeded(entry.value, entry.mask)) : field.bytes;
  putHeader(writer, header, masked, bytes);
  putValue(writer, field, entry.value, bytes);
  if (entry.mask !== undefined) putValue(writer, field, entry.mask, bytes);
}

/** Writes a match's entries in their order, without header or padding. `version` 0 is Nicira's NXM. */
export function putMatch(writer: Writer, match: Match, version: number): void {
  for (const entry of match) {
    if (entry.field === 'unknown') {
      writer.u32(entry.header);
      writer.put(entry.body);
    } else putField(writer, entry, version);
  }
}

/** Writes `struct ofp_match` of OpenFlow 1.2+: type 1 (OXM), length, entries, zeros up to a multiple of 8. */
export function putOxmMatch(writer: Writer, match: Match, version: number): void {
  const start = writer.length;
  writer.u16(1);
  writer.u16(0);
  putMatch(writer, match, version);
  writer.setU16(start + 2, writer.length - start);
  writer.pad8(start);
}

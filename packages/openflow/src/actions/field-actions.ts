import { fieldNamed } from '../field/field.ts';
import { isMaskValid, isValueValid } from '../match/value-bits.ts';
import type { Action, Load, Move, SetField } from '../model/action.ts';
import type { FieldValue, MatchField } from '../model/match.ts';
import { decodeError } from '../openflow-error.ts';
import { decodeEntry } from '../oxm/decode-match.ts';
import { putField } from '../oxm/encode-match.ts';
import { headerOf } from '../oxm/header.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type ActionDecoder, type ActionDecoders, closeAction, openAction, putActionHeader } from './action-frame.ts';
import type { RawAction } from './raw-table.ts';
import {
  checkDestination,
  checkSource,
  putSubfieldHeader,
  readFieldHeader,
  readShortHeader,
  readStartWidth,
  shortHeader,
  startWidth,
  subfield,
} from './subfield.ts';

/** An entry of a field with its value, and zeros up to the action's end. */
function readEntry(reader: Reader, mayMask: boolean): MatchField {
  const at = reader.offset;
  const entry = decodeEntry(reader);
  if (entry.mask !== undefined && !mayMask) {
    throw decodeError('OFPBAC_BAD_SET_MASK', at, `${entry.field} must not have a mask before OpenFlow 1.5`);
  }
  if (!reader.restIsZero()) throw decodeError('OFPBAC_BAD_SET_ARGUMENT', reader.offset, 'padding is not zero');
  if (!fieldNamed(entry.field).writable)
    throw decodeError('OFPBAC_BAD_SET_ARGUMENT', at, `${entry.field} is not writable`);
  return entry;
}

const setField: ActionDecoder = (reader, { version }) => {
  const at = reader.offset;
  const entry = readEntry(reader, version >= 6);
  const field = fieldNamed(entry.field);
  const noPresentBit = (value: FieldValue | undefined): boolean =>
    value !== undefined && (Number(value) & 0x1000) === 0;
  const badVlan = entry.field === 'vlan_vid' && (noPresentBit(entry.value) || noPresentBit(entry.mask));
  if (
    entry.field === 'in_port_oxm' ||
    badVlan ||
    !isValueValid(field, entry.value) ||
    !isMaskValid(field, entry.mask)
  ) {
    throw decodeError('OFPBAC_BAD_SET_ARGUMENT', at, `cannot set ${entry.field} to ${entry.value}`);
  }
  return { type: 'set_field', ...entry };
};

function copyField(skip: number): ActionDecoder {
  return (reader) => {
    if (skip > 0) reader.skip(skip);
    const width = reader.u16();
    const from = reader.u16();
    const to = reader.u16();
    if (skip >= 0) reader.skip(2);
    const at = reader.offset;
    const src = subfield(readFieldHeader(reader), from, width);
    const dst = subfield(readFieldHeader(reader), to, width);
    if (!reader.restIsZero()) throw decodeError('NXBRC_MUST_BE_ZERO', reader.offset, 'padding is not zero');
    return { type: 'move', src: checkSource(src, at), dst: checkDestination(dst, at) };
  };
}

function stack(type: 'push' | 'pop'): ActionDecoder {
  return (reader) => {
    const start = reader.u16();
    const at = reader.offset;
    const header = readFieldHeader(reader);
    const width = reader.u16();
    if (!reader.restIsZero()) throw decodeError('NXBRC_MUST_BE_ZERO', reader.offset, 'padding is not zero');
    const bits = subfield(header, start, width);
    return type === 'push' ? { type, src: checkSource(bits, at) } : { type, dst: checkDestination(bits, at) };
  };
}

/** Actions that write, copy or read fields. */
export const fieldDecoders: ActionDecoders = {
  OFPAT_SET_FIELD: setField,
  NXAST_REG_LOAD: (reader) => {
    const { start, width } = readStartWidth(reader.u16());
    const at = reader.offset;
    const dst = checkDestination(subfield(readShortHeader(reader), start, width), at);
    const value = reader.u64();
    if (width < 64 && value >> BigInt(width) !== 0n) {
      throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset - 8, `${value} does not fit into ${width} bits`);
    }
    return { type: 'load', dst, value };
  },
  NXAST_REG_LOAD2: (reader) => ({ type: 'set_field', ...readEntry(reader, true) }),
  OFPAT_COPY_FIELD: copyField(0),
  ONFACT_COPY_FIELD: copyField(2),
  NXAST_REG_MOVE: copyField(-1),
  NXAST_STACK_PUSH: stack('push'),
  NXAST_STACK_POP: stack('pop'),
  NXAST_DELETE_FIELD: (reader) => {
    const at = reader.offset;
    const { field } = readFieldHeader(reader);
    if (!reader.restIsZero()) throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset, 'padding is not zero');
    if (!field.variable) throw decodeError('OFPBAC_BAD_SET_TYPE', at, `${field.name} cannot be deleted`);
    return { type: 'delete_field', field: field.name };
  },
};

function putEntryAction(
  writer: Writer,
  raw: RawAction,
  version: number,
  keep: number,
  entry: MatchField,
  oxm: number,
): void {
  const start = openAction(writer, raw, version, keep);
  const field = fieldNamed(entry.field);
  const { field: name, value, mask, bytes } = entry;
  const masked = mask !== undefined && mask !== field.ones;
  putField(writer, { field: name, value, ...(masked ? { mask } : {}), ...(bytes === undefined ? {} : { bytes }) }, oxm);
  closeAction(writer, start);
}

/** Writes `load` for the bits from `start` on, at most 64 a piece. */
export function encodeLoad(writer: Writer, { dst, value }: Load, version: number): void {
  const field = fieldNamed(dst.field);
  if (version >= 6) {
    const shift = BigInt(dst.start);
    const bits = ((1n << BigInt(dst.width)) - 1n) << shift;
    const sized = (number: bigint): FieldValue => (field.big ? number : Number(number));
    const entry: MatchField = { field: dst.field, value: sized(value << shift), mask: sized(bits) };
    putEntryAction(writer, 'OFPAT_SET_FIELD', version, 4, withBytes(entry, dst.bytes), version);
    return;
  }
  const header = shortHeader(dst);
  if (header === undefined || field.variable) {
    encodeLoad2(writer, loadEntry(dst.field, dst.start, dst.width, value), version);
    return;
  }
  for (let done = 0; done < dst.width; done += 64) {
    const width = Math.min(64, dst.width - done);
    const at = putActionHeader(writer, 'NXAST_REG_LOAD', version);
    writer.view.setUint16(at, startWidth({ field: dst.field, start: dst.start + done, width }));
    writer.view.setUint32(at + 2, header);
    writer.view.setBigUint64(at + 6, BigInt.asUintN(width, value >> BigInt(done)));
  }
}

function withBytes(entry: MatchField, bytes: number | undefined): MatchField {
  return bytes === undefined ? entry : { ...entry, bytes };
}

/** The bits of a load as a masked value. */
export function loadEntry(name: MatchField['field'], start: number, width: number, value: bigint): MatchField {
  const { big } = fieldNamed(name);
  const sized = (number: bigint): FieldValue => (big ? number : Number(number));
  const mask = ((1n << BigInt(width)) - 1n) << BigInt(start);
  return { field: name, value: sized(value << BigInt(start)), mask: sized(mask) };
}

function encodeLoad2(writer: Writer, entry: MatchField, version: number): void {
  putEntryAction(writer, 'NXAST_REG_LOAD2', version, 10, entry, 0);
}

/** The runs of 1-bits of a mask, lowest first. */
export function maskRuns(mask: bigint): { start: number; width: number }[] {
  const runs: { start: number; width: number }[] = [];
  let rest = mask;
  let at = 0;
  while (rest !== 0n) {
    while ((rest & 1n) === 0n) {
      rest >>= 1n;
      at++;
    }
    const start = at;
    while ((rest & 1n) === 1n) {
      rest >>= 1n;
      at++;
    }
    runs.push({ start, width: at - start });
  }
  return runs;
}

/**
 * Writes `set_field`: Set-Field where the version has it and, before OpenFlow 1.5, the whole field is set; else Nicira's loads.
 */
export function encodeSetField(writer: Writer, action: SetField, version: number): void {
  const field = fieldNamed(action.field);
  const whole = action.mask === undefined || action.mask === field.ones;
  if (action.form === 'NXAST_REG_LOAD2' && version < 6) encodeLoad2(writer, action, version);
  else if (version >= 6 || (version >= 3 && whole))
    putEntryAction(writer, 'OFPAT_SET_FIELD', version, 4, action, version);
  else {
    const header = headerOf(field, 0);
    if (header === undefined || header.size === 8 || field.variable) {
      encodeLoad2(writer, action, version);
      return;
    }
    const ones = (1n << BigInt(field.width)) - 1n;
    for (const { start, width } of maskRuns(whole ? ones : BigInt(action.mask ?? 0) & ones)) {
      const value = BigInt.asUintN(width, BigInt(action.value) >> BigInt(start));
      encodeLoad(writer, { type: 'load', dst: { field: action.field, start, width }, value }, version);
    }
  }
}

/** Writes `move`: Copy-Field in OpenFlow 1.5, Nicira's or the ONF's action before. */
export function encodeMove(writer: Writer, { src, dst, form }: Move, version: number): void {
  const onf = form === 'ONFACT_COPY_FIELD' && (version === 4 || version === 5);
  const raw = version >= 6 ? 'OFPAT_COPY_FIELD' : onf ? 'ONFACT_COPY_FIELD' : 'NXAST_REG_MOVE';
  const start = openAction(writer, raw, version, raw === 'OFPAT_COPY_FIELD' ? 12 : raw === 'NXAST_REG_MOVE' ? 16 : 20);
  const at = start + (raw === 'OFPAT_COPY_FIELD' ? 4 : raw === 'NXAST_REG_MOVE' ? 10 : 12);
  writer.view.setUint16(at, dst.width);
  writer.view.setUint16(at + 2, src.start);
  writer.view.setUint16(at + 4, dst.start);
  const oxm = raw === 'NXAST_REG_MOVE' ? 0 : version;
  putSubfieldHeader(writer, src, oxm);
  putSubfieldHeader(writer, dst, oxm);
  closeAction(writer, start);
}

/** Writes `push` and `pop`. */
export function encodeStack(writer: Writer, action: Action & { type: 'push' | 'pop' }, version: number): void {
  const bits = action.type === 'push' ? action.src : action.dst;
  const start = openAction(writer, action.type === 'push' ? 'NXAST_STACK_PUSH' : 'NXAST_STACK_POP', version, 12);
  writer.view.setUint16(start + 10, bits.start);
  putSubfieldHeader(writer, bits, 0);
  writer.u16(bits.width);
  closeAction(writer, start, 24);
}

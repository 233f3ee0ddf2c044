import type { Action } from '../model/action.ts';
import { encodeError } from '../openflow-error.ts';
import type { UnknownPolicy } from '../oxm/decode-match.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { OFPAT_VENDOR, type RawAction, rawForm } from './raw-table.ts';
import type { Nesting } from './verify.ts';

/** What a decoder of an action needs to know beside its bytes. */
export interface ActionContext {
  /** OpenFlow's version byte. */
  readonly version: number;
  readonly policy: UnknownPolicy;
  /** Decodes nested actions up to the reader's end. */
  readonly nested: (reader: Reader, within: Nesting) => readonly Action[];
}

/** Reads an action's argument: the reader begins behind the header (4 bytes, 10 for vendors' actions) and ends with the action. */
export type ActionDecoder = (reader: Reader, context: ActionContext) => Action;

/** Decoders of one family, by wire action. */
export type ActionDecoders = Partial<Record<RawAction, ActionDecoder>>;

/** Writes an action's header with its least size, all zeros behind, and gives where the argument begins. */
export function putActionHeader(writer: Writer, raw: RawAction, version: number): number {
  // As Open vSwitch does, Nicira's actions of later versions go out in earlier ones too.
  const form = rawForm(raw, version) ?? (raw.startsWith('NXAST') ? rawForm(raw, 4) : undefined);
  if (form === undefined) throw encodeError(`${raw} does not exist in OpenFlow 1.${version - 1}`);
  const at = writer.grow(form.size);
  writer.bytes.fill(0, at, at + form.size);
  const { view } = writer;
  view.setUint16(at, form.vendor === 0 ? form.number : OFPAT_VENDOR);
  view.setUint16(at + 2, form.size);
  if (form.vendor === 0) return at + 4;
  view.setUint32(at + 4, form.vendor);
  view.setUint16(at + 8, form.number);
  return at + 10;
}

/** As {@link putActionHeader}, with what follows to be appended: the writer stands at `keep` bytes behind the header's start. */
export function openAction(writer: Writer, raw: RawAction, version: number, keep: number): number {
  const start = writer.length;
  putActionHeader(writer, raw, version);
  writer.length = start + keep;
  return start;
}

/** Pads an action opened at `start` to a multiple of 8 bytes, at least `least`, and sets its length. */
export function closeAction(writer: Writer, start: number, least = 8): void {
  writer.pad8(start);
  if (writer.length < start + least) writer.zeros(start + least - writer.length);
  writer.setU16(start + 2, writer.length - start);
}

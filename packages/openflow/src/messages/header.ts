import type { OfpErrorName } from '../errors/ofp-error.ts';
import { decodeError } from '../openflow-error.ts';
import type { Writer } from '../wire/writer.ts';
import { type RawMessage, rawByCode } from './raw-messages.ts';

export const HEADER_BYTES = 8;
const VENDOR = 4;
const NICIRA = 0x2320;
const ONF = 0x4f4e4600;
const VENDOR_STATS = 0xffff;
/** The last version whose messages are known; a hello, an echo or an error of a later one is read like this one's. */
const LAST_VERSION = 6;
const ANY_VERSION: readonly number[] = [0, 1, 2, 3];

/** What a message's header says, to the end of its envelope. */
export interface Header {
  readonly version: number;
  readonly xid: number;
  /** The whole message's bytes, by its header. */
  readonly length: number;
  readonly raw: RawMessage;
  /** A multipart message that is not the last. */
  readonly more: boolean;
  /** Where the body begins. */
  readonly body: number;
}

function fail(ofp: OfpErrorName, at: number, message: string): never {
  throw decodeError(ofp, at, message);
}

function statsTypes(version: number): readonly [request: number, reply: number] {
  return version === 1 ? [16, 17] : [18, 19];
}

/** Which vendor's envelope it is, for messages and for multipart ones. */
function vendorOf(id: number, at: number): 'NX' | 'ONF' {
  if (id === NICIRA) return 'NX';
  if (id === ONF) return 'ONF';
  return fail('OFPBRC_BAD_VENDOR', at, `vendor 0x${id.toString(16)}`);
}

function vendorHeader(view: DataView, version: number, size: number): { raw: RawMessage; body: number } {
  if (size < 12) return fail('OFPBRC_BAD_LEN', 8, 'no room for a vendor');
  const vendor = vendorOf(view.getUint32(8), 8);
  if (size < 16) return fail('OFPBRC_BAD_LEN', 12, 'no room for a subtype');
  const subtype = view.getUint32(12);
  const raw = rawByCode(version, `${vendor}T`, subtype, false);
  return { raw: raw ?? fail('OFPBRC_BAD_SUBTYPE', 12, `subtype ${subtype}`), body: 16 };
}

function statsHeader(
  view: DataView,
  version: number,
  size: number,
  reply: boolean,
): { raw: RawMessage; body: number; more: boolean } {
  const body = version === 1 ? 12 : 16;
  if (size < body) return fail('OFPBRC_BAD_LEN', 8, 'a multipart header is cut off');
  const number = view.getUint16(8);
  const more = (view.getUint16(10) & 1) !== 0;
  if (number !== VENDOR_STATS) {
    const raw = rawByCode(version, 'OFPST', number, reply);
    return { raw: raw ?? fail('OFPBRC_BAD_STAT', 8, `multipart type ${number}`), body, more };
  }
  if (size < body + 4) return fail('OFPBRC_BAD_LEN', body, 'no room for a vendor');
  const vendor = vendorOf(view.getUint32(body), body);
  if (size < 24) return fail('OFPBRC_BAD_LEN', body + 4, 'no room for a subtype');
  const subtype = view.getUint32(body + 4);
  const raw = rawByCode(version, `${vendor}ST`, subtype, reply);
  return { raw: raw ?? fail('OFPBRC_BAD_SUBTYPE', body + 4, `multipart subtype ${subtype}`), body: 24, more };
}

/** Reads a header. `size` is how many of the message's bytes are there, the whole message by default. */
export function decodeHeader(bytes: Uint8Array, size = bytes.length): Header {
  if (size < HEADER_BYTES) fail('OFPBRC_BAD_LEN', 0, `${size} bytes are no message`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  const type = view.getUint8(1);
  const common = { version, length: view.getUint16(2), xid: view.getUint32(4) };
  if (type === VENDOR) return { ...common, more: false, ...vendorHeader(view, version, size) };
  const [request, reply] = statsTypes(version);
  if (type === request || type === reply) {
    return { ...common, ...statsHeader(view, version, size, type === reply) };
  }
  const known = (version > LAST_VERSION || version === 0) && ANY_VERSION.includes(type) ? LAST_VERSION : version;
  const raw = rawByCode(known, 'OFPT', type, false) ?? fail('OFPBRC_BAD_TYPE', 1, `message type ${type}`);
  return { ...common, raw, more: false, body: HEADER_BYTES };
}

/** Checks a body's length against what the message can have. */
export function checkBodyLength({ raw, body, length }: Header): void {
  const over = length - body - raw.least;
  if (over < 0 || (raw.multiple === 0 ? over !== 0 : over % raw.multiple !== 0)) {
    fail('OFPBRC_BAD_LEN', 2, `${raw.name} of ${length} bytes`);
  }
}

/** Writes a header and its envelope; the length is patched by {@link finishMessage}. */
export function putHeader(writer: Writer, version: number, raw: RawMessage, xid: number, more: boolean): void {
  const { envelope, number } = raw;
  const stats = raw.multipart !== undefined;
  const type = stats ? statsTypes(version)[raw.multipart === 'reply' ? 1 : 0] : envelope === 'OFPT' ? number : VENDOR;
  const at = writer.grow(HEADER_BYTES);
  const { view } = writer;
  view.setUint8(at, version);
  view.setUint8(at + 1, type);
  view.setUint16(at + 2, 0);
  view.setUint32(at + 4, xid);
  const vendor = envelope.startsWith('NX') ? NICIRA : envelope.startsWith('ONF') ? ONF : undefined;
  if (stats) {
    writer.u16(vendor === undefined ? number : VENDOR_STATS);
    writer.u16(more ? 1 : 0);
    if (version > 1) writer.u32(0);
  }
  if (vendor === undefined) return;
  writer.u32(vendor);
  writer.u32(number);
  if (stats && version === 1) writer.u32(0);
}

/** Writes the length of the message that began at `start`. */
export function finishMessage(writer: Writer, start: number): void {
  writer.setU16(start + 2, writer.length - start);
}

import { checkActions } from '../actions/check.ts';
import { flowMatch } from '../match/flow-match.ts';
import type { FlowMod } from '../model/flow.ts';
import { decodeError, encodeError, isOpenFlowError } from '../openflow-error.ts';
import type { UnknownPolicy } from '../oxm/decode-match.ts';
import { Reader } from '../wire/reader.ts';
import { Writer } from '../wire/writer.ts';
import type { BodyCodec, BodyContext } from './base.ts';
import { bodyCodecs } from './codecs.ts';
import { checkBodyLength, decodeHeader, finishMessage, type Header, putHeader } from './header.ts';
import type { Body, Message } from './message.ts';
import { type RawMessage, rawFor } from './raw-messages.ts';

/** How messages are decoded. */
export interface DecodeOptions {
  /**
   * What happens with what is not known: `keep` (the default) gives it raw, so that encoding again gives the same bytes; `strict`
   * refuses it, as a switch does; `loose` refuses unknown messages and actions and leaves out unknown match fields.
   */
  readonly policy?: UnknownPolicy;
}

const codecs = bodyCodecs({
  decode: (bytes, offset, { policy }) => {
    try {
      return decodeMessage(bytes, { policy });
    } catch (error) {
      if (!isOpenFlowError(error, 'decode') || error.ofp === undefined) throw error;
      throw decodeError(error.ofp, offset + (error.offset ?? 0), 'within the inner message');
    }
  },
  encode: putMessage,
});

/** What Open vSwitch checks of a flow mod beside its form: actions that need a match, e.g. `mod_tp_dst` of a flow without TCP. */
function checkFlowMod(flow: FlowMod, version: number, raw: RawMessage): void {
  const { error, consistent } = checkActions(flow.actions, flowMatch(flow.match), flow.table ?? 0xff);
  const ofp =
    error ?? (consistent || version === 1 || raw.name === 'NXT_FLOW_MOD' ? undefined : 'OFPBAC_MATCH_INCONSISTENT');
  if (ofp !== undefined) throw decodeError(ofp, 0, 'the actions do not fit the match');
}

/** Reads a body; what is left over is an error. */
function readBody(bytes: Uint8Array, header: Header, policy: UnknownPolicy): Body {
  const { raw, version, xid } = header;
  const reader = new Reader(bytes, header.body, header.length);
  const body: Body = codecs[raw.type].read(reader, { version, policy, raw, xid });
  if (reader.left > 0) throw decodeError('OFPBRC_BAD_LEN', reader.offset, `${reader.left} leftover bytes`);
  if (policy === 'strict' && body.type === 'flow_mod') checkFlowMod(body, version, raw);
  return body;
}

const UNKNOWN: ReadonlySet<string> = new Set([
  ...['OFPBRC_BAD_TYPE', 'OFPBRC_BAD_STAT', 'OFPBRC_BAD_VENDOR', 'OFPBRC_BAD_SUBTYPE'],
]);

function usualHeader(header: Header): { readonly name?: string; readonly more?: boolean } {
  const { raw, version, more } = header;
  const usual = rawFor(version, raw.type);
  return { ...(usual === undefined || usual === raw ? {} : { name: raw.name }), ...(more ? { more } : {}) };
}

/**
 * Reads one whole message. Bytes that are no valid OpenFlow are a `decode` error with the offset and OpenFlow's own name of the
 * error. The message shares nothing with the bytes.
 */
export function decodeMessage(received: Uint8Array, options: DecodeOptions = {}): Message {
  const { policy = 'keep' } = options;
  // A Buffer of Node is a Uint8Array whose slice() is no copy.
  const bytes =
    received.constructor === Uint8Array
      ? received
      : new Uint8Array(received.buffer, received.byteOffset, received.byteLength);
  const header = keepHeader(bytes, policy);
  if (header === undefined) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return { type: 'unknown', version: view.getUint8(0), xid: view.getUint32(4), raw: bytes.slice() };
  }
  if (header.length !== bytes.length) {
    throw decodeError('OFPBRC_BAD_LEN', 2, `the header says ${header.length} bytes, ${bytes.length} are there`);
  }
  checkBodyLength(header);
  const body = readBody(bytes, header, policy);
  return { ...body, version: header.version, xid: header.xid, ...usualHeader(header) };
}

function keepHeader(bytes: Uint8Array, policy: UnknownPolicy): Header | undefined {
  try {
    return decodeHeader(bytes);
  } catch (error) {
    const unknown = isOpenFlowError(error, 'decode') && error.ofp !== undefined && UNKNOWN.has(error.ofp);
    if (policy === 'keep' && unknown) return undefined;
    throw error;
  }
}

function rawOf(version: number, type: string, name: string | undefined): RawMessage {
  const raw = rawFor(version, name ?? type);
  if (raw !== undefined && raw.type === type) return raw;
  // Hello, echo and error are the same in versions to come.
  const later = version > 6 || version === 0 ? rawFor(6, type) : undefined;
  if (later !== undefined && later.number <= 3 && later.envelope === 'OFPT') return later;
  throw encodeError(`OpenFlow version ${version} has no ${name ?? type}`);
}

/** Writes a message at the end of the writer. */
export function putMessage(writer: Writer, message: Message): void {
  if (message.type === 'unknown') {
    writer.put(message.raw);
    return;
  }
  const { version, xid } = message;
  const raw = rawOf(version, message.type, message.name);
  const start = writer.length;
  putHeader(writer, version, raw, xid, message.more === true);
  // The codec is of the message's own type.
  const codec = codecs[message.type] as BodyCodec<Body>;
  const context: BodyContext = { version, policy: 'keep', raw, xid };
  codec.write(writer, message, context);
  checkLength(writer, start, raw);
  finishMessage(writer, start);
}

function checkLength(writer: Writer, start: number, raw: RawMessage): void {
  const length = writer.length - start;
  if (length > 0xffff) {
    writer.length = start;
    throw encodeError(`${raw.name} of ${length} bytes: a message has at most 65535`);
  }
}

/** A message's bytes. A value that the version cannot express is an `encode` error. */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new Writer();
  putMessage(writer, message);
  return writer.slice();
}

/** A flow mod's bytes, the quick way: `nxm` for NXT_FLOW_MOD. */
export function putFlowMod(writer: Writer, flow: FlowMod, version: number, xid: number, nxm = false): void {
  const raw = rawOf(version, 'flow_mod', nxm ? 'NXT_FLOW_MOD' : undefined);
  const start = writer.length;
  putHeader(writer, version, raw, xid, false);
  codecs.flow_mod.write(writer, flow, { version, policy: 'keep', raw, xid });
  checkLength(writer, start, raw);
  finishMessage(writer, start);
}

/** A flow mod's bytes. */
export function encodeFlowMod(flow: FlowMod, version: number, xid = 0): Uint8Array {
  const writer = new Writer();
  putFlowMod(writer, flow, version, xid);
  return writer.slice();
}

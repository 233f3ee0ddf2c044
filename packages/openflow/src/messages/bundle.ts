import { decodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import type { BodyCodec, BodyContext } from './base.ts';
import type { BundleAdd, BundleControl, Message, RequestForward } from './message.ts';

/** What a message within a message is read and written with. */
export interface NestedCodec {
  decode(bytes: Uint8Array, offset: number, context: BodyContext): Message;
  encode(writer: Writer, message: Message): void;
}

/** OFPBCT_*, in their order. */
export const BUNDLE_CONTROLS: readonly BundleControl['control'][] = [
  'open_request',
  'open_reply',
  'close_request',
  'close_reply',
  'commit_request',
  'commit_reply',
  'discard_request',
  'discard_reply',
];

interface BundleFlags {
  readonly atomic?: boolean;
  readonly ordered?: boolean;
}

function readFlags(bits: number): BundleFlags {
  return { ...((bits & 1) === 0 ? {} : { atomic: true }), ...((bits & 2) === 0 ? {} : { ordered: true }) };
}

function flagBits({ atomic, ordered }: BundleFlags): number {
  return (atomic === true ? 1 : 0) | (ordered === true ? 2 : 0);
}

export const bundleControlBody: BodyCodec<BundleControl> = {
  read: (reader) => {
    const bundle_id = reader.u32();
    const number = reader.u16();
    const control = BUNDLE_CONTROLS[number];
    if (control === undefined) throw decodeError('OFPBFC_BAD_TYPE', reader.offset - 2, `bundle control ${number}`);
    const flags = readFlags(reader.u16());
    const properties = reader.left === 0 ? {} : { properties: reader.copy(reader.left) };
    return { type: 'bundle_control', bundle_id, control, ...flags, ...properties };
  },
  write: (writer, control) => {
    writer.u32(control.bundle_id);
    writer.u16(BUNDLE_CONTROLS.indexOf(control.control));
    writer.u16(flagBits(control));
    if (control.properties !== undefined) writer.put(control.properties);
  },
};

/** OFPT_BUNDLE_ADD_MESSAGE before its inner message is read. */
export interface BundleFrame extends BundleFlags {
  readonly bundle_id: number;
  readonly inner: Uint8Array;
  /** Where the inner message begins. */
  readonly at: number;
}

/** Reads what is around the inner message, and checks the inner header against the outer. */
export function readBundleFrame(reader: Reader, { version, xid }: BodyContext): BundleFrame {
  const bundle_id = reader.u32();
  reader.skip(2);
  const flags = readFlags(reader.u16());
  const at = reader.offset;
  if (reader.left < 8) throw decodeError('OFPBFC_MSG_BAD_LEN', at, 'no room for a message');
  const inner = reader.view.getUint8(at);
  if (inner !== version) throw decodeError('OFPBFC_BAD_VERSION', at, `version ${inner} within version ${version}`);
  const length = reader.view.getUint16(at + 2);
  if (length < 8 || length > reader.left) throw decodeError('OFPBFC_MSG_BAD_LEN', at, `a message of ${length} bytes`);
  if (reader.view.getUint32(at + 4) !== xid) throw decodeError('OFPBFC_MSG_BAD_XID', at, 'the xids differ');
  return { bundle_id, ...flags, inner: reader.copy(length), at };
}

/** Messages that a bundle can hold. */
export const BUNDLED: readonly string[] = ['port_mod', 'flow_mod', 'group_mod', 'packet_out'];

export function bundleAddBody(nested: NestedCodec): BodyCodec<BundleAdd> {
  return {
    read: (reader, context) => {
      const { bundle_id, atomic, ordered, inner, at } = readBundleFrame(reader, context);
      const message = nested.decode(inner, at, context);
      if (context.policy !== 'keep' && !BUNDLED.includes(message.type)) {
        throw decodeError('OFPBFC_MSG_UNSUP', at, `${message.type} in a bundle`);
      }
      // A message of no multiple of 8 bytes is padded where properties follow.
      const properties = reader.left === 0 ? {} : { properties: reader.copy(reader.left) };
      const flags = { ...(atomic === true ? { atomic } : {}), ...(ordered === true ? { ordered } : {}) };
      return { type: 'bundle_add', bundle_id, ...flags, message, ...properties };
    },
    write: (writer, add) => {
      writer.u32(add.bundle_id);
      writer.u16(0);
      writer.u16(flagBits(add));
      nested.encode(writer, add.message);
      if (add.properties !== undefined) writer.put(add.properties);
    },
  };
}

export function requestForwardBody(nested: NestedCodec): BodyCodec<RequestForward> {
  return {
    read: (reader, context) => {
      const at = reader.offset;
      const length = reader.view.getUint16(at + 2);
      if (length < 8 || length > reader.left) {
        throw decodeError('OFPBRC_BAD_LEN', at, `a message of ${length} bytes within ${reader.left}`);
      }
      const message = nested.decode(reader.copy(length), at, context);
      if (message.type !== 'group_mod' && message.type !== 'meter_mod') {
        throw decodeError('OFPBRC_BAD_TYPE', at, `${message.type} is not forwarded`);
      }
      return { type: 'requestforward', message };
    },
    write: (writer, { message }) => nested.encode(writer, message),
  };
}

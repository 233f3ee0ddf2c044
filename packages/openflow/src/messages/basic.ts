import { type OfpErrorCode, type OfpErrorName, ofpErrorCode, ofpErrorName } from '../errors/ofp-error.ts';
import { decodeError, encodeError } from '../openflow-error.ts';
import { rest, struct, u16 } from '../wire/layout.ts';
import { Reader } from '../wire/reader.ts';
import { type BodyCodec, plainBody } from './base.ts';

/** OFPT_HELLO. */
export interface Hello {
  readonly type: 'hello';
  /** Version bytes that the sender speaks, lowest first; left out: every version up to the header's. */
  readonly versions?: readonly number[];
  /** Elements that are no version bitmap, or all where the bitmap would not come out the same, as bytes. */
  readonly elements?: Uint8Array;
  /** There was something that is not understood. */
  readonly strange?: boolean;
}

const VERSION_BITMAP = 1;

function bitmapVersions(bitmap: number): number[] {
  const versions: number[] = [];
  for (let version = 0; version < 32; version++) if ((bitmap & (1 << version)) !== 0) versions.push(version);
  return versions;
}

export const helloBody: BodyCodec<Hello> = {
  read: (reader) => {
    const start = reader.offset;
    let versions: number[] | undefined;
    let strange = false;
    while (reader.left > 0) {
      if (reader.left < 4) {
        strange = true;
        reader.skip(reader.left);
        break;
      }
      const at = reader.offset;
      const type = reader.u16();
      const length = reader.u16();
      if (length < 4 || length - 4 > reader.left) {
        strange = true;
        reader.skip(reader.left);
        break;
      }
      const body = new Reader(reader.bytes, reader.offset, at + length, reader.view);
      reader.skip(Math.min(reader.left, ((length + 7) & ~7) - 4));
      if (type !== VERSION_BITMAP) strange = true;
      else if (body.left >= 4) {
        const found = bitmapVersions(body.u32()).filter((version) => version !== 0);
        if (found.length === 0) strange = true;
        else versions = found;
      } else strange = true;
    }
    if (reader.offset === start) return { type: 'hello' };
    const elements = reader.bytes.slice(start, reader.offset);
    return {
      type: 'hello',
      ...(versions === undefined ? {} : { versions }),
      elements,
      ...(strange ? { strange } : {}),
    };
  },
  write: (writer, { versions, elements }) => {
    if (elements !== undefined) writer.put(elements);
    else if (versions !== undefined) {
      writer.u16(VERSION_BITMAP);
      writer.u16(8);
      writer.u32(versions.reduce((bitmap, version) => (bitmap | (1 << version)) >>> 0, 0));
    }
  },
};

/** OFPT_ERROR. `ofp` is its name where it has one; `data` mostly the begin of the message that it is about. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly ofp?: OfpErrorName;
  readonly code: OfpErrorCode;
  readonly data: Uint8Array;
}

const EXPERIMENTER_ERROR = 0xffff;
/** OpenFlow 1.0 and 1.1: Nicira's extended errors have type 0xb0c2, and their own type and code behind. */
const NX_ERROR_TYPE = 0xb0c2;

export const errorBody: BodyCodec<ErrorMessage> = {
  read: (reader, { version }) => {
    const type = reader.u16();
    let code: OfpErrorCode = { vendor: 0, type, code: 0 };
    const second = reader.u16();
    if (version <= 2 && type === NX_ERROR_TYPE && second === 0) {
      if (reader.left < 8) throw decodeError('OFPBRC_BAD_LEN', reader.offset, 'an extended error is cut off');
      code = { vendor: reader.u32(), type: reader.u16(), code: reader.u16() };
    } else if (version >= 3 && type === EXPERIMENTER_ERROR) {
      if (reader.left < 4) throw decodeError('OFPBRC_BAD_LEN', reader.offset, 'an experimenter error is cut off');
      code = { vendor: reader.u32(), type: second, code: 0 };
    } else code = { vendor: 0, type, code: second };
    const ofp = ofpErrorName(version, code);
    return { type: 'error', ...(ofp === undefined ? {} : { ofp }), code, data: reader.copy(reader.left) };
  },
  write: (writer, error, { version }) => {
    const code = error.code ?? (error.ofp === undefined ? undefined : ofpErrorCode(error.ofp, version));
    if (code === undefined) throw encodeError(`error ${error.ofp} has no code in OpenFlow 1.${version - 1}`);
    if (code.vendor === 0) {
      writer.u16(code.type);
      writer.u16(code.code);
    } else if (version <= 2) {
      writer.u16(NX_ERROR_TYPE);
      writer.u16(0);
      writer.u32(code.vendor);
      writer.u16(code.type);
      writer.u16(code.code);
    } else {
      writer.u16(EXPERIMENTER_ERROR);
      writer.u16(code.type);
      writer.u32(code.vendor);
    }
    writer.put(error.data);
  },
};

/** OFPT_ECHO_REQUEST and OFPT_ECHO_REPLY. */
export interface Echo {
  readonly type: 'echo_request' | 'echo_reply';
  readonly data: Uint8Array;
}

export const echoBody = (type: Echo['type']): BodyCodec<Echo> => plainBody<Echo>(type, struct({ data: rest }));

/** OFPT_GET_CONFIG_REPLY and OFPT_SET_CONFIG: how fragments are treated (OFPC_FRAG_*), and bytes of a packet to send up. */
export interface SwitchConfig {
  readonly type: 'get_config_reply' | 'set_config';
  readonly flags: number;
  readonly miss_send_len: number;
}

export const configBody = (type: SwitchConfig['type']): BodyCodec<SwitchConfig> =>
  plainBody<SwitchConfig>(type, struct({ flags: u16, miss_send_len: u16 }));

/** A message that is not known, whole as it came. */
export interface UnknownMessage {
  readonly type: 'unknown';
  readonly raw: Uint8Array;
}

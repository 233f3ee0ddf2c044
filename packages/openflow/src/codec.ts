import { decodeActions } from './actions/decode-actions.ts';
import { encodeActions } from './actions/encode-actions.ts';
import { decodeInstructions, encodeInstructions } from './actions/instructions.ts';
import type { Action } from './model/action.ts';
import type { UnknownPolicy } from './oxm/decode-match.ts';
import { Reader } from './wire/reader.ts';
import { Writer } from './wire/writer.ts';

/** OpenFlow's version byte (1 is OpenFlow 1.0, 4 is 1.3, 6 is 1.5), and what to do with the unknown. */
export interface CodecOptions {
  readonly version: number;
  readonly policy?: UnknownPolicy;
}

interface ListCodec {
  /** Throws a `decode` error with OpenFlow's name and the offset. */
  decode(bytes: Uint8Array, options: CodecOptions): readonly Action[];
  /** Throws an `encode` error for what the version cannot express. */
  encode(actions: readonly Action[], options: CodecOptions): Uint8Array;
}

function listCodec(
  decode: (reader: Reader, version: number, policy: UnknownPolicy) => readonly Action[],
  encode: (writer: Writer, actions: readonly Action[], version: number) => void,
): ListCodec {
  return {
    decode: (bytes, { version, policy = 'keep' }) => decode(new Reader(bytes), version, policy),
    encode: (actions, { version }) => {
      const writer = new Writer();
      encode(writer, actions, version);
      return writer.slice();
    },
  };
}

/** Lists of actions as they stand in packet-outs and buckets. */
export const actions: ListCodec = listCodec(decodeActions, encodeActions);

/** Lists of instructions as they stand in flows. */
export const instructions: ListCodec = listCodec(decodeInstructions, encodeInstructions);

/** The actions without their wire variants: encoded, they give what Open vSwitch itself would write. */
export function canonicalActions(list: readonly Action[]): readonly Action[] {
  const kept = list.filter(({ type, ...rest }) => {
    if (type === 'apply_actions') return false;
    return type !== 'write_actions' || !('actions' in rest) || rest.actions.length > 0;
  });
  return kept.map((action) => {
    const { form: _form, ...rest } = { form: undefined, ...action };
    const plain = rest as Action;
    if (plain.type === 'clone' || plain.type === 'write_actions')
      return { ...plain, actions: canonicalActions(plain.actions) };
    if (plain.type === 'ct' && plain.exec !== undefined) return { ...plain, exec: canonicalActions(plain.exec) };
    return plain;
  });
}

import { readProperties } from '../actions/property.ts';
import { decodeError } from '../openflow-error.ts';
import { type BodyCodec, choiceBody } from './base.ts';

/** Kinds of messages that a switch sends by itself, in the order of their properties. */
export const ASYNC_KINDS = [
  ...(['packet_in', 'port_status', 'flow_removed', 'role_status', 'table_status', 'requestforward'] as const),
] as const;
export type AsyncKind = (typeof ASYNC_KINDS)[number];

/** Which of them to send, by reason (bit 1 << reason), to a controller that is secondary and to one that is not. */
export interface AsyncConfig {
  readonly type: 'set_async' | 'get_async_reply';
  readonly primary: Readonly<Partial<Record<AsyncKind, number>>>;
  readonly secondary: Readonly<Partial<Record<AsyncKind, number>>>;
}

/** Reasons that there are, by kind: more are refused. */
const KNOWN_REASONS: Readonly<Record<AsyncKind, number>> = {
  packet_in: 0x3f,
  port_status: 0x07,
  flow_removed: 0x3f,
  role_status: 0x07,
  table_status: 0x18,
  requestforward: 0x03,
};

const OLD_KINDS: readonly AsyncKind[] = ['packet_in', 'port_status', 'flow_removed'];

/** OpenFlow 1.3 and Nicira's: pairs of masks for three kinds. */
const masks = (type: AsyncConfig['type']): BodyCodec<AsyncConfig> => ({
  read: (reader) => {
    const pairs = OLD_KINDS.map((kind) => [kind, reader.u32(), reader.u32()] as const);
    return {
      type,
      primary: Object.fromEntries(pairs.map(([kind, mask]) => [kind, mask])),
      secondary: Object.fromEntries(pairs.map(([kind, , mask]) => [kind, mask])),
    };
  },
  write: (writer, { primary, secondary }) => {
    for (const kind of OLD_KINDS) {
      writer.u32(primary[kind] ?? 0);
      writer.u32(secondary[kind] ?? 0);
    }
  },
});

/** OpenFlow 1.4: a property for each kind and role; secondary is even, primary odd. */
const properties = (type: AsyncConfig['type']): BodyCodec<AsyncConfig> => ({
  read: (reader, { policy }) => {
    const primary: Partial<Record<AsyncKind, number>> = {};
    const secondary: Partial<Record<AsyncKind, number>> = {};
    readProperties(reader, (number, body, start) => {
      const kind = ASYNC_KINDS[number >> 1];
      if (kind === undefined) throw decodeError('OFPACFC_UNSUPPORTED', start, `property ${number}`);
      const mask = body.u32();
      if ((mask & ~KNOWN_REASONS[kind]) !== 0 && policy === 'strict') {
        throw decodeError('OFPACFC_UNSUPPORTED', start, `reasons 0x${mask.toString(16)} of ${kind}`);
      }
      if ((number & 1) === 1) primary[kind] = mask;
      else secondary[kind] = mask;
    });
    return { type, primary, secondary };
  },
  write: (writer, config) => {
    for (const [at, kind] of ASYNC_KINDS.entries()) {
      for (const [odd, mask] of [config.secondary[kind], config.primary[kind]].entries()) {
        if (mask === undefined) continue;
        writer.u16(2 * at + odd);
        writer.u16(8);
        writer.u32(mask);
      }
    }
  },
});

export const asyncBody = (type: AsyncConfig['type']): BodyCodec<AsyncConfig> =>
  choiceBody(({ raw }) => (raw.least === 24 ? masks(type) : properties(type)));

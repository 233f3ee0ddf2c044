import type { UnknownPolicy } from '../oxm/decode-match.ts';
import type { Part } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import type { RawMessage } from './raw-messages.ts';

/** What a body's codec needs to know. */
export interface BodyContext {
  /** OpenFlow's version byte. */
  readonly version: number;
  readonly policy: UnknownPolicy;
  readonly raw: RawMessage;
  readonly xid: number;
}

/** Reads and writes the body of one type of message. */
export interface BodyCodec<B> {
  read(reader: Reader, context: BodyContext): B;
  write(writer: Writer, body: B, context: BodyContext): void;
}

/** A body that is one part. */
export function plainBody<B extends { readonly type: string }>(
  type: B['type'],
  part: Part<Omit<B, 'type'>>,
): BodyCodec<B> {
  return {
    read: (reader, { version }) => ({ type, ...part.read(reader, version) }) as B,
    write: (writer, body, { version }) => part.write(writer, body, version),
  };
}

/** A body without content. */
export function emptyBody<T extends string>(type: T): BodyCodec<{ readonly type: T }> {
  return { read: () => ({ type }), write: () => undefined };
}

/** A body by wire message's name and version. */
export function choiceBody<B>(choose: (context: BodyContext) => BodyCodec<B>): BodyCodec<B> {
  return {
    read: (reader, context) => choose(context).read(reader, context),
    write: (writer, body, context) => choose(context).write(writer, body, context),
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../messages/codec.ts';
import { MessageFrames } from './message-frames.ts';

/** A message of some type with a body of zeros. */
function message(type: number, length: number, xid: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 4);
  view.setUint8(1, type);
  view.setUint16(2, length);
  view.setUint32(4, xid);
  return bytes;
}

/** What comes out of chunks of these sizes, over and over. */
function framed(stream: Uint8Array, sizes: readonly number[]): number[][] {
  const found: number[][] = [];
  const frames = new MessageFrames((bytes) => found.push([...bytes]));
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    // A buffer that is used again, as the socket's is.
    const chunk = stream.slice(at, at + size);
    frames.push(chunk);
    chunk.fill(0xff);
    at += size;
  }
  return found;
}

describe('frames of a byte stream', () => {
  it('come out the same however the stream is cut', () => {
    const lengths = fc.array(fc.integer({ min: 8, max: 300 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (list, sizes) => {
        const messages = list.map((length, index) => message(2, length, index));
        const stream = new Uint8Array(messages.flatMap((bytes) => [...bytes]));
        expect(framed(stream, sizes)).toEqual(messages.map((bytes) => [...bytes]));
      }),
      { numRuns: 200 },
    );
  });

  it('may be as long as the length field says', () => {
    const long = message(2, 0xffff, 1);
    const stream = new Uint8Array([...long, ...message(3, 8, 2)]);
    for (const size of [1, 7, 9, 70_000])
      expect(framed(stream, [size]).map(({ length }) => length)).toEqual([65535, 8]);
  });

  it('share nothing with the buffer that they came in, a Buffer of Node too', () => {
    const received = Buffer.from(message(2, 16, 1));
    const copies: Uint8Array[] = [];
    new MessageFrames((bytes) => copies.push(bytes.slice())).push(received);
    const decoded = decodeMessage(received);
    received.fill(0xff);
    expect(copies).toEqual([message(2, 16, 1)]);
    expect(decoded).toEqual({ type: 'echo_request', version: 4, xid: 1, data: new Uint8Array(8) });
  });

  it('end where a header says less than itself, with the place in the stream', () => {
    const frames = new MessageFrames(() => undefined);
    frames.push(message(2, 16, 1));
    const broken = message(2, 8, 2);
    broken[3] = 7;
    expect(() => frames.push(broken)).toThrow(
      expect.objectContaining({ code: 'decode', ofp: 'OFPBRC_BAD_LEN', offset: 18 }),
    );
  });
});

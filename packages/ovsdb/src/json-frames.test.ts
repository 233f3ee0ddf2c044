import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFrames, type RowSink } from './json-frames.ts';

/** Feed bytes in the given pieces; what came out, or the error. */
function frames(
  bytes: Uint8Array,
  cuts: readonly number[],
  sink?: (head: string) => RowSink | undefined,
): { messages: string[]; pending: boolean } {
  const messages: string[] = [];
  const stream = new JsonFrames({ message: (text) => messages.push(text), rows: (head) => sink?.(head) });
  stream.expectRows = sink !== undefined;
  let at = 0;
  for (const cut of [...cuts.map((one) => one % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    // One buffer is used again and again, as a socket may.
    const chunk = Uint8Array.from(bytes.subarray(at, cut));
    stream.push(chunk);
    chunk.fill(0x7b);
    at = cut;
  }
  return { messages, pending: stream.pending };
}

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('JsonFrames', () => {
  it('cuts a stream into its objects wherever the chunks fall', () => {
    const spaces = fc.constantFrom('', ' ', '\n', '\r\n\t');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(object, spaces, fc.boolean())),
        fc.array(fc.nat(), { maxLength: 30 }),
        (parts, cuts) => {
          const texts = parts.map(([value, , pretty]) => JSON.stringify(value, undefined, pretty ? 2 : 0));
          const bytes = encode(texts.map((text, index) => text + (parts[index]?.[1] ?? '')).join(''));
          expect(frames(bytes, cuts)).toEqual({ messages: texts, pending: false });
        },
      ),
    );
  });

  it('holds back half an object', () => {
    expect(frames(encode('{"a":1}{"b":["}'), [3])).toEqual({ messages: ['{"a":1}'], pending: true });
  });

  it('refuses what begins no object', () => {
    for (const garbage of ['x', '[1]', '{"a":1},', '\u0000', 'HTTP/1.1 400'])
      expect(() => frames(encode(garbage), [])).toThrow(/where a JSON object was to begin/);
  });

  it('gives rows to a sink as they arrive, and the message without them', () => {
    const tables = {
      A: { '1': { initial: { x: '}{"\\' } }, '2': { initial: {} } },
      B: {},
      C: { '3': { initial: { y: ['set', []] } } },
    };
    const text = JSON.stringify({ id: 7, result: [false, 'txn', tables], error: null });
    const bytes = encode(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const seen: string[] = [];
      const sink: RowSink = { table: (name) => seen.push(name), tryRow: () => -1, row: (row) => seen.push(row) };
      const { messages } = frames(bytes, [cut], (head) => (head.endsWith('"txn",') ? sink : undefined));
      expect(messages.map((message) => JSON.parse(message))).toEqual([
        { id: 7, result: [false, 'txn', {}], error: null },
      ]);
      expect(seen).toEqual([
        'A',
        '"1":{"initial":{"x":"}{\\"\\\\"}}',
        '"2":{"initial":{}}',
        'B',
        'C',
        '"3":{"initial":{"y":["set",[]]}}',
      ]);
    }
  });

  it('looks at each byte once: 200 MB in one string, and in many small chunks', () => {
    const messages: number[] = [];
    const stream = new JsonFrames({ message: (text) => messages.push(text.length), rows: () => undefined });
    const body = new Uint8Array(1 << 16).fill(0x61);
    stream.push(encode('{"a":"'));
    for (let sent = 0; sent < 200e6; sent += body.length) stream.push(body);
    stream.push(encode('"}'));
    expect(messages).toEqual([200_015_872 + 8]);
    const small = body.subarray(0, 7);
    stream.push(encode('{"a":"'));
    for (let sent = 0; sent < 7_000_000; sent += small.length) stream.push(small);
    stream.push(encode('"}'));
    expect(messages[1]).toBe(7_000_008);
  });
});

import { decodeError } from '../openflow-error.ts';

const HEADER_BYTES = 8;
/** The length field has 16 bits. */
const MOST_BYTES = 0xffff;

/**
 * Cuts a byte stream into messages. A byte is copied at most once, and only where a message lies across chunks. A message is valid
 * only during the call that gives it.
 */
export class MessageFrames {
  readonly #onMessage: (bytes: Uint8Array) => void;
  #partial: Uint8Array | undefined;
  #held = 0;
  #offset = 0;

  constructor(onMessage: (bytes: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  /**
   * Bytes of the stream. Throws a `decode` error where a header says less than its own 8 bytes, its offset counted from the
   * stream's begin: where the next message begins cannot be known then.
   */
  push(received: Uint8Array): void {
    // A Buffer of Node is a Uint8Array whose slice() is no copy.
    const chunk = new Uint8Array(received.buffer, received.byteOffset, received.byteLength);
    let at = this.#held > 0 ? this.#complete(chunk) : 0;
    while (chunk.length - at >= HEADER_BYTES) {
      const length = this.#lengthAt(chunk, at);
      if (chunk.length - at < length) break;
      this.#deliver(chunk.subarray(at, at + length));
      at += length;
    }
    if (at < chunk.length) this.#hold(chunk, at, chunk.length);
  }

  /** Adds to the message that the chunks before began; gives where the next one begins. */
  #complete(chunk: Uint8Array): number {
    const header = Math.min(chunk.length, Math.max(0, HEADER_BYTES - this.#held));
    let at = 0;
    if (header > 0) {
      this.#hold(chunk, 0, header);
      at = header;
      if (this.#held < HEADER_BYTES) return at;
    }
    const partial = this.#partial ?? new Uint8Array(MOST_BYTES);
    const length = this.#lengthAt(partial, 0);
    const end = Math.min(chunk.length, at + length - this.#held);
    this.#hold(chunk, at, end);
    if (this.#held === length) {
      this.#held = 0;
      this.#deliver(partial.subarray(0, length));
    }
    return end;
  }

  #hold(chunk: Uint8Array, start: number, end: number): void {
    this.#partial ??= new Uint8Array(MOST_BYTES);
    this.#partial.set(chunk.subarray(start, end), this.#held);
    this.#held += end - start;
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length >= HEADER_BYTES) return length;
    throw decodeError('OFPBRC_BAD_LEN', this.#offset + 2, `a message of ${length} bytes: it has at least 8`);
  }

  #deliver(message: Uint8Array): void {
    this.#offset += message.length;
    this.#onMessage(message);
  }
}

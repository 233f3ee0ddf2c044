import type { OfpErrorName } from '../errors/ofp-error.ts';
import { decodeError } from '../openflow-error.ts';

/** Reads big-endian values from a window of a message. Reading past the window is a `decode` error with the offset. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offset: number;
  end: number;

  constructor(
    bytes: Uint8Array,
    offset = 0,
    end = bytes.length,
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  ) {
    this.bytes = bytes;
    this.view = view;
    this.offset = offset;
    this.end = end;
  }

  get left(): number {
    return this.end - this.offset;
  }

  /** Moves over `length` bytes and gives where they began. */
  take(length: number, ofp: OfpErrorName = 'OFPBRC_BAD_LEN'): number {
    const at = this.offset;
    if (length < 0 || at + length > this.end) {
      throw decodeError(ofp, at, `${length} bytes are needed, ${this.end - at} are there`);
    }
    this.offset = at + length;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  u16(): number {
    return this.view.getUint16(this.take(2));
  }
  u32(): number {
    return this.view.getUint32(this.take(4));
  }
  u64(): bigint {
    return this.view.getBigUint64(this.take(8));
  }
  skip(length: number): void {
    this.take(length);
  }

  /** A copy: decoded values never look into the buffer that they came from. */
  copy(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.slice(at, at + length);
  }

  /** An unsigned number of any length up to the end. */
  big(length: number): bigint {
    return readBig(this.view, this.take(length), length);
  }

  /** A reader of the next `length` bytes, which this one moves over. */
  window(length: number, ofp: OfpErrorName = 'OFPBRC_BAD_LEN'): Reader {
    const at = this.take(length, ofp);
    return new Reader(this.bytes, at, at + length, this.view);
  }

  /** Whether every byte from here to the end is zero. */
  restIsZero(): boolean {
    for (let at = this.offset; at < this.end; at++) if (this.bytes[at] !== 0) return false;
    return true;
  }
}

/** An unsigned big-endian number of `length` bytes. */
export function readBig(view: DataView, at: number, length: number): bigint {
  if (length === 8) return view.getBigUint64(at);
  if (length === 6) return BigInt(view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2));
  if (length === 16) return (view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8);
  let value = 0n;
  let done = 0;
  for (; done + 8 <= length; done += 8) value = (value << 64n) | view.getBigUint64(at + done);
  for (; done < length; done++) value = (value << 8n) | BigInt(view.getUint8(at + done));
  return value;
}

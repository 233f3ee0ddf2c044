/**
 * Writes big-endian values into one buffer that grows. Encoders share it: nothing is allocated per field, and lengths
 * are patched when known.
 */
export class Writer {
  bytes: Uint8Array;
  view: DataView;
  length = 0;

  constructor(capacity = 256) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes and gives where they begin. Their content is undefined. */
  grow(count: number): number {
    const at = this.length;
    const length = at + count;
    if (length > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.bytes.length * 2, length));
      bytes.set(this.bytes.subarray(0, at));
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer);
    }
    this.length = length;
    return at;
  }

  u8(value: number): void {
    const at = this.grow(1);
    this.view.setUint8(at, value);
  }
  u16(value: number): void {
    const at = this.grow(2);
    this.view.setUint16(at, value);
  }
  u32(value: number): void {
    const at = this.grow(4);
    this.view.setUint32(at, value);
  }
  u64(value: bigint): void {
    const at = this.grow(8);
    this.view.setBigUint64(at, value);
  }
  zeros(count: number): void {
    const at = this.grow(count);
    this.bytes.fill(0, at, at + count);
  }
  put(bytes: Uint8Array): void {
    const at = this.grow(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** An unsigned number in `length` bytes; higher bits are dropped. */
  big(value: bigint, length: number): void {
    const at = this.grow(length);
    if (length === 8) this.view.setBigUint64(at, value);
    else if (length === 16) {
      this.view.setBigUint64(at, value >> 64n);
      this.view.setBigUint64(at + 8, value);
    } else if (length === 6) {
      const number = Number(value);
      this.view.setUint16(at, Math.floor(number / 2 ** 32));
      this.view.setUint32(at + 2, number >>> 0);
    } else {
      let rest = value;
      for (let byte = length - 1; byte >= 0; byte--) {
        this.view.setUint8(at + byte, Number(rest & 0xffn));
        rest >>= 8n;
      }
    }
  }

  /** Zero bytes up to a multiple of 8 counted from `start`. */
  pad8(start: number): void {
    const over = (this.length - start) & 7;
    if (over !== 0) this.zeros(8 - over);
  }

  setU16(at: number, value: number): void {
    this.view.setUint16(at, value);
  }

  /** A copy of what was written from `start` on. */
  slice(start = 0): Uint8Array {
    return this.bytes.slice(start, this.length);
  }
}

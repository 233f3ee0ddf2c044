/** Grows an array of bytes; numbers are big-endian. */
export class ByteWriter {
  private readonly list: number[] = [];

  get length(): number {
    return this.list.length;
  }

  u8(value: number): this {
    this.list.push(value & 0xff);
    return this;
  }

  u16(value: number): this {
    return this.u8(value >>> 8).u8(value);
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value);
  }

  /** The low `bytes` bytes of `value`. */
  integer(value: bigint, bytes: number): this {
    for (let shift = BigInt(8 * (bytes - 1)); shift >= 0n; shift -= 8n) this.u8(Number((value >> shift) & 0xffn));
    return this;
  }

  bytes(bytes: Iterable<number>): this {
    for (const byte of bytes) this.list.push(byte);
    return this;
  }

  /** UTF-8. */
  text(text: string): this {
    return this.bytes(utf8(text));
  }

  zeros(count: number): this {
    for (let n = 0; n < count; n++) this.list.push(0);
    return this;
  }

  result(): Uint8Array {
    return Uint8Array.from(this.list);
  }
}

/** The UTF-8 bytes of `text`. */
export function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else
      bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return bytes;
}

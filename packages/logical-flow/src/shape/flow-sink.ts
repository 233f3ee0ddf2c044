/** Collects encoded messages one behind the other. */
export class FlowSink {
  bytes: Uint8Array;
  length = 0;
  /** Messages so far. */
  messages = 0;

  constructor(capacity = 65536) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` bytes and gives where they begin. */
  reserve(count: number): number {
    const at = this.length;
    const length = at + count;
    if (length > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.bytes.length * 2, length));
      bytes.set(this.bytes.subarray(0, at));
      this.bytes = bytes;
    }
    this.length = length;
    return at;
  }

  /** Adds `messages` messages that are encoded already. */
  put(bytes: Uint8Array, messages: number): number {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    this.messages += messages;
    return at;
  }

  /** Forgets everything, keeping the memory. */
  clear(): void {
    this.length = 0;
    this.messages = 0;
  }
}

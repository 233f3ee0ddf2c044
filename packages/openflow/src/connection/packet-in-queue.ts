import type { Message } from '../messages/message.ts';
import type { PacketIn } from '../messages/packet.ts';

/** A packet-in with its header. */
export type PacketInMessage = Extract<Message, PacketIn>;

/** Packet-ins in their order, over reconnects. Ends with the connection's close; its signal's abort ends it, too. */
export interface PacketIns extends AsyncIterableIterator<PacketInMessage, undefined, undefined> {
  /** Packet-ins that came while the queue was full and are lost. */
  readonly dropped: number;
  /** Packet-ins that wait for the reader. */
  readonly size: number;
}

/** A bounded queue between the connection, which never waits, and a reader. What comes while it is full is dropped and counted. */
export class PacketInQueue implements PacketIns {
  dropped = 0;
  readonly #capacity: number;
  readonly #ring: PacketInMessage[] = [];
  #first = 0;
  readonly #readers: ((result: IteratorResult<PacketInMessage, undefined>) => void)[] = [];
  readonly #onEnd: (queue: PacketInQueue) => void;
  #over = false;

  constructor(capacity: number, onEnd: (queue: PacketInQueue) => void) {
    this.#capacity = capacity;
    this.#onEnd = onEnd;
  }

  get size(): number {
    return this.#ring.length - this.#first;
  }

  push(value: PacketInMessage): void {
    if (this.#over) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader({ value, done: false });
    else if (this.size >= this.#capacity) this.dropped++;
    else this.#ring.push(value);
  }

  next(): Promise<IteratorResult<PacketInMessage, undefined>> {
    const value = this.#ring[this.#first];
    if (value !== undefined) {
      this.#first++;
      // Moves the rest once half is read: linear over the queue's life.
      if (this.#first * 2 >= this.#ring.length) {
        this.#ring.splice(0, this.#first);
        this.#first = 0;
      }
      return Promise.resolve({ value, done: false });
    }
    if (this.#over) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** No more come; what waits can still be read. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd(this);
    for (const reader of this.#readers.splice(0)) reader({ value: undefined, done: true });
  }

  return(): Promise<IteratorResult<PacketInMessage, undefined>> {
    this.#ring.length = this.#first = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

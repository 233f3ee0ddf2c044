/** Taken numbers of a range from 0, at most 2^24 of them: the lowest free one is found in at most five steps. */
const fanOut = 32;
const full = 0xffffffff;

/** How many numbers one bitmap can hand out; larger ranges hand out only their beginning. */
export const bitmapLimit = 2 ** 24;

/**
 * A tree of bitmaps. A bit of the lowest level is a number that is taken, a bit of a level above says that a whole word
 * below is taken. Levels grow with the highest number taken, so a large range costs nothing until it is used.
 */
export class IndexBitmap {
  readonly size: number;
  /** Words read or written so far: the cost in steps, for tests. */
  steps = 0;
  readonly #levels: Uint32Array<ArrayBuffer>[] = [new Uint32Array(1)];
  #count = 0;

  /** Numbers run from 0 to `size` − 1; beyond {@link bitmapLimit} they exist but are not handed out. */
  constructor(size: number | bigint) {
    this.size = Math.min(Number(size), bitmapLimit);
  }

  /** How many numbers are taken. */
  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    const word = this.#levels[0]?.[Math.floor(index / fanOut)] ?? 0;
    return ((word >>> (index % fanOut)) & 1) === 1;
  }

  /** The lowest free number; undefined when all are taken. */
  lowestFree(): number | undefined {
    let word = 0;
    for (let level = this.#levels.length - 1; level >= 0; level -= 1) {
      this.steps += 1;
      const bits = this.#levels[level]?.[word] ?? 0;
      // All of the tree is taken: the next number is the first beyond it.
      if (bits === full) return this.#below(fanOut ** this.#levels.length);
      word = word * fanOut + lowestZero(bits);
    }
    return this.#below(word);
  }

  /** Takes a number from 0 to `size` − 1. */
  add(index: number): void {
    if (this.has(index)) return;
    this.#count += 1;
    this.#grow(index);
    let position = index;
    for (const words of this.#levels) {
      const word = Math.floor(position / fanOut);
      this.steps += 1;
      const bits = ((words[word] ?? 0) | (1 << (position % fanOut))) >>> 0;
      words[word] = bits;
      if (bits !== full) return;
      position = word;
    }
  }

  /** Frees a number. */
  delete(index: number): void {
    if (!this.has(index)) return;
    this.#count -= 1;
    let position = index;
    for (const words of this.#levels) {
      const word = Math.floor(position / fanOut);
      this.steps += 1;
      const before = words[word] ?? 0;
      words[word] = (before & ~(1 << (position % fanOut))) >>> 0;
      if (before !== full) return;
      position = word;
    }
  }

  #below(index: number): number | undefined {
    return index < this.size ? index : undefined;
  }

  /** Makes room for a number: more levels above, and words on each level (doubling, so that growth is amortised). */
  #grow(index: number): void {
    while (fanOut ** this.#levels.length <= index) {
      const top = new Uint32Array(1);
      // The former top word becomes the first of its level: its bit tells whether all of it is taken.
      if (this.#levels.at(-1)?.[0] === full) top[0] = 1;
      this.#levels.push(top);
    }
    let words = index;
    for (const [level, array] of this.#levels.entries()) {
      words = Math.floor(words / fanOut);
      if (words < array.length) continue;
      const larger = new Uint32Array(Math.max(words + 1, array.length * 2));
      larger.set(array);
      this.#levels[level] = larger;
    }
  }
}

/** Position of the lowest zero bit of a word that has one. */
function lowestZero(word: number): number {
  const free = ~word;
  return 31 - Math.clz32(free & -free);
}

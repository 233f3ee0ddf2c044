const size = 2048;
const trial = 1024;

/**
 * Strings that were read before, found by their bytes, so that a text repeated in a hundred thousand rows is decoded once
 * and kept once. Direct-mapped: a collision evicts. A pool that mostly misses (unique texts) switches itself off.
 */
export class StringPool {
  /** False once trying is not worth while. */
  active = true;
  private readonly forNames: boolean;
  private readonly slots = new Array<string>(size).fill('');
  private lookups = 0;
  private hits = 0;

  /** `forNames`: the texts become property names of maps. */
  constructor(forNames = false) {
    this.forNames = forNames;
  }

  /** The text of ASCII bytes `[start, end)`, whose hash the caller made while it looked for the end. */
  text(bytes: Buffer, start: number, end: number, hash: number): string {
    const slot = (hash ^ (hash >>> 11)) & (size - 1);
    const known = this.slots[slot];
    if (++this.lookups === trial) this.review();
    if (known !== undefined && known.length === end - start && same(known, bytes, start)) {
      this.hits++;
      return known;
    }
    const text = bytes.toString('latin1', start, end);
    const made = this.forNames ? internalized(text) : text;
    this.slots[slot] = made;
    return made;
  }

  private review(): void {
    this.active = this.hits * 2 > this.lookups;
    this.lookups = 0;
    this.hits = 0;
    if (!this.active) this.slots.fill('');
  }
}

function same(text: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

/** The engine's own copy of a text, as property names are: storing under it needs no further look-up. */
function internalized(text: string): string {
  return Object.keys({ [text]: 0 })[0] ?? text;
}

/** Bits of encoded flows that are a hole's value. */
export interface Patch {
  /** Place of the hole in the values to fill in. */
  readonly value: number;
  /** First bit, counted from the first byte's highest. */
  readonly bit: number;
  readonly width: number;
  /** Lower bits of the value that are not here. */
  readonly shift: number;
  /** Added to the value: a conjunction's number within its logical flow. */
  readonly addend: number;
}

/** A value that may be anywhere in the bytes. */
export interface PatchValue {
  /** Its place among the values that are filled in. */
  readonly place: number;
  readonly width: number;
  /** What it is in the first and in the second of two encodings: every bit is another. */
  readonly first: bigint;
  /** Lower bits of the value that this is without: a part of a value may stand alone. */
  readonly shift?: number;
  /** The bits behind it, 16, are a number that is added: a conjunction id's lower half. */
  readonly numbered?: true;
}

function bitsAt(bytes: Uint8Array, bit: number, width: number): bigint {
  let value = 0n;
  const end = bit + width;
  for (let byte = bit >> 3; byte < (end + 7) >> 3; byte++) value = (value << 8n) | BigInt(bytes[byte] ?? 0);
  return (value >> BigInt((8 - (end & 7)) & 7)) & ((1n << BigInt(width)) - 1n);
}

/** Whether all `width` bits from `bit` on differ between the encodings. */
function allDiffer(first: Uint8Array, second: Uint8Array, bit: number, width: number): boolean {
  return bitsAt(first, bit, width) === (bitsAt(second, bit, width) ^ ((1n << BigInt(width)) - 1n));
}

/**
 * Where the values are, found by comparing two encodings that differ in every bit of every value and nothing else.
 * Undefined: there is a difference that no value explains.
 */
export function findPatches(first: Uint8Array, second: Uint8Array, values: readonly PatchValue[]): Patch[] | undefined {
  if (first.length !== second.length) return undefined;
  const order = [...values].sort((a, b) => b.width - a.width);
  const patches: Patch[] = [];
  let bit = 0;
  while (bit < first.length * 8) {
    if ((bit & 7) === 0 && first[bit >> 3] === second[bit >> 3]) {
      bit += 8;
      continue;
    }
    if (bitsAt(first, bit, 1) === bitsAt(second, bit, 1)) {
      bit++;
      continue;
    }
    const at = bit;
    const found = order.find(
      ({ width, first: pattern }) =>
        at + width <= first.length * 8 && bitsAt(first, at, width) === pattern && allDiffer(first, second, at, width),
    );
    if (found === undefined) return undefined;
    if (found.numbered === true) {
      patches.push({ value: found.place, bit, width: 32, shift: 0, addend: Number(bitsAt(first, bit + 16, 16)) });
      bit += 32;
    } else {
      patches.push({ value: found.place, bit, width: found.width, shift: found.shift ?? 0, addend: 0 });
      bit += found.width;
    }
  }
  return patches;
}

/** Writes the low `width` bits of `value` at `bit` bits behind `base`. */
export function patchNumber(bytes: Uint8Array, base: number, bit: number, width: number, value: number): void {
  let at = base + (bit >> 3);
  if ((bit & 7) === 0 && (width & 7) === 0) {
    let rest = value;
    for (at += (width >> 3) - 1; at >= base + (bit >> 3); at--) {
      bytes[at] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
    return;
  }
  patchBits(bytes, base, bit, width, BigInt(value));
}

/** As {@link patchNumber}, for values of any width. */
export function patchBigint(bytes: Uint8Array, base: number, bit: number, width: number, value: bigint): void {
  if ((bit & 7) !== 0 || (width & 7) !== 0) {
    patchBits(bytes, base, bit, width, value);
    return;
  }
  const start = base + (bit >> 3);
  let rest = value;
  let at = start + (width >> 3) - 1;
  for (; at - 4 >= start - 1; at -= 4) {
    const low = Number(rest & 0xffffffffn);
    bytes[at] = low & 0xff;
    bytes[at - 1] = (low >>> 8) & 0xff;
    bytes[at - 2] = (low >>> 16) & 0xff;
    bytes[at - 3] = low >>> 24;
    rest >>= 32n;
  }
  for (; at >= start; at--) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

function patchBits(bytes: Uint8Array, base: number, bit: number, width: number, value: bigint): void {
  for (let n = 0; n < width; n++) {
    const place = bit + width - 1 - n;
    const byte = base + (place >> 3);
    const mask = 0x80 >> (place & 7);
    const old = bytes[byte] ?? 0;
    bytes[byte] = ((value >> BigInt(n)) & 1n) === 1n ? old | mask : old & ~mask;
  }
}

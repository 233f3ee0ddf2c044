const offsetBasis = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/**
 * The name of a row whose natural name OVN would not take in an expression (port groups, address sets): `a` and the
 * decimal FNV-1a hash, 64 bits, of its id.
 */
export function hashName(id: string): string {
  let hash = offsetBasis;
  for (const byte of utf8(id)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime);
  return `a${hash}`;
}

function* utf8(text: string): Generator<number> {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) yield code;
    else if (code < 0x800) yield* [0xc0 | (code >> 6), 0x80 | (code & 0x3f)];
    else if (code < 0x10000) yield* [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
    else yield* [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
  }
}

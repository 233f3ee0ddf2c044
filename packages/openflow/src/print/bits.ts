/** Names of set bits, lowest first, with those that have no name in hex behind; `0` where none is set. */
export function bitNames(bits: number, names: Readonly<Record<number, string>>, separator = ' '): string {
  if (bits === 0) return '0';
  const found: string[] = [];
  let rest = bits >>> 0;
  for (let bit = 0; bit < 32; bit++) {
    const name = names[bit];
    if ((bits & (1 << bit)) === 0 || name === undefined) continue;
    found.push(name);
    rest = (rest & ~(1 << bit)) >>> 0;
  }
  if (rest !== 0) found.push(`0x${rest.toString(16)}`);
  return found.join(separator);
}

/** `1.048s`: milliseconds where that is exact, else as many decimals as it takes. */
export function formatDuration(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return `${seconds}s`;
  if (nanoseconds % 1_000_000 === 0) return `${seconds}.${String(nanoseconds / 1_000_000).padStart(3, '0')}s`;
  return `${seconds}.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}s`;
}

/** Names of flag bits, lowest first; undefined for bits without. */
export type FlagNames = readonly (string | undefined)[];

export const CT_STATE_FLAGS: FlagNames = ['new', 'est', 'rel', 'rpl', 'inv', 'trk', 'snat', 'dnat'];
export const TCP_FLAGS: FlagNames = [
  ...['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr', 'ns', '[200]', '[400]', '[800]'],
];
export const TUNNEL_FLAGS: FlagNames = ['oam'];

/** `a|b`, with bits that have no name in hex; `0` where none is set. */
export function formatFlags(names: FlagNames, flags: number, separator = '|'): string {
  if (flags === 0) return '0';
  const parts: string[] = [];
  let rest = flags;
  for (const [bit, name] of names.entries()) {
    if (name !== undefined && (rest & (1 << bit)) !== 0) {
      parts.push(name);
      rest &= ~(1 << bit);
    }
  }
  if (rest !== 0) parts.push(`0x${(rest >>> 0).toString(16)}`);
  return parts.join(separator);
}

/** `+a-b` for some bits, `a|b` where all of `all` are matched. */
export function formatFlagsMasked(names: FlagNames, flags: number, mask: number, all: number): string {
  if (mask === all) return formatFlags(names, flags);
  if (mask === 0) return '0/0';
  let text = '';
  for (let bit = 0; bit < 32; bit++) {
    if ((mask & (1 << bit)) === 0) continue;
    text += `${(flags & (1 << bit)) !== 0 ? '+' : '-'}${names[bit] ?? '[Unknown]'}`;
  }
  return text;
}

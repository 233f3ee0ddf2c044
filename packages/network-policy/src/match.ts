/**
 * An OVN expression in the making: a comparison, or others joined. OVN takes no `&&` beside `||` without parentheses;
 * `matchText` sets them.
 */
export type Match =
  | string
  | { readonly kind: 'all'; readonly of: readonly Match[] }
  | { readonly kind: 'any'; readonly of: readonly Match[] };

export const all = (...of: readonly Match[]): Match => joined('all', of);
export const any = (...of: readonly Match[]): Match => joined('any', of);

function joined(kind: 'all' | 'any', of: readonly Match[]): Match {
  const flat = of.flatMap((each) => (typeof each !== 'string' && each.kind === kind ? each.of : [each]));
  const [only] = flat;
  return flat.length === 1 && only !== undefined ? only : { kind, of: flat };
}

export function matchText(match: Match): string {
  if (typeof match === 'string') return match;
  const parts = match.of.map((each) => (typeof each === 'string' ? each : `(${matchText(each)})`));
  return parts.join(match.kind === 'all' ? ' && ' : ' || ');
}

/** A constant of a comparison: one, or a set in its order. */
export const constants = (values: readonly (string | number)[]): string =>
  values.length === 1 ? String(values[0]) : `{${values.join(', ')}}`;

import { LogicalFlowError } from '../error.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { type Expression, FALSE, junction, type NumericComparison, TRUE } from './expression.ts';
import { bitRange } from './print.ts';

/** A comparison without what no longer holds once its value is taken apart. */
function plain(comparison: NumericComparison, value: bigint, mask: bigint): NumericComparison {
  const { symbol, origins } = comparison;
  return { kind: 'comparison', symbol, operator: '==', value, mask, origins };
}

/** The bits above `bit` as they are, `bit` turned, and any bits below. */
function turnedAt(comparison: NumericComparison, bit: bigint): NumericComparison {
  const below = bit - 1n;
  return plain(comparison, (comparison.value ^ bit) & ~below, comparison.mask & ~below);
}

/** `f != 5`: there is a highest bit that differs. As prefixes, no two terms overlap, and another constraint on `f` leaves few. */
function simplifyNotEqual(comparison: NumericComparison): Expression {
  const terms: Expression[] = [];
  for (let bit = 1n, rest = comparison.mask; rest !== 0n; bit <<= 1n, rest >>= 1n) {
    if ((rest & 1n) === 1n) terms.push(turnedAt(comparison, bit));
  }
  return junction('or', terms);
}

/** `f < 5` and the like as an OR of prefixes, one for each bit that could be turned towards the other side. */
function simplifyOrder(comparison: NumericComparison): Expression {
  const { operator, value, mask } = comparison;
  const range = bitRange(mask);
  if (range === undefined) return FALSE;
  const less = operator === '<' || operator === '<=';
  const orEqual = operator === '<=' || operator === '>=';
  // Everything is >= the least value and <= the greatest.
  if (orEqual && value === (less ? mask : 0n)) return TRUE;
  const terms: Expression[] = orEqual ? [plain(comparison, value, mask)] : [];
  for (let n = range.start; n < range.start + range.width; n++) {
    const bit = 1n << BigInt(n);
    if (((value & bit) !== 0n) !== less) continue;
    terms.push(turnedAt(comparison, bit));
  }
  return junction('or', terms);
}

function simplifyComparison(comparison: NumericComparison): Expression {
  switch (comparison.operator) {
    case '==':
      return comparison.mask === 0n ? TRUE : comparison;
    case '!=':
      return simplifyNotEqual(comparison);
    default:
      return simplifyOrder(comparison);
  }
}

/** An equivalent expression whose numeric comparisons are all `==`. */
export function simplify(expression: Expression, limits: Limits = DEFAULT_LIMITS): Expression {
  let left = limits.comparisons;
  const visit = (term: Expression): Expression => {
    if (term.kind === 'and' || term.kind === 'or') return junction(term.kind, term.terms.map(visit));
    if (term.kind !== 'comparison') return term;
    const simple = simplifyComparison(term);
    left -= simple.kind === 'or' ? simple.terms.length : 1;
    if (left < 0) {
      throw new LogicalFlowError(
        'limit',
        `The expression has more than ${limits.comparisons} comparisons when simplified.`,
      );
    }
    return simple;
  };
  return visit(expression);
}

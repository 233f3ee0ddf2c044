import type { OvnSymbol } from '../symbol.ts';
import type { Budget } from './budget.ts';
import {
  type Expression,
  FALSE,
  junction,
  type NumericComparison,
  type Origin,
  type StringComparison,
  TRUE,
} from './expression.ts';

/** Above this many comparisons times distinct masks, subsets are left in: they do no harm. */
const MAX_SUPERSET_WORK = 20_000_000;

function mergedOrigins(a: readonly Origin[], b: readonly Origin[]): readonly Origin[] {
  const extra = b.filter(
    (origin) =>
      !a.some((known) => known.start === origin.start && known.end === origin.end && known.via === origin.via),
  );
  return extra.length === 0 ? a : [...a, ...extra];
}

/** Both comparisons at once, or undefined where they contradict each other. */
function intersect(a: NumericComparison, b: NumericComparison, budget: Budget): NumericComparison | undefined {
  const common = a.mask & b.mask;
  if ((a.value & common) !== (b.value & common)) {
    budget.entangle(a.member);
    budget.entangle(b.member);
    return undefined;
  }
  budget.entangle(a.member);
  budget.entangle(b.member);
  const holes = [...(a.holes ?? []), ...(b.holes ?? [])];
  return {
    kind: 'comparison',
    symbol: a.symbol,
    operator: '==',
    value: a.value | b.value,
    mask: a.mask | b.mask,
    origins: mergedOrigins(a.origins, b.origins),
    ...(holes.length === 0 ? {} : { holes }),
  };
}

function byValue(a: NumericComparison, b: NumericComparison): number {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.mask === b.mask ? 0 : a.mask < b.mask ? -1 : 1;
}

/**
 * Without comparisons that a broader one implies. `list` is without duplicates. Members of address sets neither go nor make others
 * go: they come and go by themselves.
 */
function withoutSubsets(list: readonly NumericComparison[]): readonly NumericComparison[] {
  const valuesOf = new Map<bigint, Set<bigint>>();
  for (const { mask, value, member } of list) {
    if (member !== undefined) continue;
    const values = valuesOf.get(mask) ?? new Set();
    values.add(value);
    valuesOf.set(mask, values);
  }
  if (valuesOf.size < 2 || list.length * valuesOf.size > MAX_SUPERSET_WORK) return list;
  return list.filter((comparison) => {
    if (comparison.member !== undefined) return true;
    for (const [mask, values] of valuesOf) {
      if (mask !== comparison.mask && (mask & comparison.mask) === mask && values.has(comparison.value & mask))
        return false;
    }
    return true;
  });
}

/** An OR of numeric comparisons over one symbol: sorted, without duplicates and subsets. */
function disjunction(list: readonly NumericComparison[], budget: Budget): Expression {
  const sorted = [...list].sort(byValue);
  const distinct: NumericComparison[] = [];
  for (const comparison of sorted) {
    const last = distinct.at(-1);
    if (last !== undefined && byValue(last, comparison) === 0) {
      if (last.member?.set !== comparison.member?.set) {
        budget.entangle(last.member);
        budget.entangle(comparison.member);
      }
    } else {
      distinct.push(comparison);
    }
  }
  return junction('or', withoutSubsets(distinct));
}

function numericTerms(expression: Expression): readonly NumericComparison[] {
  const terms = expression.kind === 'or' ? expression.terms : [expression];
  return terms.filter((term): term is NumericComparison => term.kind === 'comparison');
}

function products(
  as: readonly NumericComparison[],
  bs: readonly NumericComparison[],
  budget: Budget,
): NumericComparison[] {
  budget.spend(as.length * bs.length);
  const result: NumericComparison[] = [];
  for (const a of as) {
    for (const b of bs) {
      const both = intersect(a, b, budget);
      if (both !== undefined) result.push(both);
    }
  }
  return result;
}

/** `a && (b || c) && …` over one numeric symbol as one OR: every way to choose one term of each. */
function crushNumericAnd(terms: readonly Expression[], symbol: OvnSymbol, budget: Budget): Expression {
  const single: NumericComparison[] = [];
  const choices: (readonly NumericComparison[])[] = [];
  for (const term of terms) {
    const crushed = crush(term, symbol, budget);
    if (crushed.kind === 'boolean') {
      if (!crushed.value) return FALSE;
    } else if (crushed.kind === 'comparison') {
      single.push(crushed);
    } else {
      choices.push(numericTerms(crushed));
    }
  }
  let product: readonly NumericComparison[] | undefined;
  for (const comparison of single) {
    product = product === undefined ? [comparison] : products(product, [comparison], budget);
  }
  for (const [index, choice] of choices.entries()) {
    if (product === undefined) product = choice;
    else product = products(product, choice, budget);
    // One choice alone has no subsets that it had not before.
    if (index > 0) product = numericTerms(disjunction(product, budget));
  }
  if (product === undefined) return TRUE;
  return product.length === 0 ? FALSE : junction('or', product);
}

function stringTerms(expression: Expression): readonly StringComparison[] {
  const terms = expression.kind === 'or' ? expression.terms : [expression];
  return terms.filter((term): term is StringComparison => term.kind === 'string');
}

/** An AND over one string symbol: the names that every term allows. */
function crushStringAnd(terms: readonly Expression[], symbol: OvnSymbol, budget: Budget): Expression {
  let allowed: readonly StringComparison[] | undefined;
  for (const term of terms) {
    const crushed = crush(term, symbol, budget);
    if (crushed.kind === 'boolean') {
      if (!crushed.value) return FALSE;
      continue;
    }
    const choices = stringTerms(crushed);
    for (const choice of [...(allowed ?? []), ...(terms.length > 1 ? choices : [])]) budget.entangle(choice.member);
    if (allowed === undefined) {
      allowed = choices;
      continue;
    }
    const names = new Map(choices.map((choice) => [choice.text, choice]));
    allowed = allowed.flatMap((comparison) => {
      const other = names.get(comparison.text);
      return other === undefined ? [] : [{ ...comparison, origins: mergedOrigins(comparison.origins, other.origins) }];
    });
    if (allowed.length === 0) return FALSE;
  }
  return allowed === undefined ? TRUE : junction('or', allowed);
}

function crushOr(terms: readonly Expression[], symbol: OvnSymbol, budget: Budget): Expression {
  budget.spend(terms.length);
  const flat = junction(
    'or',
    terms.map((term) => crush(term, symbol, budget)),
  );
  if (flat.kind !== 'or') return flat;
  if (symbol.width > 0) return disjunction(numericTerms(flat), budget);
  const distinct = new Map<string, StringComparison>();
  for (const comparison of stringTerms(flat)) {
    const known = distinct.get(comparison.text);
    if (known === undefined) {
      distinct.set(comparison.text, comparison);
    } else if (known.member?.set !== comparison.member?.set) {
      budget.entangle(known.member);
      budget.entangle(comparison.member);
    }
  }
  const names = [...distinct.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
  return junction('or', names);
}

/** An expression over `symbol` only, as one comparison, an OR of comparisons, or a constant. */
export function crush(expression: Expression, symbol: OvnSymbol, budget: Budget): Expression {
  switch (expression.kind) {
    case 'or':
      return crushOr(expression.terms, symbol, budget);
    case 'and':
      return symbol.width > 0
        ? crushNumericAnd(expression.terms, symbol, budget)
        : crushStringAnd(expression.terms, symbol, budget);
    default:
      return expression;
  }
}

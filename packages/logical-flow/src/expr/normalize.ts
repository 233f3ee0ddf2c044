import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { OvnSymbol } from '../symbol.ts';
import { Budget } from './budget.ts';
import { crush } from './crush.ts';
import { combine, type Expression, FALSE, junction, uniqueSymbol } from './expression.ts';

interface Group {
  readonly symbol: OvnSymbol;
  readonly terms: Expression[];
}

function nodes(expression: Expression): number {
  if (expression.kind !== 'and' && expression.kind !== 'or') return 1;
  let count = 1;
  for (const term of expression.terms) count += nodes(term);
  return count;
}

/** Terms over one symbol by symbol, in order of its name, each crushed to a comparison or an OR; then the others by size. */
function sortTerms(terms: readonly Expression[], budget: Budget): readonly Expression[] | undefined {
  const groups = new Map<OvnSymbol, Group>();
  const mixed: Expression[] = [];
  for (const term of terms) {
    const symbol = uniqueSymbol(term);
    if (symbol === undefined) {
      mixed.push(term);
      continue;
    }
    const group = groups.get(symbol) ?? { symbol, terms: [] };
    group.terms.push(term);
    groups.set(symbol, group);
  }
  const sorted = [...groups.values()].sort((a, b) => (a.symbol.name < b.symbol.name ? -1 : 1));
  const result: Expression[] = [];
  for (const { symbol, terms: group } of sorted) {
    const crushed = crush(combine('and', group), symbol, budget);
    if (crushed.kind !== 'boolean') result.push(crushed);
    else if (!crushed.value) return undefined;
  }
  mixed.sort((a, b) => length(a) - length(b));
  return [...result, ...mixed];
}

function length(expression: Expression): number {
  return expression.kind === 'and' || expression.kind === 'or' ? expression.terms.length : 1;
}

/** Whether an OR inside an AND must be multiplied out: it is over several symbols, or over one that cannot be a dimension. */
function mustDistribute(term: Expression): boolean {
  if (term.kind !== 'or') return false;
  return uniqueSymbol(term)?.crossProduct ?? true;
}

function normalizeAnd(terms: readonly Expression[], budget: Budget): Expression {
  const sorted = sortTerms(terms, budget);
  if (sorted === undefined) return FALSE;
  const index = sorted.findIndex(mustDistribute);
  const distributed = sorted[index];
  if (distributed?.kind !== 'or') return junction('and', sorted);
  const others = sorted.filter((_, position) => position !== index);
  const size = others.reduce((sum, term) => sum + nodes(term), 1);
  return junction(
    'or',
    distributed.terms.map((choice) => {
      budget.spend(size);
      const product = combine('and', [...others.slice(0, index), choice, ...others.slice(index)]);
      return product.kind === 'and' ? normalizeAnd(product.terms, budget) : normalizeTerm(product, budget);
    }),
  );
}

function normalizeTerm(expression: Expression, budget: Budget): Expression {
  switch (expression.kind) {
    case 'and':
      return normalizeAnd(expression.terms, budget);
    case 'or':
      return junction(
        'or',
        expression.terms.map((term) => normalizeTerm(term, budget)),
      );
    default:
      return expression;
  }
}

/**
 * A simplified expression without conditions as an OR of ANDs whose terms are comparisons and ORs of comparisons over one symbol:
 * what conjunctive matches can express. Throws a LogicalFlowError `limit` where that would be too large.
 */
export function normalize(expression: Expression, limits: Limits = DEFAULT_LIMITS): Expression {
  return normalizeTerm(expression, new Budget(limits));
}

/** As {@link normalize}, and the sets (`$a`, `@p`) whose members do not all stand for themselves in the result. */
export function normalizeWithReferences(
  expression: Expression,
  limits: Limits = DEFAULT_LIMITS,
): { readonly expression: Expression; readonly entangled: ReadonlySet<string> } {
  const budget = new Budget(limits);
  return { expression: normalizeTerm(expression, budget), entangled: budget.entangled };
}

import { isLogicalFlowError, LogicalFlowError } from '../error.ts';
import type { SymbolLookup } from '../field-reference.ts';
import type { OvnSymbol } from '../symbol.ts';
import {
  type Comparison,
  combine,
  type Expression,
  isComparison,
  isJunction,
  negate,
  type Origin,
  uniqueSymbol,
} from './expression.ts';
import { parseExpression } from './parse.ts';

/** Puts the place of the term that an expansion belongs to on everything in the expansion. */
function placed(expression: Expression, origins: readonly Origin[], via: string): Expression {
  const named = origins.map(({ start, end }) => ({ start, end, via }));
  return withOrigins(expression, named);
}

function withOrigins(expression: Expression, origins: readonly Origin[]): Expression {
  switch (expression.kind) {
    case 'comparison': {
      const { kind, symbol, operator, value, mask } = expression;
      return { kind, symbol, operator, value, mask, origins };
    }
    case 'string':
    case 'condition':
      return { ...expression, origins };
    case 'and':
    case 'or':
      return { kind: expression.kind, terms: expression.terms.map((term) => withOrigins(term, origins)) };
    case 'boolean':
      return expression;
  }
}

function originsOf(expression: Expression): readonly Origin[] {
  if (expression.kind === 'boolean') return [];
  if (!isJunction(expression)) return expression.origins;
  const [first] = expression.terms;
  const last = expression.terms.at(-1);
  const from = first === undefined ? undefined : originsOf(first)[0];
  const to = last === undefined ? undefined : originsOf(last).at(-1);
  return from === undefined || to === undefined ? [] : [{ start: from.start, end: Math.max(from.end, to.end) }];
}

/** Parses and annotates a predicate or prerequisite. */
export function expand(
  text: string,
  symbols: SymbolLookup,
  nesting: readonly OvnSymbol[],
  origins: readonly Origin[] = [],
  via = text,
): Expression {
  const known = symbols.expansions?.get(text);
  if (known !== undefined) return placed(known, origins, via);
  try {
    // What does not come to an end fails wherever it begins, so what is remembered does not depend on the nesting.
    const expansion = annotateTerm(parseExpression(text, { symbols }), symbols, nesting, true);
    symbols.expansions?.set(text, expansion);
    return placed(expansion, origins, via);
  } catch (error) {
    if (!isLogicalFlowError(error) || error.code !== 'syntax') throw error;
    throw new LogicalFlowError(
      'syntax',
      `Error parsing expression \`${text}' encountered as prerequisite or predicate of initial expression: ${error.message}`,
      { cause: error },
    );
  }
}

function annotateComparison(
  comparison: Comparison,
  symbols: SymbolLookup,
  nesting: readonly OvnSymbol[],
  appendPrerequisites: boolean,
): Expression {
  const { symbol, origins } = comparison;
  if (nesting.includes(symbol)) {
    throw new LogicalFlowError('syntax', `Recursive expansion of symbol \`${symbol.name}'.`);
  }
  const inner = [...nesting, symbol];
  const prerequisites =
    appendPrerequisites && symbol.prerequisites !== undefined
      ? expand(symbol.prerequisites, symbols, inner, origins, symbol.name)
      : undefined;
  const expression = replaced(comparison, symbols, inner);
  return prerequisites === undefined ? expression : combine('and', [expression, prerequisites]);
}

/** A subfield as its parent, a predicate as its expansion. */
function replaced(comparison: Comparison, symbols: SymbolLookup, nesting: readonly OvnSymbol[]): Expression {
  if (comparison.kind === 'string') return comparison;
  const { symbol, value, mask, holes, member } = comparison;
  if (symbol.parent !== undefined) {
    const { offset } = symbol.parent;
    const shift = BigInt(offset);
    return {
      ...comparison,
      symbol: symbol.parent.symbol,
      value: value << shift,
      mask: mask << shift,
      ...(holes === undefined ? {} : { holes: holes.map((hole) => ({ ...hole, offset: hole.offset + offset })) }),
      ...(member === undefined ? {} : { member: { ...member, offset: member.offset + offset } }),
    };
  }
  if (symbol.predicate === undefined) return comparison;
  const expansion = expand(symbol.predicate, symbols, nesting, comparison.origins, symbol.name);
  const positive = (value & 1n) === 1n;
  return positive === (comparison.operator === '!=') ? negate(expansion) : expansion;
}

function annotateTerm(
  expression: Expression,
  symbols: SymbolLookup,
  nesting: readonly OvnSymbol[],
  appendPrerequisites: boolean,
): Expression {
  if (isComparison(expression)) return annotateComparison(expression, symbols, nesting, appendPrerequisites);
  if (!isJunction(expression)) return expression;
  // Where every term is about one symbol, its prerequisites are added once, to the whole.
  const symbol = appendPrerequisites ? uniqueSymbol(expression) : undefined;
  const append = appendPrerequisites && symbol === undefined;
  const terms = expression.terms.map((term) => annotateTerm(term, symbols, nesting, append));
  const annotated = combine(expression.kind, terms);
  if (symbol?.prerequisites === undefined) return annotated;
  const prerequisites = expand(symbol.prerequisites, symbols, nesting, originsOf(expression), symbol.name);
  return combine('and', [annotated, prerequisites]);
}

/**
 * Adds the prerequisites of every symbol, and replaces subfields by their fields and predicates by their expansions.
 * Throws a LogicalFlowError where a definition is recursive or not valid.
 */
export function annotate(expression: Expression, symbols: SymbolLookup): Expression {
  return annotateTerm(expression, symbols, [], true);
}

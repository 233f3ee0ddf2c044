import type { Span } from '../error.ts';
import type { OvnSymbol } from '../symbol.ts';

/** Relational operators of the language. */
export type RelationalOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * Where a comparison comes from: its term's place in the source, and what brought it in if the term does not say it itself: a
 * predicate's name (`ip4`), the symbol whose prerequisite it is, an address set (`$a`) or a port group (`@p`).
 */
export interface Origin extends Span {
  readonly via?: string;
}

/** A field compared with a number. Bits outside `mask` are zero in `value`. */
export interface NumericComparison {
  readonly kind: 'comparison';
  readonly symbol: OvnSymbol;
  readonly operator: RelationalOperator;
  readonly value: bigint;
  readonly mask: bigint;
  readonly origins: readonly Origin[];
  /** The address set that this value is a member of, as long as nothing has changed the value. */
  readonly member?: Member;
  /** Constants of the source that a shape leaves open: which one, and the value's bit where its lowest bit is. */
  readonly holes?: readonly Hole[];
}

/** What a value is a member of: the set as `$name` or `@name`, and where in the field its members go. */
export interface Member {
  readonly set: string;
  readonly offset: number;
  readonly width: number;
}

/** An open constant inside a value: bits `offset` to `offset + width - 1` are constant number `index` of the source. */
export interface Hole {
  readonly index: number;
  readonly offset: number;
  readonly width: number;
}

/** A port name compared with a string. */
export interface StringComparison {
  readonly kind: 'string';
  readonly symbol: OvnSymbol;
  readonly operator: RelationalOperator;
  readonly text: string;
  readonly origins: readonly Origin[];
  /** The port group that this port is a member of. */
  readonly member?: Member;
  /** The string constant of the source that a shape leaves open. */
  readonly hole?: number;
}

/** A comparison of a symbol with a constant. */
export type Comparison = NumericComparison | StringComparison;

/** `is_chassis_resident("port")` */
export interface Condition {
  readonly kind: 'condition';
  readonly type: 'is_chassis_resident';
  readonly port: string;
  readonly negated: boolean;
  readonly origins: readonly Origin[];
  readonly hole?: number;
}

/** `true` or `false`. */
export interface Constancy {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** AND or OR of at least two terms, none of them of the same kind. */
export interface Junction {
  readonly kind: 'and' | 'or';
  readonly terms: readonly Expression[];
}

/** A Boolean expression. Immutable: every pass makes a new one. */
export type Expression = Comparison | Condition | Constancy | Junction;

/** The constants of the language. */
export const TRUE: Constancy = { kind: 'boolean', value: true };
export const FALSE: Constancy = { kind: 'boolean', value: false };

/** Whether `expression` compares a symbol. */
export function isComparison(expression: Expression): expression is Comparison {
  return expression.kind === 'comparison' || expression.kind === 'string';
}

/** Whether `expression` is an AND or OR. */
export function isJunction(expression: Expression): expression is Junction {
  return expression.kind === 'and' || expression.kind === 'or';
}

/** The operator with its operands turned round: `a <= b` is `b >= a`. */
export const turned: Readonly<Record<RelationalOperator, RelationalOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** The operator that holds just when the other does not. */
export const inverted: Readonly<Record<RelationalOperator, RelationalOperator>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/** Joins expressions into one junction of `kind`; those that are already of that kind give their terms. */
export function combine(kind: Junction['kind'], expressions: readonly Expression[]): Expression {
  const [only] = expressions;
  if (only !== undefined && expressions.length === 1) return only;
  const terms: Expression[] = [];
  for (const expression of expressions) {
    if (expression.kind === kind) {
      for (const term of expression.terms) terms.push(term);
    } else {
      terms.push(expression);
    }
  }
  return { kind, terms };
}

/** The negation of `expression`, pushed down to its leaves. */
export function negate(expression: Expression): Expression {
  switch (expression.kind) {
    case 'comparison':
    case 'string':
      return { ...expression, operator: inverted[expression.operator] };
    case 'and':
    case 'or':
      return { kind: expression.kind === 'and' ? 'or' : 'and', terms: expression.terms.map(negate) };
    case 'boolean':
      return expression.value ? FALSE : TRUE;
    case 'condition':
      return { ...expression, negated: !expression.negated };
  }
}

/**
 * A junction of `terms`, which may be of the same kind or Boolean: constants are folded in, a single term stands for itself, and no
 * term at all is the neutral element.
 */
export function junction(kind: Junction['kind'], terms: Iterable<Expression>): Expression {
  const absorbing = kind === 'or';
  const kept: Expression[] = [];
  for (const term of terms) {
    if (term.kind === 'boolean') {
      if (term.value === absorbing) return term;
    } else if (term.kind === kind) {
      for (const inner of term.terms) kept.push(inner);
    } else {
      kept.push(term);
    }
  }
  const [first] = kept;
  if (first === undefined) return absorbing ? FALSE : TRUE;
  return kept.length === 1 ? first : { kind, terms: kept };
}

/** The symbol that every comparison of `expression` is about, if there is just one. */
export function uniqueSymbol(expression: Expression): OvnSymbol | undefined {
  if (isComparison(expression)) return expression.symbol;
  if (!isJunction(expression)) return undefined;
  let unique: OvnSymbol | undefined;
  for (const term of expression.terms) {
    const symbol = uniqueSymbol(term);
    if (symbol === undefined || (unique !== undefined && unique !== symbol)) return undefined;
    unique = symbol;
  }
  return unique;
}

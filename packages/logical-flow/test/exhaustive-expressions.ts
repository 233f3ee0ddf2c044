import {
  type Comparison,
  combine,
  type Expression,
  FALSE,
  type RelationalOperator,
  TRUE,
} from '../src/expr/expression.ts';
import type { OvnSymbol } from '../src/symbol.ts';
import { SymbolTable } from '../src/symbol-table.ts';

/** One specification of OVN's `test-ovn exhaustive`: which expressions, and what to do with each. */
export interface Specification {
  readonly operation: 'convert' | 'simplify' | 'normalize' | 'flow';
  readonly terms: number;
  readonly numeric: number;
  readonly strings: number;
  readonly bits: number;
  readonly operators: readonly RelationalOperator[];
}

const ALL: readonly RelationalOperator[] = ['==', '!=', '<', '<=', '>', '>='];

function specification(
  operation: Specification['operation'],
  terms: number,
  [numeric, strings, bits]: readonly [number, number, number],
  operators = ALL,
): Specification {
  return { operation, terms, numeric, strings, bits, operators };
}

/** All of them: 4,959,618 expressions. */
export const SPECIFICATIONS: readonly Specification[] = [
  specification('convert', 1, [2, 2, 3]),
  specification('convert', 2, [2, 2, 3]),
  specification('convert', 3, [2, 2, 2]),
  specification('simplify', 3, [2, 0, 3]),
  specification('simplify', 4, [0, 4, 3]),
  specification('simplify', 3, [1, 1, 3]),
  specification('normalize', 4, [3, 0, 1]),
  specification('normalize', 4, [0, 3, 1]),
  specification('normalize', 4, [1, 2, 1]),
  specification('normalize', 5, [3, 0, 1], ['==']),
  specification('normalize', 5, [0, 3, 1], ['==']),
  specification('normalize', 5, [1, 1, 1], ['==']),
  specification('flow', 4, [2, 0, 2], ['==']),
  specification('flow', 4, [0, 4, 3], ['==']),
  specification('flow', 4, [1, 1, 2], ['==']),
  specification('flow', 3, [3, 0, 3], ['==']),
];

/** Numeric symbols n0, n1, … and string symbols s0, s1, … */
export const symbols = new SymbolTable([
  { kind: 'field', name: 'n0', field: 'xreg0' },
  { kind: 'field', name: 'n1', field: 'xreg1' },
  { kind: 'field', name: 'n2', field: 'xreg2' },
  { kind: 'string', name: 's0', field: 'reg8' },
  { kind: 'string', name: 's1', field: 'reg9' },
  { kind: 'string', name: 's2', field: 'reg10' },
  { kind: 'string', name: 's3', field: 'reg11' },
]);

function symbol(name: string): OvnSymbol {
  const found = symbols.get(name);
  if (found === undefined) throw new TypeError(`no symbol ${name}`);
  return found;
}

const isRun = (mask: number): boolean => mask !== 0 && ((mask / (mask & -mask) + 1) & (mask / (mask & -mask))) === 0;

function numericTerms(name: string, { bits, operators }: Specification): Comparison[] {
  const comparisons: Comparison[] = [];
  for (const operator of operators) {
    const equality = operator === '==' || operator === '!=';
    for (let mask = 0; mask < 1 << bits; mask++) {
      if (!equality && !isRun(mask)) continue;
      for (let value = 0; value < 1 << bits; value++) {
        if ((value & ~mask) !== 0) continue;
        const [a, b] = [BigInt(value), BigInt(mask)];
        comparisons.push({ kind: 'comparison', symbol: symbol(name), operator, value: a, mask: b, origins: [] });
      }
    }
  }
  return comparisons;
}

/** Every leaf: comparisons of each variable, and the constants. */
export function leaves(specification: Specification): Expression[] {
  const result: Expression[] = [];
  for (let n = 0; n < specification.numeric; n++) result.push(...numericTerms(`n${n}`, specification));
  for (let n = 0; n < specification.strings; n++) {
    for (const text of ['0', '1']) {
      result.push({ kind: 'string', symbol: symbol(`s${n}`), operator: '==', text, origins: [] });
    }
  }
  return [...result, FALSE, TRUE];
}

/** A tree of alternating ANDs and ORs; a number is a place for a leaf. */
export type Shape = number | { readonly kind: 'and' | 'or'; readonly children: readonly Shape[] };

/** Splits `count` leaves from `first` on into at least two groups, in every way. */
function* partitions(first: number, count: number, kind: 'and' | 'or'): Generator<Shape[]> {
  for (let size = 1; size < count; size++) {
    for (const head of trees(first, size, kind)) {
      const rest = count - size;
      for (const tail of trees(first + size, rest, kind)) yield [head, tail];
      for (const tail of partitions(first + size, rest, kind)) yield [head, ...tail];
    }
  }
}

/** Trees over leaves that may stand below a node of `parent`. */
function* trees(first: number, count: number, parent: 'and' | 'or'): Generator<Shape> {
  if (count === 1) yield first;
  else yield* rooted(first, count, parent === 'and' ? 'or' : 'and');
}

function* rooted(first: number, count: number, kind: 'and' | 'or'): Generator<Shape> {
  for (const children of partitions(first, count, kind)) yield { kind, children };
}

/** Every shape with `count` leaves. */
export function shapes(count: number): Shape[] {
  return count === 1 ? [0] : [...rooted(0, count, 'and'), ...rooted(0, count, 'or')];
}

/** The shape with leaves put in. */
export function grow(shape: Shape, at: readonly Expression[]): Expression {
  if (typeof shape === 'number') return at[shape] ?? FALSE;
  return combine(
    shape.kind,
    shape.children.map((child) => grow(child, at)),
  );
}

/** How many expressions a specification has: OVN keeps the first leaf and leaves out the first choice of the others. */
export function expressionCount(specification: Specification): number {
  const others = leaves(specification).length ** (specification.terms - 1) - 1;
  return shapes(specification.terms).length * others;
}

/**
 * The expressions of a specification, `step` apart. The first leaf, which OVN keeps, is another one each time, so that nothing is
 * left out that the others say.
 */
export function* expressions(specification: Specification, step = 1): Generator<Expression> {
  const all = leaves(specification);
  const choices = all.length ** (specification.terms - 1);
  let left = 0;
  for (const shape of shapes(specification.terms)) {
    for (let choice = 1; choice < Math.max(choices, 2); choice++) {
      if (left > 0) {
        left--;
        continue;
      }
      left = step - 1;
      const at: Expression[] = [all[(choice * 7 + 3) % all.length] ?? FALSE];
      for (let rest = choice, n = 1; n < specification.terms; n++, rest = Math.floor(rest / all.length)) {
        at.push(all[rest % all.length] ?? FALSE);
      }
      yield grow(shape, at);
    }
  }
}

import { formatHexadecimal, formatString } from '../constant.ts';
import type { Comparison, Expression, NumericComparison } from './expression.ts';

/** The single run of ones in `mask`, or undefined. */
export function bitRange(mask: bigint): { readonly start: number; readonly width: number } | undefined {
  if (mask === 0n) return undefined;
  const text = mask.toString(2);
  const last = text.lastIndexOf('1');
  const start = text.length - 1 - last;
  if (text.indexOf('0') !== -1 && text.indexOf('0') < last) return undefined;
  return { start, width: last + 1 };
}

function printNumeric({ symbol, operator, value, mask }: NumericComparison): string {
  const range = bitRange(mask);
  if (range === undefined) {
    return `${symbol.name} ${operator} ${formatHexadecimal(value)}/${formatHexadecimal(mask)}`;
  }
  const { start, width } = range;
  const bits = width === symbol.width ? '' : `[${start}${width === 1 ? '' : `..${start + width - 1}`}]`;
  if (width === 1 && (operator === '==' || operator === '!=')) {
    const positive = (value === 0n) === (operator === '!=');
    return `${positive ? '' : '!'}${symbol.name}${symbol.width > 1 ? `[${start}]` : ''}`;
  }
  return `${symbol.name}${bits} ${operator} ${formatHexadecimal(value >> BigInt(start))}`;
}

/** A comparison as it can be parsed again. */
export function printComparison(comparison: Comparison): string {
  if (comparison.kind === 'comparison') return printNumeric(comparison);
  return `${comparison.symbol.name} ${comparison.operator} ${formatString(comparison.text)}`;
}

/** The expression as it can be parsed again, in OVN's own form. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'comparison':
    case 'string':
      return printComparison(expression);
    case 'boolean':
      return expression.value ? '1' : '0';
    case 'condition':
      return `${expression.negated ? '!' : ''}${expression.type}(${formatString(expression.port)})`;
    case 'and':
    case 'or':
      return expression.terms
        .map((term) =>
          term.kind === 'and' || term.kind === 'or' ? `(${printExpression(term)})` : printExpression(term),
        )
        .join(expression.kind === 'and' ? ' && ' : ' || ');
  }
}

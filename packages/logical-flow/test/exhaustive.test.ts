import { expect, test } from 'vitest';
import type { Expression } from '../src/expr/expression.ts';
import { expressionMatches } from '../src/expr/matches.ts';
import { normalize } from '../src/expr/normalize.ts';
import { parseExpression } from '../src/expr/parse.ts';
import { printExpression } from '../src/expr/print.ts';
import { simplify } from '../src/expr/simplify.ts';
import { expressionCount, expressions, SPECIFICATIONS, type Specification, symbols } from './exhaustive-expressions.ts';
import { TruthTable } from './truth-table.ts';

/** OVNKUBE_LONG=1 runs every expression; else about so many of each specification, evenly spread. */
const SAMPLE = 12_000;
const long = process.env['OVNKUBE_LONG'] === '1';

test('the specifications are those of OVN', () => {
  const total = SPECIFICATIONS.reduce((sum, specification) => sum + expressionCount(specification), 0);
  expect(total).toBe(4_959_618);
});

const lookupPort = (name: string): number => Number(name);

/** What must hold for one expression; undefined, or what is wrong. */
function flaw({ operation }: Specification, table: TruthTable, expression: Expression): string | undefined {
  if (operation === 'convert') {
    const text = printExpression(expression);
    const again = printExpression(parseExpression(text, { symbols }));
    return text === again ? undefined : `prints as ${again} when it is read again`;
  }
  const wanted = table.expression(expression);
  const simple = simplify(expression);
  if (table.expression(simple) !== wanted) return `simplifies to ${printExpression(simple)}`;
  if (operation === 'simplify') return undefined;
  const normal = normalize(simple);
  if (table.expression(normal) !== wanted) return `has normal form ${printExpression(normal)}`;
  if (operation === 'normalize') return undefined;
  const { matches } = expressionMatches(normal, { lookupPort });
  return table.flows(matches) === wanted ? undefined : `becomes other flows: ${matches.length}`;
}

for (const specification of SPECIFICATIONS) {
  const { operation, terms, numeric, strings, bits, operators } = specification;
  const count = Math.max(expressionCount(specification), 1);
  const step = long ? 1 : Math.max(1, Math.floor(count / SAMPLE));
  const title = `${operation}: ${terms} terms, ${numeric} numbers of ${bits} bits, ${strings} strings, ${operators.join(' ')}`;
  test(`${title} (${count} expressions${step === 1 ? '' : `, every ${step}.`})`, { timeout: 1_800_000 }, () => {
    const table = new TruthTable(specification);
    for (const expression of expressions(specification, step)) {
      const problem = flaw(specification, table, expression);
      if (problem !== undefined) expect.fail(`${printExpression(expression)} ${problem}`);
    }
  });
}

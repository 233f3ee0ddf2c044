import type { Match } from '@ovnkube/openflow';
import type { Comparison, Expression, RelationalOperator } from '../src/expr/expression.ts';
import type { ExpressionMatch } from '../src/expr/matches.ts';
import type { Specification } from './exhaustive-expressions.ts';

const holds: Readonly<Record<RelationalOperator, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Register fields by variable: xreg0-2 match as pairs of registers whose lower half has the value. */
const numericField: Readonly<Record<string, string>> = { reg1: 'n0', reg3: 'n1', reg5: 'n2' };
const stringField: Readonly<Record<string, string>> = { reg8: 's0', reg9: 's1', reg10: 's2', reg11: 's3' };

/**
 * Truth of expressions on every assignment of a specification's variables at once: bit i of a table is the truth on assignment i.
 * String variables take the keys of both ports and one that is no port's.
 */
export class TruthTable {
  readonly everywhere: bigint;
  private readonly assignments: Readonly<Record<string, number>>[] = [];
  private readonly cache = new Map<string, bigint>();

  constructor({ numeric, strings, bits }: Specification) {
    const variables = [
      ...Array.from({ length: numeric }, (_, n) => [`n${n}`, 1 << bits] as const),
      ...Array.from({ length: strings }, (_, n) => [`s${n}`, 3] as const),
    ];
    const count = variables.reduce((product, [, size]) => product * size, 1);
    for (let index = 0; index < count; index++) {
      const assignment: Record<string, number> = {};
      let rest = index;
      for (const [name, size] of variables) {
        assignment[name] = rest % size;
        rest = Math.floor(rest / size);
      }
      this.assignments.push(assignment);
    }
    this.everywhere = (1n << BigInt(count)) - 1n;
  }

  private test(name: string, operator: RelationalOperator, value: number, mask: number): bigint {
    const key = `${name}${operator}${value}/${mask}`;
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    let table = 0n;
    for (const [index, assignment] of this.assignments.entries()) {
      if (holds[operator]((assignment[name] ?? 0) & mask, value)) table |= 1n << BigInt(index);
    }
    this.cache.set(key, table);
    return table;
  }

  private comparison(comparison: Comparison): bigint {
    const { name } = comparison.symbol;
    if (comparison.kind === 'string') return this.test(name, comparison.operator, Number(comparison.text), 3);
    return this.test(name, comparison.operator, Number(comparison.value), Number(comparison.mask));
  }

  expression(expression: Expression): bigint {
    switch (expression.kind) {
      case 'boolean':
        return expression.value ? this.everywhere : 0n;
      case 'and':
        return expression.terms.reduce((table, term) => table & this.expression(term), this.everywhere);
      case 'or':
        return expression.terms.reduce((table, term) => table | this.expression(term), 0n);
      case 'condition':
        throw new TypeError('no conditions here');
      default:
        return this.comparison(expression);
    }
  }

  /** Truth of an OpenFlow match, without its conj_id. */
  private match(match: Match): bigint {
    let table = this.everywhere;
    for (const field of match) {
      if (field.field === 'unknown' || field.field === 'conj_id') continue;
      const numeric = numericField[field.field];
      const name = numeric ?? stringField[field.field];
      if (name === undefined) throw new TypeError(`no variable is in ${field.field}`);
      const mask = field.mask === undefined ? 0xff : Number(field.mask);
      table &= this.test(name, '==', Number(field.value), mask);
    }
    return table;
  }

  /** Truth of flows: a packet matches an unconditional one, or one of each clause of a conjunction and the flow with its id. */
  flows(matches: readonly ExpressionMatch[]): bigint {
    const clauses = new Map<number, bigint[]>();
    for (const { match, conjunctions } of matches) {
      for (const { id, clause, n_clauses } of conjunctions) {
        const tables = clauses.get(id) ?? Array<bigint>(n_clauses).fill(0n);
        tables[clause - 1] = (tables[clause - 1] ?? 0n) | this.match(match);
        clauses.set(id, tables);
      }
    }
    let table = 0n;
    for (const { match, conjunctions } of matches) {
      if (conjunctions.length > 0) continue;
      const id = match.find((field) => field.field === 'conj_id');
      const satisfied =
        id === undefined || id.field === 'unknown'
          ? this.everywhere
          : (clauses.get(Number(id.value)) ?? [0n]).reduce((all, clause) => all & clause, this.everywhere);
      table |= this.match(match) & satisfied;
    }
    return table;
  }
}

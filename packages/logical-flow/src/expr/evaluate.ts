import type { FieldName } from '@ovnkube/openflow';
import type { Expression, RelationalOperator } from './expression.ts';

/** What an expression is evaluated on. */
export interface Assignment {
  /** The value of an OpenFlow field. */
  readonly field: (name: FieldName) => bigint;
  /** Tunnel key of a port by name; undefined: there is no such port, and every comparison with it is false. */
  readonly port: (name: string) => bigint | undefined;
  readonly isChassisResident: (port: string) => boolean;
}

function holds(operator: RelationalOperator, a: bigint, b: bigint): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

/** The truth of an annotated expression. Slow: for tests and for tools that explain a match. */
export function evaluate(expression: Expression, assignment: Assignment): boolean {
  switch (expression.kind) {
    case 'boolean':
      return expression.value;
    case 'and':
      return expression.terms.every((term) => evaluate(term, assignment));
    case 'or':
      return expression.terms.some((term) => evaluate(term, assignment));
    case 'condition':
      return assignment.isChassisResident(expression.port) !== expression.negated;
    case 'string': {
      const key = assignment.port(expression.text);
      const { field } = expression.symbol;
      return key !== undefined && field !== undefined && holds(expression.operator, assignment.field(field), key);
    }
    case 'comparison': {
      const { field } = expression.symbol;
      if (field === undefined) return false;
      return holds(expression.operator, assignment.field(field) & expression.mask, expression.value);
    }
  }
}

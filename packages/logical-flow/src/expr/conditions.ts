import { type Condition, type Expression, FALSE, junction, TRUE } from './expression.ts';

/** Replaces `is_chassis_resident("port")` by what it is on this chassis. */
export function resolveConditions(expression: Expression, holds: (condition: Condition) => boolean): Expression {
  switch (expression.kind) {
    case 'condition':
      return holds(expression) !== expression.negated ? TRUE : FALSE;
    case 'and':
    case 'or':
      return junction(
        expression.kind,
        expression.terms.map((term) => resolveConditions(term, holds)),
      );
    default:
      return expression;
  }
}

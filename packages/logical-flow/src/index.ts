/**
 * The flow compiler: OVN's expression and action language to OpenFlow matches and actions. Plain objects in, values of
 * `@ovnkube/openflow` out; no I/O and no global state.
 */
export { isLogicalFlowError, LogicalFlowError, type LogicalFlowErrorCode, type Span } from './error.ts';
export { annotate } from './expr/annotate.ts';
export { resolveConditions } from './expr/conditions.ts';
export { type Assignment, evaluate } from './expr/evaluate.ts';
export type { Comparison, Condition, Expression, Junction, Origin, RelationalOperator } from './expr/expression.ts';
export { type ExpressionMatch, type ExpressionMatches, expressionMatches, type MatchContext } from './expr/matches.ts';
export { normalize } from './expr/normalize.ts';
export { type ParseContext, parseExpression } from './expr/parse.ts';
export { printExpression } from './expr/print.ts';
export { simplify } from './expr/simplify.ts';
export { tokens } from './lex.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export type { OvnSymbol, SymbolDefinition } from './symbol.ts';
export { formatSymbol, SymbolTable } from './symbol-table.ts';
export { SYMBOLS_26_03 } from './tables/symbols-26-03.ts';
export { formatToken, type Token } from './token.ts';

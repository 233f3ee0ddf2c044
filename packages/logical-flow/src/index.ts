/**
 * The flow compiler: OVN's expression and action language to OpenFlow matches and actions. Plain objects in, values of
 * `@ovnkube/openflow` out; no I/O and no global state.
 */
export {
  type ActionDefinition,
  type ActionForm,
  ActionSet,
  encodeActionList,
  type OvnAction,
  ovnAction,
  printActions,
  type StatementDefinition,
  statement,
  type ValueDefinition,
  value,
} from './actions/action.ts';
export {
  type Allocator,
  controllerAction,
  type EncodeContext,
  outputTable,
  physicalTable,
  resubmit,
  type SwitchFeatures,
  setField,
  subfieldOf,
} from './actions/encode-context.ts';
export { ActionOpcode, type ActionOpcodeName } from './actions/opcodes.ts';
export { type ActionParseContext, ActionParser, type ParsedActions, parseActions } from './actions/parser.ts';
export {
  type CompiledFlow,
  type CompiledLogicalFlow,
  compileLogicalFlow,
  cookieOf,
  type FlowChange,
} from './compile.ts';
export type { Chassis, Datapath, LogicalFlow } from './compile-context.ts';
export { isLogicalFlowError, LogicalFlowError, type LogicalFlowErrorCode, type Span } from './error.ts';
export { annotate } from './expr/annotate.ts';
export { resolveConditions } from './expr/conditions.ts';
export { type Assignment, evaluate } from './expr/evaluate.ts';
export type {
  Comparison,
  Condition,
  Constancy,
  Expression,
  Junction,
  NumericComparison,
  Origin,
  RelationalOperator,
  StringComparison,
} from './expr/expression.ts';
export { type MatchChange, MatchPlan, type MatchPlanContext, type SetChange } from './expr/match-plan.ts';
export {
  type ConjunctionClause,
  type ExpressionMatch,
  type ExpressionMatches,
  expressionMatches,
  type MatchContext,
} from './expr/matches.ts';
export { normalize } from './expr/normalize.ts';
export { type ParseContext, parseExpression } from './expr/parse.ts';
export { printComparison, printExpression } from './expr/print.ts';
export type { ReferenceSets } from './expr/reference-sets.ts';
export { simplify } from './expr/simplify.ts';
export { tokens } from './lex.ts';
export { DEFAULT_LIMITS, type Limits } from './limits.ts';
export { OVN_26_03, type Release } from './release.ts';
export { ShapeCompiler, type ShapeCompilerOptions, type ShapeStatistics } from './shape/shape-compiler.ts';
export {
  type FieldReference,
  formatField,
  type MeasurementLevel,
  type OvnSymbol,
  type SymbolDefinition,
} from './symbol.ts';
export { formatSymbol, SymbolTable } from './symbol-table.ts';
export type { FlagBit, HelperTable, Layout, LogicalRegister, Pipeline } from './tables/layout.ts';
export { LAYOUT_26_03 } from './tables/layout-26-03.ts';
export {
  DHCPV4_OPTIONS,
  DHCPV6_OPTIONS,
  ND_RA_OPTIONS,
  type OptionDefinition,
  type OptionTable,
  type OptionType,
} from './tables/options.ts';
export { STAGES_26_03, type StageNames } from './tables/stages-26-03.ts';
export { SYMBOLS_26_03 } from './tables/symbols-26-03.ts';
export { type Expanded, expandTemplates } from './template-variables.ts';
export { formatToken, type Token } from './token.ts';

import type { IntegerConstant } from '../constant.ts';
import { isLogicalFlowError, LogicalFlowError } from '../error.ts';
import { expand } from '../expr/annotate.ts';
import { combine, type Expression } from '../expr/expression.ts';
import { parseExpression } from '../expr/parse.ts';
import { parseFieldReference } from '../field-reference.ts';
import { Lexer } from '../lexer.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { FieldReference, WriteScope } from '../symbol.ts';
import type { SymbolTable } from '../symbol-table.ts';
import type { Pipeline } from '../tables/layout.ts';
import type { OptionTable } from '../tables/options.ts';
import type { ActionSet, OvnAction } from './action.ts';
import { parseAssignment } from './assignment.ts';

/** Depth of nested actions that OVN takes. */
const MAX_DEPTH = 32;

/** What becomes of a constant: bits of an action, a port's key, or a part of the description of a group. */
export type ConstantUse =
  | { readonly kind: 'number'; readonly width: number }
  | { readonly kind: 'port' }
  | { readonly kind: 'description' };

/** What actions may mention and where they stand. */
export interface ActionParseContext {
  readonly symbols: SymbolTable;
  readonly actions: ActionSet;
  readonly pipeline: Pipeline;
  /** Number of the logical table the flow is in. */
  readonly table: number;
  /** How many tables each pipeline has. */
  readonly tableCounts: Readonly<Record<Pipeline, number>>;
  readonly dhcpOptions: OptionTable;
  readonly dhcpv6Options: OptionTable;
  readonly ndRaOptions: OptionTable;
  readonly limits?: Limits;
  /** Called with each constant whose value does not change the structure of what is encoded: where it begins, what becomes of it. */
  readonly constant?: (start: number, use: ConstantUse) => void;
}

/** Actions and what a packet must be for them to make sense. */
export interface ParsedActions {
  readonly actions: readonly OvnAction[];
  /** To be ANDed to the flow's match. */
  readonly prerequisites: Expression | undefined;
}

/** Parses a list of actions; the parsers of single actions work through its methods. */
export class ActionParser {
  readonly lexer: Lexer;
  readonly context: ActionParseContext;
  private readonly depth: number;
  private readonly scope: WriteScope;
  private readonly required: Expression[] = [];
  private readonly counter: { left: number };

  constructor(
    lexer: Lexer,
    context: ActionParseContext,
    nested?: { readonly depth: number; readonly scope: WriteScope; readonly counter: { left: number } },
  ) {
    this.lexer = lexer;
    this.context = context;
    this.depth = nested?.depth ?? 0;
    this.scope = nested?.scope ?? 'default';
    this.counter = nested?.counter ?? { left: (context.limits ?? DEFAULT_LIMITS).actions };
  }

  /** Adds a prerequisite of the actions, as an expression. */
  require(prerequisite: string): void {
    this.required.push(parseExpression(prerequisite, { symbols: this.context.symbols }));
  }

  /** Parses a field or part of one, and requires what its use implies. */
  field(): FieldReference {
    const { symbols } = this.context;
    const field = parseFieldReference(this.lexer, symbols);
    if (field.symbol.predicate !== undefined) {
      this.lexer.error(`Predicate symbol ${field.symbol.name} used where lvalue required.`);
    }
    for (let symbol = field.symbol; ; symbol = symbol.parent.symbol) {
      if (symbol.prerequisites !== undefined) {
        try {
          this.required.push(expand(symbol.prerequisites, symbols, []));
        } catch (error) {
          if (!isLogicalFlowError(error) || error.code !== 'syntax') throw error;
          this.lexer.error(error.message);
        }
      }
      if (symbol.parent === undefined) return field;
    }
  }

  /** Parses a field of `width` bits (0: a string) that is read. */
  sourceField(width: number): FieldReference {
    const field = this.field();
    this.check(field, width, false);
    return field;
  }

  /** Throws unless `field` is `width` bits wide (0: a string) and, if it is to be written, may be. */
  check(field: FieldReference, width: number, writable: boolean): void {
    const { name } = field.symbol;
    if (width !== field.width) {
      if (width === 0) this.lexer.error(`Cannot use numeric field ${name} where string field is required.`);
      if (field.width === 0) this.lexer.error(`Cannot use string field ${name} where numeric field is required.`);
      const last = field.offset + field.width - 1;
      this.lexer.error(
        `Cannot use ${field.width}-bit field ${name}[${field.offset}..${last}] where ${width}-bit field is required.`,
      );
    }
    if (writable && !field.symbol.writable.includes(this.scope)) this.lexer.error(`Field ${name} is not modifiable.`);
  }

  /** Parses a number up to 65535; its notation does not matter as long as it is decimal. */
  uint16(what: string): number {
    const number = this.lexer.smallInteger();
    if (number === undefined || number > 0xffff) this.lexer.syntaxError(`expecting ${what}`);
    this.lexer.next();
    return number;
  }

  /** The current token if it is a decimal integer. */
  decimal(): IntegerConstant | undefined {
    const { token } = this.lexer;
    if (token.kind !== 'integer' || token.format !== 'decimal' || token.mask !== undefined) return undefined;
    return { kind: 'integer', value: token.value, format: token.format };
  }

  /** Throws where there is no table after this one. */
  nextTable(action: string): number {
    const { table, tableCounts, pipeline } = this.context;
    if (table >= tableCounts[pipeline]) this.lexer.error(`"${action}" action not allowed in last table.`);
    return table + 1;
  }

  /**
   * Parses `{ … }`. With `prerequisite`, that is what the whole requires, else what the nested actions require.
   */
  nested(prerequisite: string | undefined, scope: WriteScope = this.scope): readonly OvnAction[] {
    this.lexer.force('{');
    if (this.depth + 1 === MAX_DEPTH) this.lexer.error('maximum depth of nested actions reached');
    const inner = new ActionParser(this.lexer, this.context, { depth: this.depth + 1, scope, counter: this.counter });
    const actions = inner.list('}');
    if (prerequisite === undefined) this.required.unshift(...inner.required);
    else this.require(prerequisite);
    return actions;
  }

  /** Parses actions up to `end`. */
  list(end: '}' | 'end'): readonly OvnAction[] {
    const lexer: Lexer = this.lexer;
    // "drop;" is a valid (empty) list by itself; it makes no sense among other actions.
    if (lexer.token.kind === 'id' && lexer.token.text === 'drop' && lexer.lookahead() === ';') {
      lexer.next();
      lexer.next();
      lexer.force(end);
      return [];
    }
    const actions: OvnAction[] = [];
    while (lexer.token.kind !== end) {
      const action = this.action();
      if (action !== undefined) actions.push(action);
    }
    if (end === '}') lexer.next();
    return actions;
  }

  private action(): OvnAction | undefined {
    const lexer: Lexer = this.lexer;
    const { token } = lexer;
    this.counter.left--;
    if (this.counter.left < 0) {
      const { actions } = this.context.limits ?? DEFAULT_LIMITS;
      throw new LogicalFlowError('limit', `There are more than ${actions} actions.`, { at: token });
    }
    if (token.kind === 'template') lexer.error('Unexpanded template.');
    if (token.kind !== 'id') lexer.syntaxError();
    const after = lexer.lookahead();
    let action: OvnAction | undefined;
    if (after === '=' || after === '<->' || after === '[') {
      action = parseAssignment(this);
    } else {
      const definition = this.context.actions.statement(token.text);
      if (definition === undefined) lexer.syntaxError('expecting action');
      lexer.next();
      action = definition.parse(this);
    }
    lexer.force(';');
    return action;
  }

  /** What the parsed actions require. */
  prerequisites(): Expression | undefined {
    return this.required.length === 0 ? undefined : combine('and', this.required);
  }
}

/** Parses the actions of a logical flow. Throws a LogicalFlowError with OVN's own message where they are not valid. */
export function parseActions(text: string, context: ActionParseContext): ParsedActions {
  const limit = (context.limits ?? DEFAULT_LIMITS).textLength;
  if (text.length > limit) {
    throw new LogicalFlowError('limit', `The actions are ${text.length} characters long; the limit is ${limit}.`);
  }
  const parser = new ActionParser(new Lexer(text), context);
  const actions = parser.list('end');
  return { actions, prerequisites: parser.prerequisites() };
}

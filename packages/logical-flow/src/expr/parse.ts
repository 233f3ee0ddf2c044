import { constantWidth } from '../constant.ts';
import { LogicalFlowError, type Span } from '../error.ts';
import { parseFieldReference, type SymbolLookup } from '../field-reference.ts';
import { Lexer } from '../lexer.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { FieldReference } from '../symbol.ts';
import type { Token } from '../token.ts';
import {
  type Comparison,
  combine,
  type Expression,
  FALSE,
  negate,
  type RelationalOperator,
  TRUE,
  turned,
} from './expression.ts';
import { type ConstantContext, type PlacedConstants, parseConstants } from './parse-constant.ts';
import type { PlacedConstant, ReferenceSets } from './reference-sets.ts';

/** Depth of parentheses that OVN takes. */
const MAX_DEPTH = 100;

/** What a match may mention, and what bounds it. */
export interface ParseContext extends ReferenceSets {
  readonly symbols: SymbolLookup;
  /** Tunnel key of the datapath, for port groups of one datapath. */
  readonly datapathKey?: number;
  readonly limits?: Limits;
  /** Called with each `$name` and `@name` that is looked up. */
  readonly referred?: (name: string) => void;
  /** Marks constants that a shape leaves open. */
  readonly hole?: (token: Token) => number | undefined;
}

interface Operand {
  readonly expression: Expression;
  /** Whether `!` may stand before it without parentheses. */
  readonly atomic: boolean;
}

function relational(kind: Token['kind']): RelationalOperator | undefined {
  switch (kind) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return kind;
    default:
      return undefined;
  }
}

class ExpressionParser {
  private readonly lexer: Lexer;
  private readonly symbols: SymbolLookup;
  private readonly constants: ConstantContext;
  /** Inside an odd number of `!`. */
  private not = false;
  private depth = 0;

  constructor(lexer: Lexer, context: ParseContext) {
    this.lexer = lexer;
    this.symbols = context.symbols;
    const limit = (context.limits ?? DEFAULT_LIMITS).constants;
    let left = limit;
    this.constants = {
      ...context,
      lexer,
      datapathKey: context.datapathKey ?? 0,
      count: (constants) => {
        left -= constants;
        if (left < 0) {
          throw new LogicalFlowError(
            'limit',
            `The expression has more than ${limit} constants, address sets expanded.`,
            {
              at: lexer.token,
            },
          );
        }
      },
    };
  }

  expression(): Expression {
    const first = this.negatable();
    const kind = this.lexer.token.kind;
    if (kind !== '&&' && kind !== '||') return first;
    const terms = [first];
    while (this.lexer.match(kind)) terms.push(this.negatable());
    const after = this.lexer.token.kind;
    if (after === '&&' || after === '||') this.lexer.error('&& and || must be parenthesized when used together.');
    return combine(kind === '&&' ? 'and' : 'or', terms);
  }

  private negatable(): Expression {
    if (!this.lexer.match('!')) return this.primary().expression;
    this.not = !this.not;
    const { expression, atomic } = this.primary();
    this.not = !this.not;
    if (!atomic) this.lexer.error('Missing parentheses around operand of !.');
    return negate(expression);
  }

  private primary(): Operand {
    if (this.lexer.match('(')) {
      if (this.depth >= MAX_DEPTH) this.lexer.error('Parentheses nested too deeply.');
      this.depth++;
      const expression = this.expression();
      this.depth--;
      this.lexer.force(')');
      return { expression, atomic: true };
    }
    return this.lexer.token.kind === 'id' ? this.symbolFirst() : this.constantFirst();
  }

  /** `symbol`, `symbol == constant`, `function(…)` */
  private symbolFirst(): Operand {
    const lexer: Lexer = this.lexer;
    const { start } = lexer.token;
    if (lexer.lookahead() === '(') return { expression: this.call(), atomic: true };
    const field = parseFieldReference(lexer, this.symbols);
    const fieldEnd = lexer.previousEnd;
    const operator = relational(lexer.token.kind);
    if (operator !== undefined) {
      lexer.next();
      const constants = parseConstants(this.constants);
      return { expression: this.compare(field, operator, constants, { start, end: lexer.previousEnd }), atomic: false };
    }
    if (field.width === 0 || lexer.token.kind === '=') lexer.syntaxError('expecting relational operator');
    if (field.width > 1 && !this.not) {
      lexer.error("Explicit `!= 0' is required for inequality test of multibit field against 0.");
    }
    const at = { start, end: fieldEnd };
    const zero: PlacedConstant = { constant: { kind: 'integer', value: 0n, format: 'hexadecimal' }, ...at };
    return {
      expression: this.compare(field, '!=', { type: 'integer', values: [zero], inCurlies: false }, at),
      atomic: true,
    };
  }

  private call(): Expression {
    const lexer: Lexer = this.lexer;
    const { start } = lexer.token;
    if (!lexer.matchId('is_chassis_resident')) lexer.error('parsing function name');
    lexer.next();
    const { token } = lexer;
    if (token.kind !== 'string') lexer.syntaxError('expecting string');
    const hole = this.constants.hole?.(token);
    lexer.next();
    lexer.force(')');
    const origins = [{ start, end: lexer.previousEnd }];
    return {
      kind: 'condition',
      type: 'is_chassis_resident',
      port: token.text,
      negated: false,
      origins,
      ...(hole === undefined ? {} : { hole }),
    };
  }

  /** `0`, `1`, `constant == symbol`, `constant < symbol < constant` */
  private constantFirst(): Operand {
    const lexer: Lexer = this.lexer;
    const { start } = lexer.token;
    const low = parseConstants(this.constants);
    const [only] = low.values;
    if (relational(lexer.token.kind) === undefined && !low.inCurlies && low.values.length === 1) {
      const constant = only?.constant;
      const literal = constant?.kind === 'integer' && constant.format === 'decimal' && constant.mask === undefined;
      if (literal && constant.value <= 1n) return { expression: constant.value === 1n ? TRUE : FALSE, atomic: true };
    }
    const first = this.operator();
    const field = parseFieldReference(lexer, this.symbols);
    if (relational(lexer.token.kind) === undefined) {
      const at = { start, end: lexer.previousEnd };
      return { expression: this.compare(field, turned[first], low, at), atomic: false };
    }
    const second = this.operator();
    const high = parseConstants(this.constants);
    const at = { start, end: lexer.previousEnd };
    if (!/^(<=?<=?|>=?>=?)$/.test(first + second)) {
      lexer.error(
        "Range expressions must have the form `x < field < y' or `x > field > y', with each `<' optionally replaced by `<=' or `>' by `>=').",
      );
    }
    const bounds = [this.compare(field, turned[first], low, at), this.compare(field, second, high, at)];
    return { expression: combine('and', bounds), atomic: false };
  }

  private operator(): RelationalOperator {
    const operator = relational(this.lexer.token.kind);
    if (operator === undefined) this.lexer.syntaxError('expecting relational operator');
    this.lexer.next();
    return operator;
  }

  private compare(
    field: FieldReference,
    operator: RelationalOperator,
    constants: PlacedConstants,
    at: Span,
  ): Expression {
    checkConstantTypes(this.lexer, field, constants);
    if (operator !== '==' && operator !== '!=') this.checkOrdered(field, constants);
    if (field.symbol.level === 'nominal') this.checkNominal(field, operator, constants);
    const terms = constants.values.map((value) => makeComparison(field, operator, value, at));
    if (terms.length === 0) return operator === '!=' ? TRUE : FALSE;
    return combine(operator === '==' ? 'or' : 'and', terms);
  }

  private checkOrdered({ symbol }: FieldReference, { inCurlies, values }: PlacedConstants): void {
    const lexer: Lexer = this.lexer;
    if (inCurlies) lexer.error('Only == and != operators may be used with value sets.');
    if (symbol.level !== 'ordinal') {
      lexer.error(`Only == and != operators may be used with ${symbol.level} field ${symbol.name}.`);
    }
    const [first] = values;
    if (first === undefined) {
      lexer.error('Only == and != operators may be used to compare a field against an empty value set.');
    }
    if (first.constant.kind === 'integer' && first.constant.mask !== undefined) {
      lexer.error(
        'Only == and != operators may be used with masked constants.  Consider using subfields instead (e.g. eth.src[0..15] > 0x1111 in place of eth.src > 00:00:00:00:11:11/00:00:00:00:ff:ff).',
      );
    }
  }

  private checkNominal({ symbol }: FieldReference, operator: RelationalOperator, { values }: PlacedConstants): void {
    const { name } = symbol;
    if (symbol.predicate === undefined) {
      if (operator !== (this.not ? '!=' : '==')) {
        this.lexer.error(
          `Nominal field ${name} may only be tested for equality (taking enclosing \`!' operators into account).`,
        );
      }
      return;
    }
    for (const { constant } of values) {
      const one = constant.kind === 'integer' && (constant.value & 1n) === 1n;
      if ((one !== (operator === '!=')) === this.not) {
        this.lexer.error(
          `Nominal predicate ${name} may only be tested positively, e.g. \`${name}' or \`${name} == 1' but not \`!${name}' or \`${name} == 0'.`,
        );
      }
    }
  }
}

/** Throws unless `constants` can be compared with or written to `field`. */
export function checkConstantTypes(
  lexer: Lexer,
  { symbol }: FieldReference,
  { type, values }: Pick<PlacedConstants, 'type' | 'values'>,
): void {
  const isInteger = symbol.width > 0;
  if ((type === 'integer') !== isInteger) {
    lexer.error(`${isInteger ? 'Integer' : 'String'} field ${symbol.name} is not compatible with ${type} constant.`);
  }
  for (const { constant } of values) {
    if (constant.kind !== 'integer') continue;
    const width = constantWidth(constant);
    if (width > symbol.width) {
      lexer.error(`${width}-bit constant is not compatible with ${symbol.width}-bit field ${symbol.name}.`);
    }
  }
}

function makeComparison(
  field: FieldReference,
  operator: RelationalOperator,
  placed: PlacedConstant,
  at: Span,
): Comparison {
  const { constant, member, hole } = placed;
  const { symbol } = field;
  const origins = [{ start: at.start, end: at.end, ...(member === undefined ? {} : { via: member }) }];
  const from = member === undefined ? {} : { member: { set: member, offset: field.offset, width: field.width } };
  if (constant.kind === 'string') {
    return {
      kind: 'string',
      symbol,
      operator,
      text: constant.text,
      origins,
      ...from,
      ...(hole === undefined ? {} : { hole }),
    };
  }
  const ones = (1n << BigInt(field.width)) - 1n;
  const shift = BigInt(field.offset);
  // A constant may be wider than a subfield of a wide enough symbol: the bits beyond are lost, as in OVN.
  const value = (constant.value & ones) << shift;
  const mask = ((constant.mask ?? ones) & ones) << shift;
  const holes = hole === undefined ? {} : { holes: [{ index: hole, offset: field.offset, width: field.width }] };
  return { kind: 'comparison', symbol, operator, value, mask, origins, ...from, ...holes };
}

/** Parses the expression that begins at the lexer's current token, leaving what follows. */
export function parseExpressionFrom(lexer: Lexer, context: ParseContext): Expression {
  return new ExpressionParser(lexer, context).expression();
}

/** Parses a match. Throws a LogicalFlowError with OVN's own message where it is not valid. */
export function parseExpression(text: string, context: ParseContext): Expression {
  const limit = (context.limits ?? DEFAULT_LIMITS).textLength;
  if (text.length > limit) {
    throw new LogicalFlowError('limit', `The expression is ${text.length} characters long; the limit is ${limit}.`);
  }
  const lexer = new Lexer(text);
  const expression = parseExpressionFrom(lexer, context);
  lexer.force('end');
  return expression;
}

import type { Constant, IntegerConstant } from '../constant.ts';
import type { Lexer } from '../lexer.ts';
import type { IntegerToken, Token } from '../token.ts';
import { memberConstant, type PlacedConstant, type ReferenceSets } from './reference-sets.ts';

/** One constant or `{…}`, sets expanded. */
export interface PlacedConstants {
  readonly type: Constant['kind'];
  readonly values: readonly PlacedConstant[];
  readonly inCurlies: boolean;
}

/** What constants may refer to, and how many there may be. */
export interface ConstantContext extends ReferenceSets {
  readonly lexer: Lexer;
  /** Tunnel key of the datapath; northd names the southbound port group of one datapath `<key>_<name>`. */
  readonly datapathKey: number;
  /** Called with each `$name` and `@name` that was looked up, whether it was found or not. */
  readonly referred?: (name: string) => void;
  /** The constant's number where a shape leaves it open. */
  readonly hole?: (token: Token) => number | undefined;
  /** Counts constants against the limit. */
  readonly count: (constants: number) => void;
}

function integerConstant({ value, mask, format }: IntegerToken): IntegerConstant {
  return { kind: 'integer', value, format, ...(mask === undefined ? {} : { mask }) };
}

/** Where the current token stands, and its number if a shape leaves it open. */
function placeOf({ lexer, hole }: ConstantContext): Omit<PlacedConstant, 'constant'> {
  const { start, end } = lexer.token;
  const index = hole?.(lexer.token);
  return { start, end, ...(index === undefined ? {} : { hole: index }) };
}

function addressSetMembers(context: ConstantContext, name: string): PlacedConstant[] {
  const lexer: Lexer = context.lexer;
  context.referred?.(`$${name}`);
  const members = context.addressSet?.(name);
  if (members === undefined) lexer.syntaxError('expecting address set name');
  context.count(members.length);
  const placed = placeOf(context);
  const constants: PlacedConstant[] = [];
  for (const text of members) {
    const constant = memberConstant(text);
    if (constant !== undefined) {
      constants.push({ constant, ...placed, member: `$${name}` });
    }
  }
  return constants;
}

function portGroupMembers(context: ConstantContext, name: string): PlacedConstant[] {
  const lexer: Lexer = context.lexer;
  for (const candidate of [`${context.datapathKey}_${name}`, name]) {
    context.referred?.(`@${candidate}`);
    const members = context.portGroup?.(candidate);
    if (members !== undefined) {
      context.count(members.length);
      const placed = placeOf(context);
      return members.map((text) => ({ constant: { kind: 'string', text }, ...placed, member: `@${candidate}` }));
    }
  }
  return lexer.syntaxError('expecting port group name');
}

function parseOne(context: ConstantContext): { type: Constant['kind']; values: PlacedConstant[] } {
  const { token } = context.lexer;
  const placed = placeOf(context);
  switch (token.kind) {
    case 'string':
      context.count(1);
      return { type: 'string', values: [{ constant: { kind: 'string', text: token.text }, ...placed }] };
    case 'integer':
      context.count(1);
      return { type: 'integer', values: [{ constant: integerConstant(token), ...placed }] };
    case 'macro':
      return { type: 'integer', values: addressSetMembers(context, token.text) };
    case 'portGroup':
      return { type: 'string', values: portGroupMembers(context, token.text) };
    default:
      return context.lexer.syntaxError('expecting constant');
  }
}

/** Parses one constant, or several in curly brackets, with optional commas. */
export function parseConstants(context: ConstantContext): PlacedConstants {
  const lexer: Lexer = context.lexer;
  const values: PlacedConstant[] = [];
  let type: Constant['kind'] = 'integer';
  const add = () => {
    const one = parseOne(context);
    // The type is that of the first value; an empty set has none, so it takes that of what comes next.
    if (values.length > 0 && one.type !== type) lexer.syntaxError(`expecting ${type}`);
    type = one.type;
    for (const value of one.values) values.push(value);
    lexer.next();
  };
  if (!lexer.match('{')) {
    add();
    return { type, values, inCurlies: false };
  }
  do {
    add();
    lexer.match(',');
  } while (!lexer.match('}'));
  return { type, values, inCurlies: true };
}

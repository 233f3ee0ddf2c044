import { ByteWriter } from '../bytes.ts';
import { type Constant, formatConstant } from '../constant.ts';
import { LogicalFlowError } from '../error.ts';
import { checkConstantTypes } from '../expr/parse.ts';
import { parseConstants } from '../expr/parse-constant.ts';
import { type FieldReference, formatField } from '../symbol.ts';
import { type ActionDefinition, type ActionForm, type OvnAction, ovnAction, statement } from './action.ts';
import { setField, subfieldOf } from './encode-context.ts';
import type { ActionParser } from './parser.ts';

/** `field = constant;` */
interface SetConstant {
  readonly destination: FieldReference;
  readonly constant: Constant;
}

const setConstant: ActionForm<SetConstant> = {
  print: ({ destination, constant }) => `${formatField(destination)} = ${formatConstant(constant)};`,
  encode: ({ destination, constant }, context) => {
    const subfield = subfieldOf(destination);
    if (constant.kind === 'integer') return [setField(subfield, constant.value, constant.mask)];
    // A port that is not known has key 0, which no port has.
    return [setField(subfield, BigInt(context.lookupPort(constant.text) ?? 0))];
  },
};

/** The marker with which the controller tells fields of its own in `note` actions from other notes. */
const NOTE_MAGIC = 'ovn\0';

/** `icmp4.frag_mtu = 1500;`: only the controller can write the field, so the value is a note to it. */
const setOvnField: ActionForm<SetConstant> = {
  print: ({ destination, constant }) => {
    const value = constant.kind === 'integer' ? constant.value : 0n;
    // Both fields print their low 16 bits where OVN 26.03 keeps them in network order.
    return `${destination.symbol.name} = ${value & 0xffffn};`;
  },
  encode: ({ destination, constant }) => {
    const field = destination.symbol.ovnField;
    if (field === undefined || constant.kind !== 'integer') {
      throw new LogicalFlowError('encoding', `The symbol ${destination.symbol.name} is no field of OVN's own.`);
    }
    const data = new ByteWriter()
      .text(NOTE_MAGIC)
      .u16(field.id)
      .u16(0)
      .integer(constant.value, field.width / 8);
    return [{ type: 'note', data: data.result() }];
  },
};

function parseConstant(parser: ActionParser, destination: FieldReference): OvnAction {
  parser.check(destination, destination.width, true);
  const { lexer } = parser;
  if (lexer.token.kind === '{') lexer.syntaxError('expecting constant');
  const { width } = destination;
  parser.context.constant?.(lexer.token.start, width === 0 ? { kind: 'port' } : { kind: 'number', width });
  const { type, values } = parseConstants({ lexer, datapathKey: 0, count: () => {} });
  checkConstantTypes(lexer, destination, { type, values });
  const constant = values[0]?.constant ?? lexer.syntaxError('expecting constant');
  const form = destination.symbol.ovnField === undefined ? setConstant : setOvnField;
  return ovnAction('set', { destination, constant }, form);
}

/** `a = b;` and `a <-> b;` */
interface FieldPair {
  readonly left: FieldReference;
  readonly right: FieldReference;
}

const move: ActionForm<FieldPair> = {
  print: ({ left, right }) => `${formatField(left)} = ${formatField(right)};`,
  encode: ({ left, right }) => [{ type: 'move', src: subfieldOf(right), dst: subfieldOf(left) }],
};

const exchange: ActionForm<FieldPair> = {
  print: ({ left, right }) => `${formatField(left)} <-> ${formatField(right)};`,
  encode: ({ left, right }) => {
    const [a, b] = [subfieldOf(left), subfieldOf(right)];
    return [
      { type: 'push', src: b },
      { type: 'push', src: a },
      { type: 'pop', dst: b },
      { type: 'pop', dst: a },
    ];
  },
};

const kindOf = ({ symbol }: FieldReference) => (symbol.width > 0 ? 'integer' : 'string');

function parseFieldPair(parser: ActionParser, left: FieldReference, swap: boolean): OvnAction {
  const { lexer } = parser;
  const right = parser.field();
  const [leftName, rightName] = [left.symbol.name, right.symbol.name];
  if (kindOf(left) !== kindOf(right)) {
    lexer.error(
      swap
        ? `Can't exchange ${kindOf(left)} field (${leftName}) with ${kindOf(right)} field (${rightName}).`
        : `Can't assign ${kindOf(right)} field (${rightName}) to ${kindOf(left)} field (${leftName}).`,
    );
  }
  if (left.width !== right.width) {
    lexer.error(
      swap
        ? `Can't exchange ${left.width}-bit field with ${right.width}-bit field.`
        : `Can't assign ${right.width}-bit value to ${left.width}-bit destination.`,
    );
  }
  if (left.width === 0 && subfieldOf(left).width !== subfieldOf(right).width) {
    lexer.error(`String fields ${leftName} and ${rightName} are incompatible for ${swap ? 'exchange' : 'assignment'}.`);
  }
  parser.check(left, left.width, true);
  parser.check(right, right.width, swap);
  return ovnAction(swap ? 'exchange' : 'move', { left, right }, swap ? exchange : move);
}

/** Parses what begins with a field: an assignment, an exchange, or an action with a result. */
export function parseAssignment(parser: ActionParser): OvnAction {
  const { lexer } = parser;
  const destination = parser.field();
  if (lexer.match('<->')) return parseFieldPair(parser, destination, true);
  if (!lexer.match('=')) lexer.syntaxError("expecting `=' or `<->'");
  const { token } = lexer;
  if (token.kind !== 'id') return parseConstant(parser, destination);
  const definition = parser.context.actions.value(token.text);
  if (definition !== undefined && (definition.anyFollower === true || lexer.lookahead() === '(')) {
    return definition.parse(parser, destination);
  }
  return parseFieldPair(parser, destination, false);
}

function stack(keyword: 'push' | 'pop'): ActionDefinition {
  return statement<{ readonly field: FieldReference }>(keyword, {
    parse: (parser) => {
      parser.lexer.force('(');
      const field = parser.field();
      parser.check(field, field.width, keyword === 'pop');
      parser.lexer.force(')');
      return { field };
    },
    print: ({ field }) => `${keyword}(${formatField(field)});`,
    encode: ({ field }) => [
      keyword === 'push' ? { type: 'push', src: subfieldOf(field) } : { type: 'pop', dst: subfieldOf(field) },
    ],
  });
}

const decrementTtl = statement<object>('ip.ttl', {
  parse: (parser) => {
    parser.lexer.force('--');
    parser.require('ip');
    return {};
  },
  print: () => 'ip.ttl--;',
  encode: () => [{ type: 'dec_ttl' }],
});

/** push, pop and `ip.ttl--`. Assignments have no keyword and are built in. */
export const FIELD_ACTIONS: readonly ActionDefinition[] = [stack('push'), stack('pop'), decrementTtl];

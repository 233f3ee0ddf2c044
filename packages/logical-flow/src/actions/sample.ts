import { type FieldReference, formatField } from '../symbol.ts';
import { type ActionDefinition, statement, value } from './action.ts';
import { subfieldOf } from './encode-context.ts';
import type { ActionParser } from './parser.ts';

interface Sample {
  probability: number;
  collectorSet: number;
  domain: number;
  point: number | 'cookie' | FieldReference;
}

function parsePoint(parser: ActionParser): Sample['point'] {
  const { token } = parser.lexer;
  if (token.kind === 'macro' && token.text === 'cookie') {
    parser.lexer.next();
    return 'cookie';
  }
  const decimal = parser.decimal();
  if (decimal === undefined) return parser.sourceField(32);
  parser.lexer.next();
  return Number(decimal.value & 0xffffffffn);
}

function parseArgument(parser: ActionParser, sample: Sample): void {
  const { lexer } = parser;
  if (lexer.matchId('probability')) {
    lexer.force('=');
    if (parser.decimal() !== undefined) sample.probability = parser.uint16('probability');
  } else if (lexer.matchId('obs_point')) {
    lexer.force('=');
    sample.point = parsePoint(parser);
  } else if (lexer.matchId('obs_domain')) {
    lexer.force('=');
    const decimal = parser.decimal();
    if (decimal !== undefined) {
      if ((decimal.value & 0xffffffffn) > 0xffn) lexer.syntaxError('obs_domain must be 8-bit long');
      sample.domain = Number(decimal.value & 0xffn);
    }
    lexer.next();
  } else if (lexer.matchId('collector_set')) {
    lexer.force('=');
    const decimal = parser.decimal();
    if (decimal !== undefined) sample.collectorSet = Number(decimal.value & 0xffffffffn);
    lexer.next();
  } else {
    lexer.syntaxError('unknown argument');
  }
}

function printPoint(point: Sample['point']): string {
  if (point === 'cookie') return '$cookie';
  return typeof point === 'number' ? point.toString() : formatField(point);
}

const sample = statement<Sample>('sample', {
  parse: (parser) => {
    const data: Sample = { probability: 0, collectorSet: 0, domain: 0, point: 0 };
    if (parser.lexer.match('(')) {
      while (!parser.lexer.match(')')) {
        parseArgument(parser, data);
        parser.lexer.match(',');
      }
    }
    if (data.probability === 0) parser.lexer.error('probability must be greater than zero');
    return data;
  },
  print: ({ probability, collectorSet, domain, point }) =>
    `sample(probability=${probability},collector_set=${collectorSet},obs_domain=${domain},obs_point=${printPoint(point)});`,
  encode: ({ probability, collectorSet, domain, point }, context) => {
    if (!context.hasCollectorSet(collectorSet)) return [];
    const cookie = Number.parseInt(context.uuid.slice(0, 8), 16);
    return [
      {
        type: 'sample',
        probability,
        collector_set_id: collectorSet,
        obs_domain_id: ((domain << 24) | (context.datapathKey & 0xffffff)) >>> 0,
        obs_point_id: point === 'cookie' ? cookie : typeof point === 'number' ? point : 0,
        ...(typeof point === 'object' ? { obs_point_src: subfieldOf(point) } : {}),
      },
    ];
  },
});

interface CheckLength {
  readonly destination: FieldReference;
  readonly length: number;
}

const checkLength = value<CheckLength>('check_pkt_larger', {
  parse: (parser, destination) => {
    const { lexer } = parser;
    parser.check(destination, 1, true);
    lexer.next();
    lexer.force('(');
    const length = lexer.takeInteger();
    // OVN leaves this error to the check for the semicolon.
    if (length === undefined) return lexer.syntaxError("expecting `;'");
    lexer.force(')');
    return { destination, length: length & 0xffff };
  },
  print: ({ destination, length }) => `${formatField(destination)} = check_pkt_larger(${length});`,
  encode: ({ destination, length }) => [{ type: 'check_pkt_larger', pkt_len: length, dst: subfieldOf(destination) }],
});

/** Actions that look at packets without changing them. */
export const SAMPLE_ACTIONS: readonly ActionDefinition[] = [sample, checkLength];

import { formatString } from '../constant.ts';
import type { Pipeline } from '../tables/layout.ts';
import { type ActionDefinition, encodeActionList, type OvnAction, printActions, statement } from './action.ts';
import { NO_PORT, outputTable, physicalTable, resubmit, setField, wholeField } from './encode-context.ts';
import type { ActionParser } from './parser.ts';

interface Next {
  readonly pipeline: Pipeline;
  readonly table: number;
  /** Where the action stands. */
  readonly from: { readonly pipeline: Pipeline; readonly table: number };
}

function parseNextArgument(parser: ActionParser, next: { pipeline: Pipeline; table: number }): void {
  const { lexer } = parser;
  if (lexer.matchId('pipeline')) {
    lexer.force('=');
    if (lexer.matchId('ingress')) next.pipeline = 'ingress';
    else if (lexer.matchId('egress')) next.pipeline = 'egress';
    else lexer.syntaxError('expecting "ingress" or "egress"');
  } else if (lexer.matchId('table')) {
    lexer.force('=');
    next.table = lexer.forceInteger();
  } else {
    lexer.syntaxError('expecting "pipeline" or "table"');
  }
}

const next = statement<Next>('next', {
  parse: (parser) => {
    const { lexer } = parser;
    const { tableCounts, pipeline, table } = parser.context;
    if (tableCounts[pipeline] === 0) lexer.error('"next" action not allowed here.');
    const target = { pipeline, table: table + 1 };
    if (lexer.match('(')) {
      const number = lexer.takeInteger();
      if (number !== undefined) {
        target.table = number;
      } else {
        do parseNextArgument(parser, target);
        while (lexer.match(','));
      }
      lexer.force(')');
    }
    const count = tableCounts[target.pipeline];
    if (target.table >= count) lexer.error(`"next" action cannot advance beyond table ${count}.`);
    return { ...target, from: { pipeline, table } };
  },
  print: ({ pipeline, table, from }) => {
    if (pipeline !== from.pipeline) return `next(pipeline=${pipeline}, table=${table});`;
    return table === from.table + 1 ? 'next;' : `next(${table});`;
  },
  encode: ({ pipeline, table }, context) => [resubmit(physicalTable(context, pipeline, table))],
});

const output = statement<object>('output', {
  parse: () => ({}),
  print: () => 'output;',
  encode: (_, context) => [resubmit(outputTable(context))],
});

const clone = statement<{ readonly actions: readonly OvnAction[] }>('clone', {
  parse: (parser) => ({ actions: parser.nested(undefined, 'default') }),
  print: ({ actions }) => `clone { ${printActions(actions)} };`,
  encode: ({ actions }, context) => [{ type: 'clone', actions: encodeActionList(actions, context) }],
});

const mirror = statement<{ readonly port: string }>('mirror', {
  parse: ({ lexer }) => {
    lexer.force('(');
    const { token } = lexer;
    if (token.kind !== 'string') return lexer.syntaxError('expecting port name string');
    lexer.next();
    lexer.force(')');
    return { port: token.text };
  },
  print: ({ port }) => `mirror(${formatString(port)});`,
  encode: ({ port }, context) => {
    const key = context.lookupPort(port);
    if (key === undefined) return [];
    const { layout } = context;
    const actions = [
      setField(wholeField('in_port'), NO_PORT),
      setField(wholeField(layout.registers.outport), BigInt(key)),
      resubmit(layout.tables.remoteOutput),
    ];
    return [{ type: 'clone', actions }];
  },
});

/** Actions that only run a table of the controller's. */
const helpers = [
  ['ct_snat_to_vip', 'ctSnatHairpin'],
  ['mac_cache_use', 'macCacheUse'],
  ['flood_remote', 'floodRemoteChassis'],
] as const;

/** Where packets go next: next, output, clone, mirror and actions that run one helper table. */
export const PIPELINE_ACTIONS: readonly ActionDefinition[] = [
  next,
  output,
  clone,
  mirror,
  ...helpers.map(([keyword, table]) =>
    statement<object>(keyword, {
      parse: () => ({}),
      print: () => `${keyword};`,
      encode: (_, { layout }) => [resubmit(layout.tables[table])],
    }),
  ),
];

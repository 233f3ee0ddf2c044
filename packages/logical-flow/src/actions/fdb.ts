import { type FieldReference, formatField } from '../symbol.ts';
import type { HelperTable, LogicalRegister } from '../tables/layout.ts';
import { type ActionDefinition, statement, value } from './action.ts';
import {
  controllerAction,
  flagBit,
  resubmit,
  setField,
  subfieldOf,
  wholeField,
  withArguments,
} from './encode-context.ts';
import type { ActionParser } from './parser.ts';

interface Entry {
  readonly port: FieldReference;
  readonly mac: FieldReference;
}

function parseEntry(parser: ActionParser): Entry {
  const port = parser.sourceField(0);
  parser.lexer.force(',');
  const mac = parser.sourceField(48);
  parser.lexer.force(')');
  return { port, mac };
}

const put = statement<Entry>('put_fdb', {
  parse: (parser) => {
    parser.lexer.force('(');
    return parseEntry(parser);
  },
  print: ({ port, mac }) => `put_fdb(${formatField(port)}, ${formatField(mac)});`,
  encode: ({ port, mac }, context) =>
    withArguments(
      [
        { source: port, destination: context.layout.registers.inport },
        { source: mac, destination: 'eth_src' },
      ],
      [controllerAction(context, 'PUT_FDB')],
    ),
});

interface Get {
  readonly destination: FieldReference;
  readonly mac: FieldReference;
}

function get(keyword: string, table: HelperTable, register: LogicalRegister): ActionDefinition {
  return value<Get>(keyword, {
    parse: (parser, destination) => {
      parser.lexer.next();
      parser.lexer.next();
      // A port (a string field) may always be written here; a number must have the port's width.
      if (destination.width > 0) parser.check(destination, 32, true);
      const mac = parser.sourceField(48);
      parser.lexer.force(')');
      return { destination, mac };
    },
    print: ({ destination, mac }) => `${formatField(destination)} = ${keyword}(${formatField(mac)});`,
    encode: ({ destination, mac }, { layout }) => {
      const result = wholeField(layout.registers[register]);
      const to = subfieldOf(destination);
      const actions = withArguments(
        [{ source: mac, destination: 'eth_dst' }],
        [setField(result, 0n), resubmit(layout.tables[table])],
      );
      return to.field === result.field ? actions : [...actions, { type: 'move', src: result, dst: to }];
    },
  });
}

const lookup = value<Entry & { readonly destination: FieldReference }>('lookup_fdb', {
  parse: (parser, destination) => {
    parser.lexer.next();
    parser.lexer.next();
    parser.check(destination, 1, true);
    return { destination, ...parseEntry(parser) };
  },
  print: ({ destination, port, mac }) =>
    `${formatField(destination)} = lookup_fdb(${formatField(port)}, ${formatField(mac)});`,
  encode: ({ destination, port, mac }, context) => {
    const found = flagBit(context, 'lookupFdb');
    const { registers, tables } = context.layout;
    return [
      ...withArguments(
        [
          { source: port, destination: registers.inport },
          { source: mac, destination: 'eth_src' },
        ],
        [setField(found, 0n), resubmit(tables.lookupFdb)],
      ),
      { type: 'move', src: found, dst: subfieldOf(destination) },
    ];
  },
});

/** The forwarding database: which MAC address is behind which port. */
export const FDB_ACTIONS: readonly ActionDefinition[] = [
  put,
  get('get_fdb', 'getFdb', 'outport'),
  get('get_remote_fdb', 'getRemoteFdb', 'remoteOutport'),
  lookup,
];

import type { Action, FieldName } from '@ovnkube/openflow';
import { type FieldReference, formatField } from '../symbol.ts';
import { type ActionDefinition, statement, value } from './action.ts';
import {
  controllerAction,
  flagBit,
  type HelperArgument,
  resubmit,
  setField,
  subfieldOf,
  wholeField,
  withArguments,
} from './encode-context.ts';
import type { ActionOpcodeName } from './opcodes.ts';
import type { ActionParser } from './parser.ts';

/** The fields of an entry of a table of MAC bindings. */
interface Binding {
  readonly port: FieldReference;
  readonly ip: FieldReference;
}

interface BindingWithMac extends Binding {
  readonly mac: FieldReference;
}

function parseBinding(parser: ActionParser, width: number): Binding {
  const port = parser.sourceField(0);
  parser.lexer.force(',');
  return { port, ip: parser.sourceField(width) };
}

function parseBindingWithMac(parser: ActionParser, width: number): BindingWithMac {
  const binding = parseBinding(parser, width);
  parser.lexer.force(',');
  return { ...binding, mac: parser.sourceField(48) };
}

function get(keyword: string, width: number, ipField: FieldName): ActionDefinition {
  return statement<Binding>(keyword, {
    parse: (parser) => {
      parser.lexer.force('(');
      const binding = parseBinding(parser, width);
      parser.lexer.force(')');
      return binding;
    },
    print: ({ port, ip }) => `${keyword}(${formatField(port)}, ${formatField(ip)});`,
    encode: ({ port, ip }, { layout }) => {
      const args: HelperArgument[] = [
        { source: port, destination: layout.registers.outport },
        { source: ip, destination: ipField },
      ];
      return withArguments(args, [setField(wholeField('eth_dst'), 0n), resubmit(layout.tables.macBinding)]);
    },
  });
}

function put(keyword: string, width: number, ipField: FieldName, opcode: ActionOpcodeName): ActionDefinition {
  return statement<BindingWithMac>(keyword, {
    parse: (parser) => {
      parser.lexer.force('(');
      const binding = parseBindingWithMac(parser, width);
      parser.lexer.force(')');
      return binding;
    },
    print: ({ port, ip, mac }) => `${keyword}(${formatField(port)}, ${formatField(ip)}, ${formatField(mac)});`,
    encode: ({ port, ip, mac }, context) => {
      const args: HelperArgument[] = [
        { source: port, destination: context.layout.registers.inport },
        { source: ip, destination: ipField },
        { source: mac, destination: 'eth_src' },
      ];
      return withArguments(args, [controllerAction(context, opcode)]);
    },
  });
}

interface Lookup<Data> {
  readonly destination: FieldReference;
  readonly binding: Data;
}

function parseLookup<Data>(parser: ActionParser, destination: FieldReference, parse: () => Data): Lookup<Data> {
  parser.check(destination, 1, true);
  parser.lexer.next();
  parser.lexer.next();
  const binding = parse();
  parser.lexer.force(')');
  return { destination, binding };
}

function lookup(keyword: string, width: number, ipField: FieldName): ActionDefinition {
  return value<Lookup<BindingWithMac>>(keyword, {
    parse: (parser, destination) => parseLookup(parser, destination, () => parseBindingWithMac(parser, width)),
    print: ({ destination, binding: { port, ip, mac } }) =>
      `${formatField(destination)} = ${keyword}(${formatField(port)}, ${formatField(ip)}, ${formatField(mac)});`,
    encode: ({ destination, binding: { port, ip, mac } }, context) => {
      const { registers, tables } = context.layout;
      const args: HelperArgument[] = [
        { source: port, destination: registers.inport },
        { source: ip, destination: ipField },
        { source: mac, destination: 'eth_src' },
      ];
      const found = flagBit(context, 'lookupMac');
      return withArguments(args, [
        setField(found, 0n),
        resubmit(tables.macLookup),
        { type: 'move', src: found, dst: subfieldOf(destination) },
      ]);
    },
  });
}

function lookupIp(keyword: string, width: number, ipField: FieldName): ActionDefinition {
  return value<Lookup<Binding>>(keyword, {
    parse: (parser, destination) => parseLookup(parser, destination, () => parseBinding(parser, width)),
    print: ({ destination, binding: { port, ip } }) =>
      `${formatField(destination)} = ${keyword}(${formatField(port)}, ${formatField(ip)});`,
    encode: ({ destination, binding: { port, ip } }, context) => {
      const { registers, tables } = context.layout;
      const args: HelperArgument[] = [
        { source: port, destination: registers.outport },
        { source: ip, destination: ipField },
      ];
      const found = flagBit(context, 'lookupMac');
      const mac = wholeField('eth_dst');
      const body: Action[] = [
        { type: 'push', src: mac },
        setField(found, 0n),
        resubmit(tables.macBinding),
        { type: 'move', src: found, dst: subfieldOf(destination) },
        { type: 'pop', dst: mac },
      ];
      return withArguments(args, body);
    },
  });
}

/** MAC bindings: who has which IP address behind which port (ARP and neighbour discovery). */
export const NEIGHBOR_ACTIONS: readonly ActionDefinition[] = [
  get('get_arp', 32, 'reg0'),
  get('get_nd', 128, 'xxreg1'),
  put('put_arp', 32, 'reg0', 'PUT_ARP'),
  put('put_nd', 128, 'xxreg0', 'PUT_ND'),
  lookup('lookup_arp', 32, 'reg0'),
  lookup('lookup_nd', 128, 'xxreg0'),
  lookupIp('lookup_arp_ip', 32, 'reg0'),
  lookupIp('lookup_nd_ip', 128, 'xxreg1'),
];

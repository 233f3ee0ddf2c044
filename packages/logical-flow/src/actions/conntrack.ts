import type { Action, ConntrackAction, Nat, Subfield } from '@ovnkube/openflow';
import { formatIpv4, formatIpv6 } from '../address.ts';
import { type ActionDefinition, encodeActionList, type OvnAction, printActions, statement } from './action.ts';
import { type EncodeContext, physicalTable } from './encode-context.ts';
import type { ActionParser } from './parser.ts';

/** A router's zone for destination or source NAT. */
export type NatZone = 'dnat' | 'snat';

/** The zone of a connection: a switch has one for each port, a router two. */
export function zoneOf({ isSwitch, layout }: EncodeContext, zone: NatZone): Subfield {
  const { registers } = layout;
  return { field: isSwitch ? registers.portZone : routerZone(registers, zone), start: 0, width: 16 };
}

function routerZone(registers: EncodeContext['layout']['registers'], zone: NatZone): Subfield['field'] {
  return zone === 'dnat' ? registers.dnatZone : registers.snatZone;
}

function parseZone(parser: ActionParser, action: string): NatZone {
  const { lexer } = parser;
  if (lexer.matchId('dnat')) return 'dnat';
  if (lexer.matchId('snat')) return 'snat';
  return lexer.error(`"${action}" action accepts only "dnat" or "snat" parameter.`);
}

const next = statement<{ readonly zone: NatZone; readonly table: number }>('ct_next', {
  parse: (parser) => {
    const table = parser.nextTable('ct_next');
    parser.require('ip');
    if (!parser.lexer.match('(')) return { zone: 'dnat', table };
    const zone = parseZone(parser, 'ct_next');
    parser.lexer.force(')');
    return { zone, table };
  },
  print: ({ zone }) => `ct_next(${zone});`,
  encode: ({ zone, table }, context) => [
    { type: 'ct', zone: zoneOf(context, zone), table: physicalTable(context, context.pipeline, table) },
  ],
});

const commit = statement<{ readonly actions: readonly OvnAction[] }>('ct_commit', {
  parse: (parser) => {
    if (parser.lexer.token.kind === '{') return { actions: parser.nested('ip', 'ct_commit') };
    parser.require('ip');
    return { actions: [] };
  },
  print: ({ actions }) => (actions.length === 0 ? 'ct_commit;' : `ct_commit { ${printActions(actions)} };`),
  encode: ({ actions }, context) => {
    const exec = encodeActionList(actions, context);
    const nat: { nat?: Nat } = context.features.ctZeroSnat === true ? { nat: { type: 'nat', direction: 'src' } } : {};
    return [
      { type: 'ct', commit: true, zone: zoneOf(context, 'dnat'), ...nat, ...(exec.length === 0 ? {} : { exec }) },
    ];
  },
});

interface CommitToZone {
  readonly zone: NatZone;
  readonly table: number;
}

function commitToZone(keyword: 'ct_commit_nat' | 'ct_commit_to_zone'): ActionDefinition {
  const nat = keyword === 'ct_commit_nat';
  return statement<CommitToZone>(keyword, {
    parse: (parser) => {
      parser.require('ip');
      const table = parser.nextTable(keyword);
      if (!nat) parser.lexer.force('(');
      else if (!parser.lexer.match('(')) return { zone: 'dnat', table };
      const zone = parseZone(parser, keyword);
      parser.lexer.force(')');
      return { zone, table };
    },
    print: ({ zone }) => `${keyword}(${zone});`,
    encode: ({ zone, table }, context) => [
      {
        type: 'ct',
        commit: true,
        zone: zoneOf(context, zone),
        table: physicalTable(context, context.pipeline, table),
        ...(nat ? { nat: { type: 'nat' } } : {}),
      },
    ],
  });
}

interface NatAction {
  readonly table: number;
  readonly address?: { readonly value: bigint; readonly family: 'ipv4' | 'ipv6' };
  readonly ports?: { readonly low: number; readonly high?: number };
}

function parsePort(parser: ActionParser): number {
  const number = parser.decimal();
  if (number === undefined) parser.lexer.syntaxError('expecting Integer for port range');
  return Number(number.value & 0xffffn);
}

function parsePorts(parser: ActionParser): NonNullable<NatAction['ports']> {
  const { lexer } = parser;
  const low = parsePort(parser);
  if (low === 0) lexer.syntaxError("range can't be 0");
  lexer.next();
  if (!lexer.match('-')) return { low };
  const { token } = lexer;
  if (token.kind !== 'integer' || token.mask !== undefined)
    return lexer.syntaxError('expecting Integer for port range');
  const high = Number(token.value & 0xffffn);
  if (high <= low) lexer.syntaxError('range high should be greater than range low');
  lexer.next();
  return { low, high };
}

function parseNat(parser: ActionParser, keyword: string): NatAction {
  const { lexer } = parser;
  parser.require('ip');
  const table = parser.nextTable(keyword);
  if (!lexer.match('(')) return { table };
  const { token } = lexer;
  if (token.kind !== 'integer' || token.mask !== undefined || (token.format !== 'ipv4' && token.format !== 'ipv6')) {
    return lexer.syntaxError('expecting IPv4 or IPv6 address');
  }
  parser.context.constant?.(token.start, { kind: 'number', width: token.format === 'ipv4' ? 32 : 128 });
  lexer.next();
  const ports = lexer.match(',') ? parsePorts(parser) : undefined;
  lexer.force(')');
  return { table, address: { value: token.value, family: token.format }, ...(ports === undefined ? {} : { ports }) };
}

function printNat(keyword: string, { address, ports }: NatAction): string {
  if (address === undefined) return `${keyword};`;
  const ip = address.family === 'ipv4' ? formatIpv4(address.value) : formatIpv6(address.value);
  const range = ports === undefined ? '' : `,${ports.low}${ports.high === undefined ? '' : `-${ports.high}`}`;
  return `${keyword}(${ip}${range});`;
}

function natOf({ address, ports }: NatAction, direction: 'src' | 'dst'): Nat {
  if (address === undefined) return { type: 'nat' };
  const range = address.family === 'ipv4' ? { ipv4: { min: Number(address.value) } } : { ipv6: { min: address.value } };
  if (ports === undefined) return { type: 'nat', direction, ...range };
  const { low, high } = ports;
  if (high === undefined) return { type: 'nat', direction, ...range, ports: { min: low } };
  // The selection of a port from a range is said to be random, so that a datapath's default does not matter.
  return { type: 'nat', direction, random: true, ...range, ports: { min: low, max: high } };
}

function nat(keyword: string, direction: 'src' | 'dst', zone: (context: EncodeContext) => NatZone): ActionDefinition {
  return statement<NatAction>(keyword, {
    parse: (parser) => parseNat(parser, keyword),
    print: (data) => printNat(keyword, data),
    encode: (data, context): Action[] => {
      const action: ConntrackAction = {
        type: 'ct',
        ...(data.address === undefined ? {} : { commit: true }),
        zone: { field: routerZone(context.layout.registers, zone(context)), start: 0, width: 16 },
        table: physicalTable(context, context.pipeline, data.table),
        nat: natOf(data, direction),
      };
      return [action];
    },
  });
}

const clear = statement<object>('ct_clear', {
  parse: () => ({}),
  print: () => 'ct_clear;',
  encode: () => [{ type: 'ct_clear' }],
});

/** Connection tracking and NAT. */
export const CONNTRACK_ACTIONS: readonly ActionDefinition[] = [
  next,
  commit,
  commitToZone('ct_commit_nat'),
  commitToZone('ct_commit_to_zone'),
  nat('ct_dnat', 'dst', () => 'dnat'),
  nat('ct_snat', 'src', () => 'snat'),
  nat('ct_dnat_in_czone', 'dst', ({ commonNatZone }) => commonNatZone),
  nat('ct_snat_in_czone', 'src', ({ commonNatZone }) => commonNatZone),
  clear,
];

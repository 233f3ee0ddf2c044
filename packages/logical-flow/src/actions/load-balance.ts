import { type Action, fieldNamed, type Subfield } from '@ovnkube/openflow';
import { formatIpv4, formatIpv6 } from '../address.ts';
import { formatString } from '../constant.ts';
import { type FieldReference, formatField } from '../symbol.ts';
import { type ActionDefinition, statement, value } from './action.ts';
import { zoneOf } from './conntrack.ts';
import { type EncodeContext, outputTable, physicalTable, subfieldOf } from './encode-context.ts';
import type { ActionParser } from './parser.ts';

interface Backend {
  readonly family: 'ipv4' | 'ipv6';
  readonly address: bigint;
  /** 0: as the packet has it. */
  readonly port: number;
  /** The backend's logical port, for `ct_lb_mark_local`. */
  readonly logicalPort?: string;
}

interface LoadBalance {
  readonly table: number;
  readonly backends: readonly Backend[];
  readonly hashFields?: string;
  readonly flag?: 'skip_snat' | 'force_snat';
}

function parseBackendAddress(parser: ActionParser): Backend {
  const { lexer } = parser;
  const bracketed = lexer.match('[');
  const { token } = lexer;
  const isAddress =
    token.kind === 'integer' &&
    token.mask === undefined &&
    (token.format === 'ipv6' || (token.format === 'ipv4' && !bracketed));
  if (!isAddress) return lexer.syntaxError(bracketed ? 'expecting IPv6 address' : 'expecting IP address');
  const family = token.format === 'ipv4' ? 'ipv4' : 'ipv6';
  parser.context.constant?.(token.start, { kind: 'description' });
  lexer.next();
  if (bracketed && !lexer.match(']')) lexer.syntaxError('no closing square bracket');
  if (!lexer.match(':')) return { family, address: token.value, port: 0 };
  if (!bracketed && family === 'ipv6') {
    lexer.syntaxError('IPv6 address needs square brackets if port is included');
  }
  parser.context.constant?.(lexer.token.start, { kind: 'description' });
  return { family, address: token.value, port: parser.uint16('port number') };
}

function parseBackend(parser: ActionParser, local: boolean): Backend {
  if (!local) return parseBackendAddress(parser);
  const { lexer } = parser;
  const { token } = lexer;
  if (token.kind !== 'string') {
    return lexer.syntaxError('expecting logical port name for distributed load balancer');
  }
  lexer.next();
  lexer.force(':');
  return { ...parseBackendAddress(parser), logicalPort: token.text };
}

function parseHashFields(parser: ActionParser): string | undefined {
  const { lexer } = parser;
  if (!lexer.matchId('hash_fields')) return undefined;
  if (!lexer.match('=') || lexer.token.kind !== 'string') return lexer.syntaxError('invalid hash_fields');
  const { text } = lexer.token;
  lexer.next();
  // OVN takes whatever stands here for the closing parenthesis.
  if (!lexer.match(';')) lexer.next();
  return text;
}

function parseLoadBalance(parser: ActionParser, local: boolean): LoadBalance {
  const { lexer } = parser;
  const table = parser.nextTable('ct_lb');
  parser.require('ip');
  const backends: Backend[] = [];
  if (!lexer.match('(') || lexer.match(')')) return { table, backends };
  if (!lexer.matchId('backends')) lexer.syntaxError('expecting backends');
  lexer.force('=');
  while (!lexer.match(';') && !lexer.match(')')) {
    backends.push(parseBackend(parser, local));
    lexer.match(',');
  }
  const hashFields = parseHashFields(parser);
  const flag = lexer.matchId('skip_snat') ? 'skip_snat' : lexer.matchId('force_snat') ? 'force_snat' : undefined;
  if (flag !== undefined) lexer.next();
  return {
    table,
    backends,
    ...(hashFields === undefined ? {} : { hashFields }),
    ...(flag === undefined ? {} : { flag }),
  };
}

function formatBackend({ family, address, port }: Backend): string {
  if (family === 'ipv4') return `${formatIpv4(address)}${port === 0 ? '' : `:${port}`}`;
  return port === 0 ? formatIpv6(address) : `[${formatIpv6(address)}]:${port}`;
}

function printLoadBalance(keyword: string, { backends, hashFields, flag }: LoadBalance): string {
  if (backends.length === 0) return `${keyword};`;
  const list = backends.map((backend) => {
    const port = backend.logicalPort === undefined ? '' : `${formatString(backend.logicalPort)}:`;
    return port + formatBackend(backend);
  });
  const hash = hashFields === undefined ? '' : `; hash_fields="${hashFields}"`;
  return `${keyword}(backends=${list.join(',')}${hash}${flag === undefined ? '' : `; ${flag}`});`;
}

/** A group action for a group in the text form of ovs-ofctl(8); none if there are no group ids left. */
function groupAction(context: EncodeContext, text: string): Action[] {
  const id = context.groups.assign(text);
  return id === undefined ? [] : [{ type: 'group', group_id: id }];
}

/** The name of a field in texts with `NXM_NX_…`. */
function nxmName({ field }: Subfield): string {
  return fieldNamed(field).forms[0]?.name ?? field;
}

function selection(hashFields: string | undefined): string {
  return `type=select,selection_method=${hashFields === undefined ? 'dp_hash' : `hash,fields(${hashFields})`}`;
}

/** Bits of ct_mark or ct_label that a committed connection has. */
const flagBits = { skip_snat: '4/4', force_snat: '8/8' } as const;

function encodeLoadBalance(data: LoadBalance, register: 'ct_mark' | 'ct_label', context: EncodeContext): Action[] {
  const table = physicalTable(context, context.pipeline, data.table);
  const zone = zoneOf(context, 'dnat');
  // Without backends: the connection is known, and gets the NAT that it has.
  if (data.backends.length === 0) return [{ type: 'ct', zone, table, nat: { type: 'nat' } }];
  const backends = data.backends.filter(
    ({ logicalPort }) => logicalPort === undefined || context.isLocalPort(logicalPort),
  );
  if (backends.length === 0) return [];
  const flag = data.flag === undefined ? '' : `,set_field:${flagBits[data.flag]}->${register}`;
  const buckets = backends.map(
    (backend, id) =>
      `,bucket=bucket_id=${id},weight:100,actions=ct(nat(dst=${formatBackend(backend)}),commit,table=${table},` +
      `zone=${nxmName(zone)}[0..15],exec(set_field:2/2->${register}${flag}))`,
  );
  return groupAction(context, selection(data.hashFields) + buckets.join(''));
}

function loadBalance(keyword: string, register: 'ct_mark' | 'ct_label', local = false): ActionDefinition {
  return statement<LoadBalance>(keyword, {
    parse: (parser) => parseLoadBalance(parser, local),
    print: (data) => printLoadBalance(keyword, data),
    encode: (data, context) => encodeLoadBalance(data, register, context),
  });
}

interface Select {
  readonly destination: FieldReference;
  readonly table: number;
  readonly members: readonly { readonly id: number; readonly weight: number }[];
  readonly hashFields?: string;
}

function parseMembers(parser: ActionParser): Select['members'] {
  const { lexer } = parser;
  const members: { id: number; weight: number }[] = [];
  while (!lexer.match(')')) {
    const id = parser.uint16('id');
    const weight = lexer.match('=') ? parser.uint16('weight') : 100;
    if (weight === 0) lexer.syntaxError("weight can't be 0");
    lexer.match(',');
    members.push({ id, weight });
  }
  if (members.length <= 1) lexer.syntaxError('expecting at least 2 group members');
  return members;
}

function parseSelect(parser: ActionParser, destination: FieldReference): Select {
  const { lexer } = parser;
  const { width, offset, symbol } = destination;
  parser.check(destination, width, true);
  if (width < 16) {
    lexer.error(
      `cannot use ${width}-bit field ${symbol.name}[${offset}..${offset + width - 1}] for "select", which requires at least 16 bits.`,
    );
  }
  const table = parser.nextTable('select');
  lexer.next();
  lexer.next();
  if (!lexer.matchId('values')) return { destination, table, members: parseMembers(parser) };
  lexer.force('=');
  lexer.force('(');
  const members = parseMembers(parser);
  lexer.force(';');
  if (!lexer.matchId('hash_fields')) lexer.syntaxError('expecting hash_fields');
  if (!lexer.match('=') || lexer.token.kind !== 'string' || lexer.lookahead() !== ')') {
    return lexer.syntaxError('invalid hash_fields');
  }
  const hashFields = lexer.token.text;
  lexer.next();
  lexer.force(')');
  return { destination, table, members, hashFields };
}

const select = value<Select>('select', {
  parse: parseSelect,
  print: ({ destination, members, hashFields }) => {
    const list = members.map(({ id, weight }) => `${id}=${weight}`).join(', ');
    const choice = hashFields === undefined ? `(${list})` : `(values=(${list}); hash_fields="${hashFields}")`;
    return `${formatField(destination)} = select${choice};`;
  },
  encode: ({ destination, table, members, hashFields }, context) => {
    const { field, start, width } = subfieldOf(destination);
    const symmetric = context.features.dpHashL4Symmetric === true && hashFields === undefined;
    const buckets = members.map(
      ({ id, weight }, index) =>
        `,bucket=bucket_id=${index},weight:${weight},actions=load:${id}->${field}[${start}..${start + width - 1}],` +
        `resubmit(,${physicalTable(context, context.pipeline, table)})`,
    );
    const method = symmetric ? ',selection_method_param=0x100000000' : '';
    return groupAction(context, selection(hashFields) + method + buckets.join(''));
  },
});

interface ForwardingGroup {
  readonly liveness: boolean;
  readonly ports: readonly string[];
}

function parseForwardingGroup({ lexer }: ActionParser): ForwardingGroup {
  const ports: string[] = [];
  let liveness = false;
  if (!lexer.match('(')) return { liveness, ports };
  if (lexer.matchId('liveness')) {
    lexer.force('=');
    liveness = lexer.matchString('true') || lexer.matchId('true');
    if (!liveness && !lexer.matchString('false') && !lexer.matchId('false'))
      lexer.syntaxError('expecting true or false');
    lexer.force(',');
  }
  if (!lexer.matchId('childports')) return { liveness, ports };
  lexer.force('=');
  while (!lexer.match(')')) {
    const { token } = lexer;
    if (token.kind !== 'string') return lexer.syntaxError('expecting logical switch port');
    lexer.next();
    lexer.match(',');
    ports.push(token.text);
  }
  return { liveness, ports };
}

function encodeForwardingGroup({ liveness, ports }: ForwardingGroup, context: EncodeContext): Action[] {
  if (ports.length === 0) return [];
  const { outport } = context.layout.registers;
  const name = nxmName({ field: outport, start: 0, width: 32 });
  let text = 'type=select,selection_method=dp_hash';
  for (const port of ports) {
    const key = context.lookupPort(port);
    const tunnel = liveness ? context.tunnelPort(port) : 0;
    if (key === undefined || tunnel === undefined) return [];
    // OVN writes the key in decimal behind 0x. The group must be the real one's, so it is kept (see the README's deviations).
    text += `,bucket=${liveness ? `watch_port:${tunnel},` : ''}load=0x${key}->${name}[0..15],resubmit(,${outputTable(context)})`;
  }
  return groupAction(context, text);
}

const forwardingGroup = statement<ForwardingGroup>('fwd_group', {
  parse: parseForwardingGroup,
  print: ({ liveness, ports }) => {
    const list = ports.map((port) => `"${port}"`).join(', ');
    return `fwd_group(${liveness ? 'liveness="true", ' : ''}${ports.length > 0 ? `childports=${list}` : ''});`;
  },
  encode: encodeForwardingGroup,
});

/** Actions that choose among several: load balancers, ECMP, forwarding groups. They become OpenFlow groups. */
export const LOAD_BALANCE_ACTIONS: readonly ActionDefinition[] = [
  loadBalance('ct_lb', 'ct_label'),
  loadBalance('ct_lb_mark', 'ct_mark'),
  loadBalance('ct_lb_mark_local', 'ct_mark', true),
  select,
  forwardingGroup,
];

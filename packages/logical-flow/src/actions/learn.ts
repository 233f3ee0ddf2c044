import type { Action, FieldName, LearnSpec } from '@ovnkube/openflow';
import { formatIpv4, formatIpv6 } from '../address.ts';
import { type ActionDefinition, statement } from './action.ts';
import { type EncodeContext, flagBit, wholeField } from './encode-context.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { ActionParser } from './parser.ts';

const protocols = { tcp: 6, udp: 17, sctp: 132 } as const;
type Protocol = keyof typeof protocols;

const ports: Readonly<Record<Protocol, { readonly src: FieldName; readonly dst: FieldName }>> = {
  tcp: { src: 'tcp_src', dst: 'tcp_dst' },
  udp: { src: 'udp_src', dst: 'udp_dst' },
  sctp: { src: 'sctp_src', dst: 'sctp_dst' },
};

function parseProtocol(parser: ActionParser): Protocol {
  const { lexer } = parser;
  const names = Object.keys(protocols) as Protocol[];
  return names.find((name) => lexer.matchId(name)) ?? lexer.syntaxError('invalid protocol');
}

function parseKey({ lexer }: ActionParser, key: string): void {
  if (!lexer.matchId(key)) lexer.syntaxError('invalid parameter');
  lexer.force('=');
}

const same = (field: FieldName): LearnSpec => ({ kind: 'match', src: wholeField(field), dst: wholeField(field) });
const crossed = (src: FieldName, dst: FieldName): LearnSpec => ({
  kind: 'match',
  src: wholeField(src),
  dst: wholeField(dst),
});
const fixed = (field: FieldName, value: bigint): LearnSpec => {
  const dst = wholeField(field);
  return { kind: 'match', src: { immediate: value, width: dst.width }, dst };
};

interface CommitNextHop {
  readonly ipv6: boolean;
  readonly protocol: Protocol;
}

/** The flow that knows a connection again: as its packets come in (with the next hop's MAC), or as its replies do. */
function nextHopFlow({ ipv6, protocol }: CommitNextHop, context: EncodeContext, reply: boolean): Action {
  const { tables } = context.layout;
  const [src, dst]: [FieldName, FieldName] = ipv6 ? ['ipv6_src', 'ipv6_dst'] : ['ip_src', 'ip_dst'];
  const port = ports[protocol];
  const pairs: LearnSpec[][] = reply
    ? [
        [crossed(dst, src), crossed(src, dst)],
        [crossed(port.dst, port.src), crossed(port.src, port.dst)],
      ]
    : [
        [same(src), same(dst)],
        [same(port.src), same(port.dst)],
      ];
  const [addresses = [], numbers = []] = pairs;
  return {
    type: 'learn',
    table: reply ? tables.ecmpNextHop : tables.ecmpNextHopMac,
    idle_timeout: 20,
    hard_timeout: 30,
    delete_learned: true,
    specs: [
      same('metadata'),
      ...(reply ? [] : [same('eth_src')]),
      fixed('eth_type', ipv6 ? 0x86ddn : 0x800n),
      ...addresses,
      fixed('nw_proto', BigInt(protocols[protocol])),
      ...numbers,
      { kind: 'load', src: { immediate: 1n, width: 1 }, dst: flagBit(context, 'lookupCommitEcmpNextHop') },
    ],
  };
}

function parseTruth({ lexer }: ActionParser): boolean {
  if (lexer.matchString('true') || lexer.matchId('true')) return true;
  if (lexer.matchString('false') || lexer.matchId('false')) return false;
  return lexer.syntaxError('expecting true or false');
}

const commitNextHop = statement<CommitNextHop>('commit_ecmp_nh', {
  parse: (parser) => {
    parser.lexer.force('(');
    parseKey(parser, 'ipv6');
    const ipv6 = parseTruth(parser);
    parser.lexer.force(',');
    parseKey(parser, 'proto');
    const protocol = parseProtocol(parser);
    parser.lexer.force(')');
    return { ipv6, protocol };
  },
  print: ({ ipv6, protocol }) => `commit_ecmp_nh(ipv6 = ${ipv6}, proto = ${protocol});`,
  encode: (data, context) => [nextHopFlow(data, context, false), nextHopFlow(data, context, true)],
});

interface CommitAffinity {
  readonly vip: Endpoint;
  readonly backend: Endpoint;
  readonly protocol?: Protocol;
  /** Seconds. */
  readonly timeout: number;
}

function parseQuotedEndpoint(parser: ActionParser, key: string): Endpoint {
  const { lexer } = parser;
  parseKey(parser, key);
  const { token } = lexer;
  const endpoint = token.kind === 'string' ? parseEndpoint(token.text) : undefined;
  return endpoint ?? lexer.syntaxError('invalid parameter');
}

function printEndpoint({ family, address, port }: Endpoint): string {
  const ip = family === 'ipv6' ? `[${formatIpv6(address)}]` : formatIpv4(address);
  return `"${ip}${port === 0 ? '' : `:${port}`}"`;
}

function parseAffinity(parser: ActionParser): CommitAffinity {
  const { lexer } = parser;
  lexer.force('(');
  const vip = parseQuotedEndpoint(parser, 'vip');
  lexer.next();
  lexer.force(',');
  const backend = parseQuotedEndpoint(parser, 'backend');
  if (backend.family !== vip.family) lexer.syntaxError('invalid protocol family');
  lexer.next();
  lexer.force(',');
  let protocol: Protocol | undefined;
  if (vip.port !== 0) {
    parseKey(parser, 'proto');
    protocol = parseProtocol(parser);
    lexer.force(',');
  }
  parseKey(parser, 'timeout');
  const timeout = parser.uint16('affinity timeout');
  lexer.force(')');
  return { vip, backend, timeout, ...(protocol === undefined ? {} : { protocol }) };
}

/** Where table checkLbAffinity loads the backend's address. */
function affinityAddress(ipv6: boolean, { layout, registerConsolidation, isSwitch }: EncodeContext): FieldName {
  const { registers } = layout;
  if (!ipv6) return registers.lbAffinityIp4;
  return !registerConsolidation && isSwitch ? registers.lbAffinityIp6SwitchOld : registers.lbAffinityIp6;
}

function encodeAffinity({ vip, backend, protocol, timeout }: CommitAffinity, context: EncodeContext): Action {
  const ipv6 = vip.family === 'ipv6';
  const { layout, registerConsolidation, uuid } = context;
  const [src, dst]: [FieldName, FieldName] = ipv6 ? ['ipv6_src', 'ipv6_dst'] : ['ip_src', 'ip_dst'];
  const address = wholeField(affinityAddress(ipv6, context));
  const { lbAffinityPort, lbAffinityPortOld } = layout.registers;
  const specs: LearnSpec[] = [
    same('metadata'),
    fixed('eth_type', ipv6 ? 0x86ddn : 0x800n),
    same(src),
    fixed(dst, vip.address),
  ];
  if (protocol !== undefined) {
    specs.push(fixed('nw_proto', BigInt(protocols[protocol])), fixed(ports[protocol].dst, BigInt(vip.port)));
  }
  specs.push(
    { kind: 'load', src: { immediate: 1n, width: 1 }, dst: flagBit(context, 'useLbAffinitySession') },
    { kind: 'load', src: { immediate: backend.address, width: address.width }, dst: address },
  );
  if (backend.port !== 0) {
    const field = registerConsolidation ? lbAffinityPort : lbAffinityPortOld;
    specs.push({
      kind: 'load',
      src: { immediate: BigInt(backend.port), width: 16 },
      dst: { field, start: 0, width: 16 },
    });
  }
  return {
    type: 'learn',
    table: layout.tables.checkLbAffinity,
    idle_timeout: timeout,
    delete_learned: true,
    cookie: BigInt(`0x${uuid.slice(0, 8)}`),
    specs,
  };
}

const commitAffinity = statement<CommitAffinity>('commit_lb_aff', {
  parse: parseAffinity,
  print: ({ vip, backend, protocol, timeout }) => {
    const proto = protocol === undefined ? '' : `, proto = ${protocol}`;
    return `commit_lb_aff(vip = ${printEndpoint(vip)}, backend = ${printEndpoint(backend)}${proto}, timeout = ${timeout});`;
  },
  encode: (data, context) => [encodeAffinity(data, context)],
});

/** Actions that make the switch learn flows: symmetric ECMP and session affinity. */
export const LEARN_ACTIONS: readonly ActionDefinition[] = [commitNextHop, commitAffinity];

import { formatIpv4, prefixLength } from '../address.ts';
import { ByteWriter, utf8 } from '../bytes.ts';
import { type FieldReference, formatField } from '../symbol.ts';
import { type ActionDefinition, value } from './action.ts';
import { encodeName, encodeNamesCompressed } from './domain-names.ts';
import { controllerAction, writeResultBit } from './encode-context.ts';
import type { ActionOpcodeName } from './opcodes.ts';
import {
  firstInteger,
  firstText,
  integers,
  type ParsedOption,
  type PutOptions,
  parsePutOptions,
  printPutOptions,
} from './options.ts';

/** Codes that the controller wants before the others: where to boot from, and its own `next_server`. */
const CODES_FIRST = [67, 254, 253];

/** Destination prefix and gateway in turn (RFC 3442). */
function staticRoutes(option: ParsedOption): ByteWriter {
  const writer = new ByteWriter();
  const values = integers(option);
  for (let index = 0; index + 1 < values.length; index += 2) {
    const prefix = values[index];
    const gateway = values[index + 1];
    if (prefix === undefined || gateway === undefined) break;
    const length = prefix.mask === undefined ? 32 : (prefixLength(prefix.mask & 0xffffffffn, 32) ?? 32);
    const bytes = Math.ceil(length / 8);
    writer.u8(length).integer((prefix.value & 0xffffffffn) >> BigInt(8 * (4 - bytes)), bytes);
    writer.integer(gateway.value, 4);
  }
  return writer;
}

/** The value of a DHCPv4 option; undefined: it cannot be written. */
function dhcpValue(option: ParsedOption): Iterable<number> | undefined {
  const integer = (bytes: number) => new ByteWriter().integer(firstInteger(option), bytes).result();
  switch (option.type) {
    case 'bool':
    case 'uint8':
      return integer(1);
    case 'uint16':
      return integer(2);
    case 'uint32':
      return integer(4);
    case 'ipv4': {
      const writer = new ByteWriter();
      for (const { value: address } of integers(option)) writer.integer(address, 4);
      return writer.result();
    }
    case 'static_routes':
      return staticRoutes(option).result();
    case 'host_id':
      return option.value.type === 'string' ? utf8(firstText(option)) : integer(4);
    case 'str':
      return utf8(firstText(option));
    case 'domains':
      return encodeNamesCompressed(firstText(option));
    default:
      return undefined;
  }
}

function writeDhcpOption(writer: ByteWriter, option: ParsedOption): void {
  const bytes = [...(dhcpValue(option) ?? [])];
  // The length is one byte; what is longer cannot be written and is cut, as the option itself would be.
  const length = bytes.length & 0xff;
  writer.u8(option.code).u8(length).bytes(bytes.slice(0, length));
}

function writeDhcpOptions(writer: ByteWriter, { options }: PutOptions): void {
  const byCode = (code: number) => options.find((option) => option.code === code);
  const offer = byCode(0);
  writer.integer(offer === undefined ? 0n : firstInteger(offer), 4);
  const first = CODES_FIRST.map(byCode).filter((option) => option !== undefined);
  for (const option of first) writeDhcpOption(writer, option);
  for (const option of options) if (option !== offer && !first.includes(option)) writeDhcpOption(writer, option);
}

const putDhcp = value<PutOptions>('put_dhcp_opts', {
  parse: (parser, destination) => {
    const put = parsePutOptions(parser, destination, parser.context.dhcpOptions, 'DHCPv4');
    if (!put.options.some(({ code }) => code === 0)) {
      parser.lexer.error('put_dhcp_opts requires offerip to be specified.');
    }
    return put;
  },
  print: (put) => printPutOptions('put_dhcp_opts', put),
  encode: (put, context) => [
    controllerAction(
      context,
      'PUT_DHCP_OPTS',
      (userdata) => {
        writeResultBit(userdata, put.destination);
        writeDhcpOptions(userdata, put);
      },
      { pause: true },
    ),
  ],
});

function dhcpv6Value(option: ParsedOption): Iterable<number> {
  switch (option.type) {
    case 'ipv6': {
      const writer = new ByteWriter();
      for (const { value: address } of integers(option)) writer.integer(address, 16);
      return writer.result();
    }
    case 'mac':
      return new ByteWriter().integer(firstInteger(option), 6).result();
    case 'str':
      return utf8(firstText(option));
    case 'domain':
      return encodeName(firstText(option));
    default:
      return [];
  }
}

const putDhcpv6 = value<PutOptions>('put_dhcpv6_opts', {
  parse: (parser, destination) => parsePutOptions(parser, destination, parser.context.dhcpv6Options, 'DHCPv6'),
  print: (put) => printPutOptions('put_dhcpv6_opts', put),
  encode: (put, context) => [
    controllerAction(
      context,
      'PUT_DHCPV6_OPTS',
      (userdata) => {
        writeResultBit(userdata, put.destination);
        for (const option of put.options) {
          const bytes = [...dhcpv6Value(option)];
          userdata.u16(option.code).u16(bytes.length).bytes(bytes);
        }
      },
      { pause: true },
    ),
  ],
});

interface Relay {
  readonly destination: FieldReference;
  readonly relay: bigint;
  readonly server: bigint;
}

function relay(keyword: string, opcode: ActionOpcodeName): ActionDefinition {
  return value<Relay>(keyword, {
    anyFollower: true,
    parse: (parser, destination) => {
      const { lexer } = parser;
      lexer.next();
      lexer.force('(');
      parser.check(destination, 1, true);
      const first = lexer.token;
      if (first.kind !== 'integer' || first.format !== 'ipv4') {
        return lexer.syntaxError('expecting IPv4 dhcp relay and server ips');
      }
      lexer.next();
      lexer.match(',');
      const second = lexer.token;
      if (second.kind !== 'integer' || second.format !== 'ipv4')
        return lexer.syntaxError('expecting IPv4 dhcp server ip');
      lexer.next();
      lexer.force(')');
      return { destination, relay: first.value, server: second.value };
    },
    print: (data) =>
      `${formatField(data.destination)} = ${keyword}(${formatIpv4(data.relay)}, ${formatIpv4(data.server)});`,
    encode: (data, context) => [
      controllerAction(
        context,
        opcode,
        (userdata) => {
          writeResultBit(userdata, data.destination);
          userdata.integer(data.relay, 4).integer(data.server, 4);
        },
        { pause: true },
      ),
    ],
  });
}

/** DHCP answered by the controller. */
export const DHCP_ACTIONS: readonly ActionDefinition[] = [
  putDhcp,
  putDhcpv6,
  relay('dhcp_relay_req_chk', 'DHCP_RELAY_REQ_CHK'),
  relay('dhcp_relay_resp_chk', 'DHCP_RELAY_RESP_CHK'),
];

import { parseIpv6, prefixLength, prefixMask } from '../address.ts';
import { ByteWriter } from '../bytes.ts';
import type { Constant } from '../constant.ts';
import { type ActionDefinition, value } from './action.ts';
import { encodeNames } from './domain-names.ts';
import { controllerAction, writeResultBit } from './encode-context.ts';
import {
  firstInteger,
  firstText,
  integers,
  type ParsedOption,
  type PutOptions,
  parsePutOptions,
  printPutOptions,
} from './options.ts';
import type { ActionParser } from './parser.ts';

/** Option numbers of neighbour discovery (RFC 4861, 4191, 8106); the first and the last are flags of the message. */
const Code = {
  ADDR_MODE: 0,
  SLLA: 1,
  PREFIX: 3,
  MTU: 5,
  ROUTE_INFO: 24,
  RDNSS: 25,
  DNSSL: 31,
  PREFERENCE: 255,
} as const;
const FOREVER = 0xffffffff;
const MANAGED = 0x80;
const OTHER_CONFIGURATION = 0x40;
const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;
/** Router preference (RFC 4191 §2.1) in the bits where both the message and the route information option have it. */
const preferences: Readonly<Record<string, number>> = { HIGH: 0x08, LOW: 0x18, MEDIUM: 0 };
const addressModes: Readonly<Record<string, number>> = {
  slaac: 0,
  dhcpv6_stateful: MANAGED,
  dhcpv6_stateless: OTHER_CONFIGURATION,
};
/** OVN collects the names of one DNSSL option in so many bytes. */
const MAX_NAMES = 255;

function isValid({ code }: ParsedOption, constant: Constant | undefined): boolean {
  const text = constant?.kind === 'string' ? constant.text : undefined;
  const format = constant?.kind === 'integer' ? constant.format : undefined;
  switch (code) {
    case Code.ADDR_MODE:
      return text !== undefined && Object.hasOwn(addressModes, text);
    case Code.PREFERENCE:
      return text !== undefined && Object.hasOwn(preferences, text);
    case Code.SLLA:
      return format === 'ethernet';
    case Code.PREFIX:
      return format === 'ipv6' && constant?.kind === 'integer' && constant.mask !== undefined;
    case Code.MTU:
      return format === 'decimal';
    case Code.RDNSS:
      return format === 'ipv6';
    case Code.ROUTE_INFO:
    case Code.DNSSL:
      return text !== undefined;
    default:
      return true;
  }
}

function checkOptions({ lexer }: ActionParser, options: readonly ParsedOption[]): void {
  for (const option of options) {
    const { values } = option.value;
    if (values.length > 1 || !isValid(option, values[0])) lexer.error(`Invalid value for "${option.name}" option`);
  }
  const has = (code: number) => options.some((option) => option.code === code);
  if (!has(Code.SLLA)) lexer.error('slla option not present');
  const stateful = options.some((option) => option.code === Code.ADDR_MODE && firstText(option) === 'dhcpv6_stateful');
  if (!stateful && !has(Code.PREFIX)) {
    lexer.error('prefix option needs to be set when address mode is slaac/dhcpv6_stateless.');
  }
}

/** `PREFERENCE-PREFIX,…`: what is no route ends the list. */
function writeRoutes(writer: ByteWriter, list: string): void {
  for (const route of list.split(',').filter((part) => part !== '')) {
    const [preference = '', prefix = ''] = route.split('-');
    const [text = '', length = '128'] = prefix.split('/');
    const address = parseIpv6(text);
    const bits = /^\d{1,3}$/.test(length) ? Number(length) : 129;
    if (address === undefined || bits > 128) return;
    const blocks = Math.ceil(bits / 64);
    writer
      .u8(Code.ROUTE_INFO)
      .u8(1 + blocks)
      .u8(bits)
      .u8(preferences[preference] ?? 0)
      .u32(FOREVER);
    const network = address & prefixMask(bits, 128);
    if (blocks > 0) writer.integer(network >> BigInt(64 * (2 - blocks)), 8 * blocks);
  }
}

function writeOption(writer: ByteWriter, option: ParsedOption, managed: boolean): void {
  switch (option.code) {
    case Code.SLLA:
      writer.u8(Code.SLLA).u8(1).integer(firstInteger(option), 6);
      break;
    case Code.MTU:
      writer.u8(Code.MTU).u8(1).u16(0).integer(firstInteger(option), 4);
      break;
    case Code.PREFIX: {
      const length = prefixLength(integers(option)[0]?.mask ?? 0n, 128) ?? 0;
      writer
        .u8(Code.PREFIX)
        .u8(4)
        .u8(length)
        .u8(managed ? ON_LINK : ON_LINK | AUTONOMOUS);
      writer.u32(FOREVER).u32(FOREVER).u32(0).integer(firstInteger(option), 16);
      break;
    }
    case Code.RDNSS:
      writer.u8(Code.RDNSS).u8(3).u16(0).u32(FOREVER).integer(firstInteger(option), 16);
      break;
    case Code.DNSSL: {
      const names = encodeNames(firstText(option));
      if (8 + names.length > MAX_NAMES) break;
      const size = Math.ceil((8 + names.length) / 8) * 8;
      writer
        .u8(Code.DNSSL)
        .u8(size / 8)
        .u16(0)
        .u32(FOREVER)
        .bytes(names)
        .zeros(size - 8 - names.length);
      break;
    }
    case Code.ROUTE_INFO:
      writeRoutes(writer, firstText(option));
      break;
  }
}

/** A whole Router Advertisement, which the controller puts in place of the solicitation. */
function writeAdvertisement(userdata: ByteWriter, options: readonly ParsedOption[]): void {
  const body = new ByteWriter();
  let flags = 0;
  for (const option of options) {
    if (option.code === Code.ADDR_MODE) flags |= addressModes[firstText(option)] ?? 0;
    else if (option.code === Code.PREFERENCE) flags |= preferences[firstText(option)] ?? 0;
    else writeOption(body, option, (flags & MANAGED) !== 0);
  }
  // ICMPv6 type 134, code, checksum; hop limit 255, flags, lifetime of the router 65535 s; reachable and retransmission time.
  userdata.u8(134).u8(0).u16(0).u8(255).u8(flags).u16(0xffff).u32(0).u32(0).bytes(body.result());
}

const putRouterAdvertisement = value<PutOptions>('put_nd_ra_opts', {
  parse: (parser, destination) => {
    const put = parsePutOptions(parser, destination, parser.context.ndRaOptions, 'IPv6 ND RA');
    checkOptions(parser, put.options);
    parser.require('ip6');
    return put;
  },
  print: (put) => printPutOptions('put_nd_ra_opts', put),
  encode: ({ destination, options }, context) => [
    controllerAction(
      context,
      'PUT_ND_RA_OPTS',
      (userdata) => {
        writeResultBit(userdata, destination);
        writeAdvertisement(userdata, options);
      },
      { pause: true },
    ),
  ],
});

/** Router advertisements answered by the controller. */
export const ROUTER_ADVERTISEMENT_ACTIONS: readonly ActionDefinition[] = [putRouterAdvertisement];

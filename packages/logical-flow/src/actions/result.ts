import type { Action, Subfield } from '@ovnkube/openflow';
import { LogicalFlowError } from '../error.ts';
import { type FieldReference, formatField } from '../symbol.ts';
import type { FlagBit, HelperTable, LogicalRegister } from '../tables/layout.ts';
import { type ActionDefinition, value } from './action.ts';
import {
  controllerAction,
  type EncodeContext,
  flagBit,
  resubmit,
  setField,
  subfieldOf,
  writeResultBit,
} from './encode-context.ts';

interface Result {
  readonly destination: FieldReference;
}

/** `destination = keyword();` */
function result(
  keyword: string,
  width: number,
  prerequisite: string | undefined,
  encode: (destination: FieldReference, context: EncodeContext) => readonly Action[],
): ActionDefinition {
  return value<Result>(keyword, {
    parse: (parser, destination) => {
      parser.lexer.next();
      parser.lexer.next();
      if (!parser.lexer.match(')')) parser.lexer.error(`${keyword} doesn't take any parameters`);
      parser.check(destination, width, true);
      if (prerequisite !== undefined) parser.require(prerequisite);
      return { destination };
    },
    print: ({ destination }) => `${formatField(destination)} = ${keyword}();`,
    encode: ({ destination }, context) => encode(destination, context),
  });
}

/** Clears where a helper table puts its result, runs the table, and moves the result. */
function runTable(source: Subfield, table: number, to: Subfield): Action[] {
  // One set_field writes at most 64 bits here, as OVN's does.
  const parts: Action[] = [];
  for (let done = 0; done < source.width; done += 64) {
    const width = Math.min(64, source.width - done);
    parts.push(setField({ field: source.field, start: source.start + done, width }, 0n));
  }
  return [...parts, resubmit(table), { type: 'move', src: source, dst: to }];
}

function flagResult(keyword: string, table: HelperTable, bit: FlagBit): ActionDefinition {
  return result(keyword, 1, undefined, (destination, context) =>
    runTable(flagBit(context, bit), context.layout.tables[table], subfieldOf(destination)),
  );
}

function overlaps(a: Subfield, b: Subfield): boolean {
  return a.field === b.field && a.start < b.start + b.width && b.start < a.start + a.width;
}

/** A value of the connection's original direction, which a table loads to a register that may be in use. */
function originalResult(
  keyword: string,
  width: number,
  table: HelperTable,
  register: LogicalRegister,
  save: boolean,
): ActionDefinition {
  return result(keyword, width, undefined, (destination, { layout }) => {
    const source: Subfield = { field: layout.registers[register], start: 0, width };
    const to = subfieldOf(destination);
    const actions = runTable(source, layout.tables[table], to);
    if (!save || (source.field === to.field && source.start === to.start)) return actions;
    if (overlaps(source, to)) {
      throw new LogicalFlowError(
        'encoding',
        `${formatField(destination)} = ${keyword}() cannot be encoded: the destination overlaps the register that the result comes in.`,
      );
    }
    return [{ type: 'push', src: source }, ...actions, { type: 'pop', dst: source }];
  });
}

const dnsLookup = result('dns_lookup', 1, 'udp', (destination, context) => [
  controllerAction(context, 'DNS_LOOKUP', (userdata) => writeResultBit(userdata, destination), { pause: true }),
]);

/** Actions without arguments whose result goes to a field. */
export const RESULT_ACTIONS: readonly ActionDefinition[] = [
  dnsLookup,
  flagResult('chk_lb_hairpin', 'checkLbHairpin', 'lookupLbHairpin'),
  flagResult('chk_lb_hairpin_reply', 'checkLbHairpinReply', 'lookupLbHairpin'),
  flagResult('check_in_port_sec', 'checkInPortSecurity', 'checkPortSecurity'),
  flagResult('check_out_port_sec', 'checkOutPortSecurity', 'checkPortSecurity'),
  flagResult('chk_ecmp_nh_mac', 'ecmpNextHopMac', 'lookupCommitEcmpNextHop'),
  flagResult('chk_ecmp_nh', 'ecmpNextHop', 'lookupCommitEcmpNextHop'),
  flagResult('chk_lb_aff', 'checkLbAffinity', 'useLbAffinitySession'),
  originalResult('ct_nw_dst', 32, 'ctOrigNwDst', 'ctOriginal', true),
  originalResult('ct_ip6_dst', 128, 'ctOrigIp6Dst', 'ctOriginal', true),
  originalResult('ct_tp_dst', 16, 'ctOrigTpDst', 'ctOriginal', true),
  originalResult('ct_proto', 8, 'ctOrigProto', 'ctOriginal', true),
  originalResult('ct_state_save', 8, 'ctStateSave', 'ctSavedState', false),
];

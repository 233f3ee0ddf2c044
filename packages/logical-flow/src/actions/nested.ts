import { type ActionDefinition, encodeActionList, type OvnAction, printActions, statement } from './action.ts';
import { controllerWithActions, outputTable, resubmit } from './encode-context.ts';
import type { ActionOpcodeName } from './opcodes.ts';

interface Nested {
  readonly keyword: string;
  readonly opcode: ActionOpcodeName;
  /** What the packet must be; left out, what the nested actions require. */
  readonly prerequisite?: string;
  /** The controller asks for an address and lets the packet go on when it knows it. */
  readonly pause?: boolean;
}

const rows: readonly Nested[] = [
  { keyword: 'arp', opcode: 'ARP', prerequisite: 'ip', pause: true },
  { keyword: 'icmp4', opcode: 'ICMP', prerequisite: 'ip4' },
  { keyword: 'icmp4_error', opcode: 'ICMP4_ERROR', prerequisite: 'ip4' },
  { keyword: 'icmp6', opcode: 'ICMP', prerequisite: 'ip6' },
  { keyword: 'icmp6_error', opcode: 'ICMP6_ERROR', prerequisite: 'ip6' },
  { keyword: 'tcp_reset', opcode: 'TCP_RESET', prerequisite: 'tcp' },
  { keyword: 'sctp_abort', opcode: 'SCTP_ABORT', prerequisite: 'sctp' },
  { keyword: 'nd_na', opcode: 'ND_NA', prerequisite: 'nd_ns' },
  { keyword: 'nd_na_router', opcode: 'ND_NA_ROUTER', prerequisite: 'nd_ns' },
  { keyword: 'nd_ns', opcode: 'ND_NS', prerequisite: 'ip', pause: true },
  { keyword: 'reject', opcode: 'REJECT' },
];

/** Actions on a packet that the controller makes from the one at hand: `icmp4 { … }`. */
export const NESTED_ACTIONS: readonly ActionDefinition[] = rows.map(
  ({ keyword, opcode, prerequisite, pause = false }) =>
    statement<{ readonly actions: readonly OvnAction[] }>(keyword, {
      parse: (parser) => ({ actions: parser.nested(prerequisite) }),
      print: ({ actions }) => `${keyword} { ${printActions(actions)} };`,
      encode: ({ actions }, context) => {
        const action = controllerWithActions(context, opcode, encodeActionList(actions, context), pause);
        // Before northd wrote it itself, the packet was sent on behind the request.
        return pause && !context.arpNsExplicitOutput ? [action, resubmit(outputTable(context))] : [action];
      },
    }),
);

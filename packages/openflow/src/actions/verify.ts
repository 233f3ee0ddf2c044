import type { OfpErrorName } from '../errors/ofp-error.ts';
import type { Action } from '../model/action.ts';
import { decodeError } from '../openflow-error.ts';

/** What actions stand in. `instructions` is a flow, where instructions are allowed among them;
 * what is `unchecked` is looked at as part of something larger. */
export type Nesting = 'none' | 'instructions' | 'ct' | 'clone' | 'unchecked';

/** Instructions in the order in which they must come. */
export const INSTRUCTION_ORDER = [
  ...(['meter', 'apply_actions', 'clear_actions', 'write_actions', 'write_metadata', 'goto_table'] as const),
];
export type InstructionName = (typeof INSTRUCTION_ORDER)[number];

/** The instruction that an action is of: most are of Apply-Actions. In OpenFlow 1.5 (version byte 6) a meter is an action. */
export function instructionOf(type: Action['type'], version = 0): InstructionName {
  switch (type) {
    case 'meter':
      return version >= 6 ? 'apply_actions' : type;
    case 'clear_actions':
    case 'write_actions':
    case 'write_metadata':
    case 'goto_table':
      return type;
    default:
      return 'apply_actions';
  }
}

/** Open vSwitch's name of an action, where it has one name for several of ours. */
const OVS_NAMES: Readonly<Partial<Record<Action['type'], string>>> = {
  load: 'set_field',
  pop_vlan: 'strip_vlan',
  set_tunnel64: 'set_tunnel',
  dec_ttl_cnt_ids: 'dec_ttl',
};

export function ovsActionName(type: Action['type']): string {
  return OVS_NAMES[type] ?? type;
}

/** Why actions may not stand as they do: OpenFlow's error and Open vSwitch's words. */
export interface Refusal {
  readonly ofp: OfpErrorName;
  readonly message: string;
}

/** The field that an action writes, as far as nesting cares. */
function writtenField(action: Action): string | undefined {
  if (action.type === 'set_field') return action.field;
  if (action.type === 'load' || action.type === 'move') return action.dst.field;
  return undefined;
}

function refuseNested(action: Action, nesting: Nesting): Refusal | undefined {
  const field = writtenField(action);
  const ofConnection = field === 'ct_mark' || field === 'ct_label';
  if (ofConnection && nesting !== 'ct') {
    return { ofp: 'OFPBAC_BAD_SET_ARGUMENT', message: 'cannot set CT fields outside of ct action' };
  }
  if (action.type === 'nat') {
    if (nesting === 'ct') return undefined;
    return { ofp: 'OFPBAC_BAD_SET_ARGUMENT', message: 'Cannot have NAT action outside of "ct" action' };
  }
  if (nesting !== 'ct') return undefined;
  if (field === undefined) {
    const message = `ct action doesn't support nested action ${ovsActionName(action.type)}`;
    return { ofp: 'OFPBAC_BAD_ARGUMENT', message };
  }
  if (ofConnection) return undefined;
  return { ofp: 'OFPBAC_BAD_ARGUMENT', message: `ct action doesn't support nested modification of ${field}` };
}

/** Why the actions may not stand together, or undefined. */
export function refuseActions(actions: readonly Action[], nesting: Nesting, version = 0): Refusal | undefined {
  let last: InstructionName | undefined;
  for (const action of actions) {
    if (action.type === 'conjunction') {
      const other = actions.find(({ type }) => type !== 'conjunction' && type !== 'note');
      if (other === undefined) return undefined;
      const name = ovsActionName(other.type);
      const message = `"conjunction" actions may be used along with "note" but not any other kind of action (such as the "${name}" action used here)`;
      return { ofp: 'NXBAC_BAD_CONJUNCTION', message };
    }
    const refusal = refuseNested(action, nesting) ?? refuseOrder(action, last, nesting, version);
    if (refusal !== undefined) return refusal;
    last = instructionOf(action.type, version);
  }
  return undefined;
}

function refuseOrder(
  action: Action,
  last: InstructionName | undefined,
  nesting: Nesting,
  version: number,
): Refusal | undefined {
  const next = instructionOf(action.type, version);
  if (last !== undefined) {
    const order = INSTRUCTION_ORDER.indexOf(next) - INSTRUCTION_ORDER.indexOf(last);
    if (last === 'apply_actions' ? order < 0 : order <= 0) {
      const message =
        order === 0
          ? `duplicate ${last} instruction not allowed, for OpenFlow 1.1+ compatibility`
          : `invalid instruction ordering: ${next} must appear before ${last}, for OpenFlow 1.1+ compatibility`;
      return { ofp: 'OFPBAC_UNSUPPORTED_ORDER', message };
    }
  }
  if (next !== 'apply_actions' && nesting !== 'instructions') {
    return { ofp: 'OFPBIC_UNSUP_INST', message: `${next} instruction not allowed here` };
  }
  return undefined;
}

/** Throws a `decode` error where {@link refuseActions} finds a reason. */
export function verifyActions(actions: readonly Action[], nesting: Nesting, version: number, offset: number): void {
  const refusal = refuseActions(actions, nesting, version);
  if (refusal !== undefined) throw decodeError(refusal.ofp, offset, refusal.message);
}

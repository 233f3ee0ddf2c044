import type { Action } from '../model/action.ts';
import { decodeError } from '../openflow-error.ts';
import type { UnknownPolicy } from '../oxm/decode-match.ts';
import { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { decodeActions } from './decode-actions.ts';
import { encodeAction, encodeActions } from './encode-actions.ts';
import { INSTRUCTION_ORDER, type InstructionName, instructionOf, verifyActions } from './verify.ts';

/** OFPIT_*: numbers of instructions, and their size where it is fixed. */
const NUMBERS: Readonly<
  Record<InstructionName, { readonly number: number; readonly size: number; readonly longer: boolean }>
> = {
  goto_table: { number: 1, size: 8, longer: false },
  write_metadata: { number: 2, size: 24, longer: false },
  write_actions: { number: 3, size: 8, longer: true },
  apply_actions: { number: 4, size: 8, longer: true },
  clear_actions: { number: 5, size: 8, longer: true },
  meter: { number: 6, size: 8, longer: false },
};
const BY_NUMBER = new Map(INSTRUCTION_ORDER.map((name) => [NUMBERS[name].number, name]));
const EXPERIMENTER = 0xffff;

/** Actions that an action set (Write-Actions) can hold. */
const ACTION_SET: ReadonlySet<Action['type']> = new Set([
  ...([
    'strip_vlan',
    'pop_vlan',
    'pop_mpls',
    'decap',
    'encap',
    'push_mpls',
    'push_vlan',
    'dec_ttl',
    'dec_ttl_cnt_ids',
  ] as const),
  ...([
    'dec_mpls_ttl',
    'dec_nsh_ttl',
    'ct',
    'ct_clear',
    'resubmit',
    'output',
    'group',
    'set_field',
    'load',
    'move',
  ] as const),
  ...(['mod_dl_dst', 'mod_dl_src', 'mod_nw_tos', 'mod_nw_ecn', 'mod_nw_ttl', 'mod_nw_dst', 'mod_nw_src'] as const),
  ...(['mod_tp_dst', 'mod_tp_src', 'set_mpls_label', 'set_mpls_tc', 'set_mpls_ttl', 'set_queue'] as const),
  ...(['set_tunnel', 'set_tunnel64', 'set_vlan_pcp', 'set_vlan_vid', 'unknown'] as const),
]);

function instructionName(reader: Reader, start: number, length: number): InstructionName | Error {
  const number = reader.view.getUint16(start);
  if (number === EXPERIMENTER) return decodeError('OFPBIC_BAD_EXPERIMENTER', start, 'experimenter instruction');
  const name = BY_NUMBER.get(number);
  if (name === undefined) return decodeError('OFPBIC_UNKNOWN_INST', start, `instruction ${number} is unknown`);
  const { size, longer } = NUMBERS[name];
  if (longer ? length < size : length !== size) {
    throw decodeError('OFPBIC_BAD_LEN', start, `${name} of ${length} bytes`);
  }
  return name;
}

function decodeInstruction(
  reader: Reader,
  name: InstructionName,
  version: number,
  policy: UnknownPolicy,
): readonly Action[] {
  switch (name) {
    case 'meter':
      return [{ type: 'meter', meter_id: reader.u32() }];
    case 'goto_table':
      return [{ type: 'goto_table', table: reader.u8() }];
    case 'clear_actions':
      return [{ type: 'clear_actions' }];
    case 'write_metadata': {
      reader.skip(4);
      const metadata = reader.u64();
      const mask = reader.u64();
      return [
        mask === 2n ** 64n - 1n ? { type: 'write_metadata', metadata } : { type: 'write_metadata', metadata, mask },
      ];
    }
    case 'write_actions': {
      reader.skip(4);
      const start = reader.offset;
      const actions = decodeActions(reader, version, policy, 'unchecked');
      const bad = actions.find((action) => !ACTION_SET.has(action.type));
      if (bad !== undefined) throw decodeError('OFPBAC_BAD_TYPE', start, `${bad.type} cannot be in an action set`);
      return [{ type: 'write_actions', actions }];
    }
    case 'apply_actions': {
      reader.skip(4);
      const actions = decodeActions(reader, version, policy, 'unchecked');
      return actions.length === 0 ? [{ type: 'apply_actions' }] : actions;
    }
  }
}

/**
 * Decodes instructions up to the reader's end into one list of actions, in their order on the wire. In OpenFlow 1.0, which has
 * none, these are actions. The policy `strict` puts them in the order of execution, as Open vSwitch prints them.
 */
export function decodeInstructions(reader: Reader, version: number, policy: UnknownPolicy = 'keep'): readonly Action[] {
  if (version === 1) return decodeActions(reader, version, policy, 'instructions');
  const offset = reader.offset;
  if (reader.left % 8 !== 0) throw decodeError('OFPBIC_BAD_LEN', offset, `${reader.left} bytes are no multiple of 8`);
  const seen = new Map<InstructionName, { readonly start: number; readonly length: number }>();
  const parts: { readonly name: InstructionName | undefined; readonly start: number; readonly length: number }[] = [];
  while (reader.left > 0) {
    const start = reader.offset;
    const length = reader.left >= 4 ? reader.view.getUint16(start + 2) : 0;
    if (length < 8 || length % 8 !== 0 || length > reader.left) {
      throw decodeError('OFPBIC_BAD_LEN', start, `an instruction of ${length} bytes, ${reader.left} are left`);
    }
    reader.skip(length);
    const name = instructionName(reader, start, length);
    if (name instanceof Error) {
      if (policy !== 'keep') throw name;
      parts.push({ name: undefined, start, length });
      continue;
    }
    if (seen.has(name)) throw decodeError('OFPBIC_DUP_INST', start, `${name} is there twice`);
    seen.set(name, { start, length });
    parts.push({ name, start, length });
  }
  if (policy !== 'keep') {
    const order = (name: InstructionName | undefined): number =>
      name === undefined ? 9 : INSTRUCTION_ORDER.indexOf(name);
    parts.sort((a, b) => order(a.name) - order(b.name));
  }
  return decodeParts(reader, parts, version, policy, offset);
}

function decodeParts(
  reader: Reader,
  parts: readonly { readonly name: InstructionName | undefined; readonly start: number; readonly length: number }[],
  version: number,
  policy: UnknownPolicy,
  offset: number,
): readonly Action[] {
  const actions: Action[] = [];
  for (const { name, start, length } of parts) {
    if (name === undefined) {
      actions.push({ type: 'unknown', instruction: true, raw: reader.bytes.slice(start, start + length) });
      continue;
    }
    const body = new Reader(reader.bytes, start + 4, start + length, reader.view);
    for (const action of decodeInstruction(body, name, version, policy)) {
      if (policy === 'keep' || action.type !== 'apply_actions') actions.push(action);
    }
  }
  if (policy === 'strict') verifyActions(actions, 'instructions', version, offset);
  return actions;
}

function isApplied(action: Action, version: number): boolean {
  if (action.type === 'unknown') return action.instruction !== true;
  if (action.type === 'meter') return version >= 6;
  return action.type !== 'apply_actions' && instructionOf(action.type) === 'apply_actions';
}

function putInstruction(writer: Writer, name: InstructionName): number {
  const { number, size } = NUMBERS[name];
  const start = writer.grow(size);
  writer.bytes.fill(0, start, start + size);
  writer.view.setUint16(start, number);
  writer.view.setUint16(start + 2, size);
  return start;
}

function encodeInstruction(writer: Writer, action: Action, version: number): void {
  switch (action.type) {
    case 'meter':
      if (version >= 4) writer.view.setUint32(putInstruction(writer, 'meter') + 4, action.meter_id);
      return;
    case 'goto_table':
      writer.view.setUint8(putInstruction(writer, 'goto_table') + 4, action.table);
      return;
    case 'clear_actions':
      putInstruction(writer, 'clear_actions');
      return;
    case 'apply_actions':
      putInstruction(writer, 'apply_actions');
      return;
    case 'write_metadata': {
      const start = putInstruction(writer, 'write_metadata');
      writer.view.setBigUint64(start + 8, action.metadata);
      writer.view.setBigUint64(start + 16, action.mask ?? 2n ** 64n - 1n);
      return;
    }
    case 'write_actions': {
      const start = putInstruction(writer, 'write_actions');
      encodeActions(writer, action.actions, version);
      writer.setU16(start + 2, writer.length - start);
      return;
    }
    case 'unknown':
      writer.put(action.raw);
      return;
    default:
      encodeAction(writer, action, version);
      return;
  }
}

/** Writes a flow's list of actions as instructions: runs of actions become Apply-Actions. OpenFlow 1.0 has only the actions. */
export function encodeInstructions(writer: Writer, actions: readonly Action[], version: number): void {
  if (version === 1) {
    encodeActions(writer, actions, version);
    return;
  }
  let apply = -1;
  for (const action of actions) {
    if (!isApplied(action, version)) {
      if (apply >= 0) writer.setU16(apply + 2, writer.length - apply);
      apply = -1;
      encodeInstruction(writer, action, version);
      continue;
    }
    if (apply < 0) apply = putInstruction(writer, 'apply_actions');
    encodeAction(writer, action, version);
  }
  if (apply >= 0) writer.setU16(apply + 2, writer.length - apply);
}

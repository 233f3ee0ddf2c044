import type { Action } from '../model/action.ts';
import { decodeError } from '../openflow-error.ts';
import type { UnknownPolicy } from '../oxm/decode-match.ts';
import { Reader } from '../wire/reader.ts';
import type { ActionContext, ActionDecoders } from './action-frame.ts';
import { conntrackDecoders } from './conntrack.ts';
import { usualRaw } from './encode-actions.ts';
import { fieldDecoders } from './field-actions.ts';
import { learnDecoders } from './learn.ts';
import { niciraDecoders } from './nicira-actions.ts';
import { NX_VENDOR, OFPAT_VENDOR, ONF_VENDOR, type RawForm, rawFormByCode } from './raw-table.ts';
import { standardDecoders } from './standard-actions.ts';
import { type Nesting, verifyActions } from './verify.ts';

const DECODERS: ActionDecoders = {
  ...standardDecoders,
  ...fieldDecoders,
  ...niciraDecoders,
  ...conntrackDecoders,
  ...learnDecoders,
};

/** Actions that Open vSwitch takes only when started for tests. */
const DEBUG_ACTIONS: ReadonlySet<string> = new Set(['NXAST_DEBUG_SLOW', 'NXAST_DEBUG_RECIRC']);

function findForm(reader: Reader, start: number, length: number, version: number): RawForm | Error {
  const { view } = reader;
  const type = view.getUint16(start);
  if (type !== OFPAT_VENDOR) {
    return rawFormByCode(version, 0, type) ?? decodeError('OFPBAC_BAD_TYPE', start, `action ${type} is unknown`);
  }
  if (length < 8) return decodeError('OFPBAC_BAD_LEN', start, 'a vendor action is too short');
  const vendor = view.getUint32(start + 4);
  if (vendor !== NX_VENDOR && vendor !== ONF_VENDOR) {
    return decodeError('OFPBAC_BAD_VENDOR', start, `vendor 0x${vendor.toString(16)} is unknown`);
  }
  if (length < 10) return decodeError('OFPBAC_BAD_LEN', start, 'a vendor action is too short');
  const subtype = view.getUint16(start + 8);
  return rawFormByCode(version, vendor, subtype) ?? decodeError('OFPBAC_BAD_VENDOR_TYPE', start, `subtype ${subtype}`);
}

function decodeAction(reader: Reader, context: ActionContext): Action {
  const start = reader.take(4, 'OFPBAC_BAD_LEN');
  const length = reader.view.getUint16(start + 2);
  if (length === 0 || length % 8 !== 0 || start + length > reader.end) {
    throw decodeError('OFPBAC_BAD_LEN', start, `an action of ${length} bytes, ${reader.end - start} are left`);
  }
  reader.offset = start + length;
  const form = findForm(reader, start, length, context.version);
  if (form instanceof Error) {
    if (context.policy === 'keep') return { type: 'unknown', raw: reader.bytes.slice(start, start + length) };
    throw form;
  }
  const decoder = DECODERS[form.raw];
  if (form.extensible ? length < form.size : length !== form.size) {
    throw decodeError('OFPBAC_BAD_LEN', start, `${form.raw} must have ${form.size} bytes, not ${length}`);
  }
  if (decoder === undefined || (context.policy === 'strict' && DEBUG_ACTIONS.has(form.raw))) {
    throw decodeError('OFPBAC_BAD_VENDOR_TYPE', start, `${form.raw} is not allowed`);
  }
  const argument = new Reader(reader.bytes, start + (form.vendor === 0 ? 4 : 10), start + length, reader.view);
  const action = decoder(argument, context);
  if (action.type === 'unknown' || usualRaw(action, context.version) === form.raw) return action;
  return { ...action, form: form.raw };
}

/**
 * Decodes actions up to the reader's end. Unknown ones are kept, or refused by the policy `strict`, which also checks that the
 * actions may stand where they are.
 */
export function decodeActions(
  reader: Reader,
  version: number,
  policy: UnknownPolicy = 'keep',
  nesting: Nesting = 'none',
): readonly Action[] {
  const actions: Action[] = [];
  const context: ActionContext = {
    version,
    policy,
    nested: (inner, within) => decodeActions(inner, version, policy, within),
  };
  const at = reader.offset;
  while (reader.left > 0) actions.push(decodeAction(reader, context));
  if (policy === 'strict' && nesting !== 'unchecked') verifyActions(actions, nesting, version, at);
  return actions;
}

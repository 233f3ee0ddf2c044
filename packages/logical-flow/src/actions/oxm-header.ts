import { type FieldName, fieldNamed } from '@ovnkube/openflow';
import { LogicalFlowError } from '../error.ts';

/** The header of a field without mask, as OpenFlow 1.5 writes it: class, number, length. */
export function oxmHeader(name: FieldName): number[] {
  const field = fieldNamed(name);
  const form = field.forms.at(-1);
  if (form === undefined || form.oxmClass === 0xffff) {
    throw new LogicalFlowError('encoding', `The field ${name} has no short form on the wire and cannot hold a result.`);
  }
  return [form.oxmClass >> 8, form.oxmClass & 0xff, form.number << 1, field.bytes];
}

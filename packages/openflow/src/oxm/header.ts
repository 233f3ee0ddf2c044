import { FIELDS, type Field, type WireForm } from '../field/field.ts';

/** OXM header: class 16 bits, number 7, has-mask 1, length 8; class 0xffff is followed by 32 bits of experimenter id. */
export const EXPERIMENTER_CLASS = 0xffff;

/** A field's wire form in one version, with its headers ready. */
export interface FieldHeader {
  readonly field: Field;
  readonly form: WireForm;
  /** Without and with the has-mask bit; for fields of variable length the length byte is to be added. */
  readonly exact: number;
  readonly masked: number;
  /** Bytes of the header: 4, or 8 with an experimenter id. */
  readonly size: number;
}

function header(field: Field, form: WireForm): FieldHeader {
  const size = form.oxmClass === EXPERIMENTER_CLASS ? 8 : 4;
  const head = form.oxmClass * 0x10000 + form.number * 0x200;
  const length = field.variable ? 0 : field.bytes;
  return {
    field,
    form,
    exact: head + (size - 4) + length,
    masked: head + 0x100 + (size - 4) + 2 * length,
    size,
  };
}

const byNumber = new Map<number, FieldHeader>();
const byExperimenter = new Map<string, FieldHeader>();
const byName = new Map<string, FieldHeader>();
/** By version byte (0: Nicira's NXM preferred), then field index. */
const preferred: (FieldHeader | undefined)[][] = [0, 1, 2, 3, 4, 5, 6].map(() => []);

for (const field of FIELDS) {
  const headers = field.forms.map((form) => header(field, form));
  for (const entry of headers) {
    const { form } = entry;
    if (entry.size === 8) byExperimenter.set(`${form.experimenter}/${form.number}`, entry);
    else byNumber.set(form.oxmClass * 0x80 + form.number, entry);
    byName.set(form.name, entry);
  }
  for (let version = 0; version <= 6; version++) {
    const fitting = headers.filter((entry, at) => at === 0 || version >= entry.form.since);
    const row = preferred[version];
    if (row !== undefined) row[field.index] = fitting.at(-1);
  }
}

/** The header that Open vSwitch uses for a field in a version (its header byte; 0 asks for Nicira's form where there is one). */
export function headerOf(field: Field, version: number): FieldHeader | undefined {
  return preferred[version]?.[field.index];
}

/** The header with this 32-bit head and, for class 0xffff, experimenter id; whatever its mask bit and length. */
export function findHeader(head: number, experimenter: number): FieldHeader | undefined {
  const number = (head >>> 9) & 0x7f;
  const oxmClass = head >>> 16;
  return oxmClass === EXPERIMENTER_CLASS
    ? byExperimenter.get(`${experimenter}/${number}`)
    : byNumber.get(oxmClass * 0x80 + number);
}

/** The header by its wire name, e.g. `NXM_NX_REG0`. */
export function headerNamed(name: string): FieldHeader | undefined {
  return byName.get(name);
}

/** Whether the length byte fits the field: its bytes, twice with a mask; any that is not too long for variable fields. */
export function lengthFits(entry: FieldHeader, head: number): boolean {
  const length = (head & 0xff) - (entry.size - 4);
  const masked = (head & 0x100) !== 0;
  if (entry.field.variable)
    return length >= 0 && (masked ? length % 2 === 0 : true) && length <= entry.field.bytes * (masked ? 2 : 1);
  return length === entry.field.bytes * (masked ? 2 : 1);
}

import { FIELD_ALIASES, FIELD_FAMILIES, FIELD_ROWS } from './table.ts';

type Row = (typeof FIELD_ROWS)[number];
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** A field's name, verbatim from ovs-fields(7), e.g. `ip_dst`, `reg0`, `ct_mark`. Aliases such as `nw_dst` are accepted by {@link fieldNamed}. */
export type FieldName =
  | Row[0]
  | `reg${Digit | 10 | 11 | 12 | 13 | 14 | 15}`
  | `xreg${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`
  | `xxreg${0 | 1 | 2 | 3}`
  | `tun_metadata${Digit | `${1 | 2 | 3 | 4 | 5}${Digit}` | 60 | 61 | 62 | 63}`;

/** Second names of fields, e.g. `nw_dst` for `ip_dst`. */
export type FieldAlias = keyof typeof FIELD_ALIASES;

/** How ovs-ofctl writes a field's value. */
export type FieldFormat = Row[3];

/** What a flow must match before it may match a field: the name of a row of the table of prerequisites. */
export type Prerequisite = Row[6];

/** One way in which a field goes over the wire. */
export interface WireForm {
  /** The name that `ovs-ofctl parse-oxm` uses, e.g. `NXM_OF_IP_DST`. */
  readonly name: string;
  /** oxm_class: 0 NXM_OF, 1 NXM_NX, 0x1000 Ericsson, 0x8000 OpenFlow, 0x8001 packet registers, 0xffff experimenter. */
  readonly oxmClass: number;
  /** The experimenter id where `oxmClass` is 0xffff, else 0. */
  readonly experimenter: number;
  readonly number: number;
  /** The OpenFlow version byte from which on this form is written; 255 for forms that are only read. */
  readonly since: number;
}

/** A row of the table of fields. */
export interface Field {
  /** Place in the table: Open vSwitch's order of fields. */
  readonly index: number;
  readonly name: FieldName;
  readonly alias: FieldAlias | undefined;
  /** Significant bits. */
  readonly width: number;
  /** Bytes on the wire; at most this many for `tun_metadata0-63`. */
  readonly bytes: number;
  readonly format: FieldFormat;
  readonly maskable: boolean;
  readonly writable: boolean;
  readonly prerequisite: Prerequisite;
  readonly forms: readonly WireForm[];
  /** `tun_metadataN`: its length is the switch's to say (the TLV table). */
  readonly variable: boolean;
  /** Values are numbers up to 32 bits and bigints above. */
  readonly big: boolean;
  /** All bits on the wire set: what a mask must be to be none. */
  readonly ones: number | bigint;
}

/** Class names that open a wire form's name: the class and the experimenter id (nicira-ext.h, meta-flow.h). */
export const OXM_CLASSES: readonly (readonly [prefix: string, oxmClass: number, experimenter: number])[] = [
  ['NXM_OF_', 0x0000, 0],
  ['NXM_NX_', 0x0001, 0],
  ['NXOXM_NSH_', 0xffff, 0x005ad650],
  ['NXOXM_ET_', 0xffff, 0x00002320],
  ['OXM_OF_PKT_REG', 0x8001, 0],
  ['OXM_OF_', 0x8000, 0],
  ['ONFOXM_ET_', 0xffff, 0x4f4e4600],
  ['ERICOXM_OF_', 0x1000, 0],
];

const VERSION_BYTES: Readonly<Record<string, number>> = { '1.2': 3, '1.3': 4, '1.5': 6, alias: 255 };

function wireForm(text: string, member: number): WireForm {
  const [head = '', number = '0', since = ''] = text.split(' ');
  const name = member === 0 ? head : head.replace(/0$/, String(member));
  const [, oxmClass, experimenter] = OXM_CLASSES.find(([prefix]) => head.startsWith(prefix)) ?? ['', 0, 0];
  return { name, oxmClass, experimenter, number: Number(number) + member, since: VERSION_BYTES[since] ?? 1 };
}

function memberName(first: string, member: number): FieldName {
  return (member === 0 ? first : first.replace(/0$/, String(member))) as FieldName;
}

function buildFields(): Field[] {
  const aliasOf = new Map<string, FieldAlias>(
    Object.entries(FIELD_ALIASES).map(([alias, name]) => [name, alias as FieldAlias]),
  );
  const families: Readonly<Record<string, number>> = FIELD_FAMILIES;
  const fields: Field[] = [];
  for (const [name, width, bytes, format, mask, access, prerequisite, ...forms] of FIELD_ROWS) {
    for (let member = 0; member < (families[name] ?? 1); member++) {
      fields.push({
        index: fields.length,
        name: memberName(name, member),
        alias: aliasOf.get(name),
        width,
        bytes,
        format,
        maskable: mask === 'mask',
        writable: access === 'write',
        prerequisite,
        forms: forms.map((form) => wireForm(form, member)),
        variable: name === 'tun_metadata0',
        big: width > 32,
        ones: width > 32 ? (1n << BigInt(8 * bytes)) - 1n : 2 ** (8 * bytes) - 1,
      });
    }
  }
  return fields;
}

/** All fields, in Open vSwitch's order. */
export const FIELDS: readonly Field[] = buildFields();

const byName = new Map<string, Field>();
for (const field of FIELDS) {
  byName.set(field.name, field);
  if (field.alias !== undefined) byName.set(field.alias, field);
}

/** The field of a name or alias of ovs-fields(7), or undefined. */
export function findField(name: string): Field | undefined {
  return byName.get(name);
}

/** The field of a name or alias; every {@link FieldName} has one. */
export function fieldNamed(name: FieldName | FieldAlias): Field {
  const field = byName.get(name);
  if (field === undefined) throw new TypeError(`'${name}' is no field of ovs-fields(7)`);
  return field;
}

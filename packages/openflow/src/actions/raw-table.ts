/**
 * The wire actions that Open vSwitch 3.1 speaks, by their names in openflow-*.h and nicira-ext.h. Each form is
 * `domain versions number size`: domain OF is OpenFlow's own, NX Nicira's, ONF the foundation's extension; size is in bytes,
 * `+` where the action may be longer.
 */
export const RAW_ACTION_ROWS = [
  ['OFPAT_OUTPUT', 'OF 1.0 0 8', 'OF 1.1-1.5 0 16'],
  ['OFPAT_SET_VLAN_VID', 'OF 1.0-1.5 1 8'],
  ['OFPAT_SET_VLAN_PCP', 'OF 1.0-1.5 2 8'],
  ['OFPAT_PUSH_VLAN', 'OF 1.1-1.5 17 8'],
  ['OFPAT_STRIP_VLAN', 'OF 1.0 3 8'],
  ['OFPAT_POP_VLAN', 'OF 1.1-1.5 18 8'],
  ['OFPAT_SET_DL_SRC', 'OF 1.0 4 16', 'OF 1.1-1.5 3 16'],
  ['OFPAT_SET_DL_DST', 'OF 1.0 5 16', 'OF 1.1-1.5 4 16'],
  ['OFPAT_SET_NW_SRC', 'OF 1.0 6 8', 'OF 1.1-1.5 5 8'],
  ['OFPAT_SET_NW_DST', 'OF 1.0 7 8', 'OF 1.1-1.5 6 8'],
  ['OFPAT_SET_NW_TOS', 'OF 1.0 8 8', 'OF 1.1-1.5 7 8'],
  ['OFPAT_SET_NW_ECN', 'OF 1.1-1.5 8 8'],
  ['OFPAT_SET_TP_SRC', 'OF 1.0-1.5 9 8'],
  ['OFPAT_SET_TP_DST', 'OF 1.0-1.5 10 8'],
  ['OFPAT_ENQUEUE', 'OF 1.0 11 16'],
  ['OFPAT_SET_MPLS_LABEL', 'NX 1.0 30 16', 'OF 1.1-1.5 13 8'],
  ['OFPAT_SET_MPLS_TC', 'NX 1.0 31 16', 'OF 1.1-1.5 14 8'],
  ['OFPAT_SET_MPLS_TTL', 'NX 1.0 25 16', 'OF 1.1-1.5 15 8'],
  ['OFPAT_DEC_MPLS_TTL', 'NX 1.0 26 16', 'OF 1.1-1.5 16 8'],
  ['OFPAT_PUSH_MPLS', 'NX 1.0 23 16', 'OF 1.1-1.5 19 8'],
  ['OFPAT_POP_MPLS', 'NX 1.0 24 16', 'OF 1.1-1.5 20 8'],
  ['OFPAT_SET_QUEUE', 'NX 1.0 4 16', 'OF 1.1-1.5 21 8'],
  ['OFPAT_GROUP', 'NX 1.0 40 16', 'OF 1.1-1.5 22 8'],
  ['OFPAT_SET_NW_TTL', 'OF 1.1-1.5 23 8'],
  ['OFPAT_DEC_NW_TTL', 'NX 1.0 18 16', 'OF 1.1-1.5 24 8'],
  ['NXAST_DEC_TTL_CNT_IDS', 'NX 1.0-1.5 21 16+'],
  ['OFPAT_SET_FIELD', 'OF 1.2-1.5 25 8+'],
  ['NXAST_REG_LOAD', 'NX 1.0-1.4 7 24'],
  ['NXAST_REG_LOAD2', 'NX 1.0-1.4 33 16+'],
  ['OFPAT_COPY_FIELD', 'OF 1.5 28 16+'],
  ['ONFACT_COPY_FIELD', 'ONF 1.3-1.4 3200 24+'],
  ['NXAST_REG_MOVE', 'NX 1.0-1.4 6 16+'],
  ['OFPAT_METER', 'OF 1.5 29 8'],
  ['NXAST_RESUBMIT', 'NX 1.0-1.5 1 16'],
  ['NXAST_RESUBMIT_TABLE', 'NX 1.0-1.5 14 16'],
  ['NXAST_RESUBMIT_TABLE_CT', 'NX 1.0-1.5 44 16'],
  ['NXAST_SET_TUNNEL', 'NX 1.0-1.5 2 16'],
  ['NXAST_SET_TUNNEL64', 'NX 1.0-1.5 9 24'],
  ['NXAST_POP_QUEUE', 'NX 1.0-1.5 5 16'],
  ['NXAST_NOTE', 'NX 1.0-1.5 8 16+'],
  ['NXAST_MULTIPATH', 'NX 1.0-1.5 10 32'],
  ['NXAST_BUNDLE', 'NX 1.0-1.5 12 32+'],
  ['NXAST_BUNDLE_LOAD', 'NX 1.0-1.5 13 32+'],
  ['NXAST_OUTPUT_REG', 'NX 1.0-1.5 15 24'],
  ['NXAST_OUTPUT_REG2', 'NX 1.0-1.5 32 24'],
  ['NXAST_LEARN', 'NX 1.0-1.5 16 32+'],
  ['NXAST_LEARN2', 'NX 1.0-1.5 45 40+'],
  ['NXAST_EXIT', 'NX 1.0-1.5 17 16'],
  ['NXAST_FIN_TIMEOUT', 'NX 1.0-1.5 19 16'],
  ['NXAST_CONTROLLER', 'NX 1.0-1.5 20 16'],
  ['NXAST_CONTROLLER2', 'NX 1.0-1.5 37 16+'],
  ['NXAST_WRITE_METADATA', 'NX 1.0-1.5 22 32'],
  ['NXAST_STACK_PUSH', 'NX 1.0-1.5 27 24'],
  ['NXAST_STACK_POP', 'NX 1.0-1.5 28 24'],
  ['NXAST_SAMPLE', 'NX 1.0-1.5 29 24'],
  ['NXAST_SAMPLE2', 'NX 1.0-1.5 38 32'],
  ['NXAST_SAMPLE3', 'NX 1.0-1.5 41 32'],
  ['NXAST_CONJUNCTION', 'NX 1.0-1.5 34 16'],
  ['NXAST_CT', 'NX 1.0-1.5 35 24+'],
  ['NXAST_NAT', 'NX 1.0-1.5 36 16+'],
  ['NXAST_OUTPUT_TRUNC', 'NX 1.0-1.5 39 16'],
  ['NXAST_CLONE', 'NX 1.0-1.5 42 16+'],
  ['NXAST_CT_CLEAR', 'NX 1.0-1.5 43 16'],
  ['NXAST_ENCAP', 'NX 1.3-1.5 46 16+'],
  ['NXAST_DECAP', 'NX 1.3-1.5 47 16+'],
  ['NXAST_DEC_NSH_TTL', 'NX 1.3-1.5 48 16'],
  ['NXAST_CHECK_PKT_LARGER', 'NX 1.0-1.5 49 24'],
  ['NXAST_DELETE_FIELD', 'NX 1.0-1.5 50 24+'],
  ['NXAST_DEBUG_SLOW', 'NX 1.0-1.5 254 16'],
  ['NXAST_DEBUG_RECIRC', 'NX 1.0-1.5 255 16'],
] as const;

/** A wire action's name. */
export type RawAction = (typeof RAW_ACTION_ROWS)[number][0];

export const OFPAT_VENDOR = 0xffff;
export const NX_VENDOR = 0x00002320;
export const ONF_VENDOR = 0x4f4e4600;

/** A wire action in one version. */
export interface RawForm {
  readonly raw: RawAction;
  /** 0 for OpenFlow's own. */
  readonly vendor: number;
  readonly number: number;
  readonly size: number;
  readonly extensible: boolean;
}

const VENDORS: Readonly<Record<string, number>> = { OF: 0, NX: NX_VENDOR, ONF: ONF_VENDOR };

const decodeForms = new Map<number, RawForm>();
const encodeForms: Map<RawAction, RawForm>[] = [1, 2, 3, 4, 5, 6, 7].map(() => new Map());

/** Vendors get 3 bits, numbers 16, versions 3. */
function decodeKey(version: number, vendor: number, number: number): number {
  return (vendor === 0 ? 0 : vendor === NX_VENDOR ? 1 : 2) * 0x100000 + number * 8 + version;
}

for (const [raw, ...forms] of RAW_ACTION_ROWS) {
  for (const text of forms) {
    const [domain = '', versions = '', number = '', size = ''] = text.split(' ');
    const [from = '', to = from] = versions.split('-');
    const vendor = VENDORS[domain] ?? 0;
    const form: RawForm = {
      raw,
      vendor,
      number: Number(number),
      size: Number.parseInt(size, 10),
      extensible: size.endsWith('+'),
    };
    for (let version = Number(from.slice(2)) + 1; version <= Number(to.slice(2)) + 1; version++) {
      decodeForms.set(decodeKey(version, vendor, form.number), form);
      encodeForms[version]?.set(raw, form);
    }
  }
}

/** The form of a wire action by its codes in a version, or undefined for an unknown one. */
export function rawFormByCode(version: number, vendor: number, number: number): RawForm | undefined {
  return decodeForms.get(decodeKey(version, vendor, number));
}

/** The form of a wire action in a version, or undefined where the version has none. */
export function rawForm(raw: RawAction, version: number): RawForm | undefined {
  return encodeForms[version]?.get(raw);
}

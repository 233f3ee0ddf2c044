import { isMpls } from '../match/prerequisite.ts';
import type { Action, SetEthernet, SetHeader, SetVlan } from '../model/action.ts';
import { portFrom16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { ActionDecoders } from './action-frame.ts';
import { checkedPort } from './output-port.ts';

/** The argument of a simple action: in a vendor's action it stands at the next multiple of its size. */
function number(reader: Reader, bytes: 1 | 2 | 4): number {
  const over = reader.offset % bytes;
  if (over !== 0) reader.skip(bytes - over);
  return bytes === 1 ? reader.u8() : bytes === 2 ? reader.u16() : reader.u32();
}

function within(reader: Reader, value: number, bits: number): number {
  if ((value & ~bits) !== 0) throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset, `${value} is out of range`);
  return value;
}

const header = (type: SetHeader['type'], bytes: 1 | 2 | 4, bits = -1) =>
  ((reader) => ({
    type,
    value: within(reader, number(reader, bytes), bits),
  })) satisfies ActionDecoders['OFPAT_SET_NW_SRC'];

const vlan = (type: SetVlan['type'], bytes: 1 | 2, bits: number) =>
  ((reader, { version }) => {
    const value = within(reader, number(reader, bytes), bits);
    return version === 1 ? { type, value, push_vlan_if_needed: true } : { type, value };
  }) satisfies ActionDecoders['OFPAT_SET_VLAN_VID'];

const ethernet = (type: SetEthernet['type']) =>
  ((reader) => ({ type, value: reader.big(6) })) satisfies ActionDecoders['OFPAT_SET_DL_SRC'];

const plain = <T extends Action['type'] & ('strip_vlan' | 'pop_vlan' | 'dec_ttl' | 'dec_mpls_ttl')>(type: T) =>
  ((): { type: T } => ({ type })) satisfies ActionDecoders['OFPAT_POP_VLAN'];

function isVlanType(type: number): boolean {
  return type === 0x8100 || type === 0x88a8;
}

/** OpenFlow's own actions, save Set-Field and Copy-Field. */
export const standardDecoders: ActionDecoders = {
  OFPAT_OUTPUT: (reader, { version }) => {
    if (version === 1) {
      const port = checkedPort(portFrom16(reader.u16()), reader.offset - 2);
      return { type: 'output', port, max_len: reader.u16() };
    }
    const port = checkedPort(reader.u32(), reader.offset - 4);
    return { type: 'output', port, max_len: reader.u16() };
  },
  OFPAT_SET_VLAN_VID: vlan('set_vlan_vid', 2, 0xfff),
  OFPAT_SET_VLAN_PCP: vlan('set_vlan_pcp', 1, 7),
  OFPAT_PUSH_VLAN: (reader) => {
    const ethertype = number(reader, 2);
    if (!isVlanType(ethertype)) throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset - 2, 'not a VLAN type');
    return { type: 'push_vlan', ethertype };
  },
  OFPAT_STRIP_VLAN: plain('strip_vlan'),
  OFPAT_POP_VLAN: plain('pop_vlan'),
  OFPAT_SET_DL_SRC: ethernet('mod_dl_src'),
  OFPAT_SET_DL_DST: ethernet('mod_dl_dst'),
  OFPAT_SET_NW_SRC: header('mod_nw_src', 4),
  OFPAT_SET_NW_DST: header('mod_nw_dst', 4),
  OFPAT_SET_NW_TOS: header('mod_nw_tos', 1, 0xfc),
  OFPAT_SET_NW_ECN: header('mod_nw_ecn', 1, 3),
  OFPAT_SET_NW_TTL: header('mod_nw_ttl', 1),
  OFPAT_SET_TP_SRC: header('mod_tp_src', 2),
  OFPAT_SET_TP_DST: header('mod_tp_dst', 2),
  OFPAT_ENQUEUE: (reader) => {
    const port = portFrom16(reader.u16());
    if (port >= 0xff00 && port !== 0xfffffff8 && port !== 0xfffffffe) {
      throw decodeError('OFPBAC_BAD_OUT_PORT', reader.offset - 2, 'cannot enqueue to this port');
    }
    reader.skip(6);
    return { type: 'enqueue', port, queue: reader.u32() };
  },
  OFPAT_SET_MPLS_LABEL: header('set_mpls_label', 4),
  OFPAT_SET_MPLS_TC: header('set_mpls_tc', 1),
  OFPAT_SET_MPLS_TTL: header('set_mpls_ttl', 1),
  OFPAT_DEC_MPLS_TTL: plain('dec_mpls_ttl'),
  OFPAT_PUSH_MPLS: (reader) => {
    const ethertype = number(reader, 2);
    if (!isMpls(ethertype)) throw decodeError('OFPBAC_BAD_ARGUMENT', reader.offset - 2, 'not an MPLS type');
    return { type: 'push_mpls', ethertype };
  },
  OFPAT_POP_MPLS: (reader) => ({ type: 'pop_mpls', ethertype: number(reader, 2) }),
  OFPAT_SET_QUEUE: (reader) => ({ type: 'set_queue', queue: number(reader, 4) }),
  OFPAT_GROUP: (reader) => ({ type: 'group', group_id: number(reader, 4) }),
  OFPAT_DEC_NW_TTL: plain('dec_ttl'),
  OFPAT_METER: (reader) => ({ type: 'meter', meter_id: number(reader, 4) }),
};

import { fieldNamed } from '../field/field.ts';
import type { Action, Controller, Output, Resubmit, Sample } from '../model/action.ts';
import { Port, portTo16 } from '../model/port.ts';
import { encodeError } from '../openflow-error.ts';
import { headerOf } from '../oxm/header.ts';
import type { Writer } from '../wire/writer.ts';
import { closeAction, openAction, putActionHeader } from './action-frame.ts';
import { encodeConntrack, encodeNat } from './conntrack.ts';
import { encodeBundle, encodeController2, encodeEncap, encodeMultipath, encodeSample } from './encode-nicira.ts';
import { encodeLoad, encodeMove, encodeSetField, encodeStack } from './field-actions.ts';
import { encodeLearn } from './learn.ts';
import { legacySetField } from './legacy-set-field.ts';
import { PACKET_TYPE_USE_NEXT_PROTO } from './nicira-actions.ts';
import { PACKET_IN_REASONS } from './nicira-names.ts';
import type { RawAction } from './raw-table.ts';
import { putSubfieldHeader, shortHeader, startWidth } from './subfield.ts';

/** Actions that go out as one wire action in every version that has it. */
const FIXED_RAW: Readonly<Partial<Record<Action['type'], RawAction>>> = {
  output: 'OFPAT_OUTPUT',
  output_trunc: 'NXAST_OUTPUT_TRUNC',
  group: 'OFPAT_GROUP',
  push_vlan: 'OFPAT_PUSH_VLAN',
  set_mpls_ttl: 'OFPAT_SET_MPLS_TTL',
  dec_mpls_ttl: 'OFPAT_DEC_MPLS_TTL',
  push_mpls: 'OFPAT_PUSH_MPLS',
  pop_mpls: 'OFPAT_POP_MPLS',
  set_queue: 'OFPAT_SET_QUEUE',
  dec_ttl: 'OFPAT_DEC_NW_TTL',
  dec_ttl_cnt_ids: 'NXAST_DEC_TTL_CNT_IDS',
  push: 'NXAST_STACK_PUSH',
  pop: 'NXAST_STACK_POP',
  pop_queue: 'NXAST_POP_QUEUE',
  note: 'NXAST_NOTE',
  multipath: 'NXAST_MULTIPATH',
  exit: 'NXAST_EXIT',
  fin_timeout: 'NXAST_FIN_TIMEOUT',
  conjunction: 'NXAST_CONJUNCTION',
  clone: 'NXAST_CLONE',
  ct: 'NXAST_CT',
  ct_clear: 'NXAST_CT_CLEAR',
  nat: 'NXAST_NAT',
  encap: 'NXAST_ENCAP',
  decap: 'NXAST_DECAP',
  dec_nsh_ttl: 'NXAST_DEC_NSH_TTL',
  check_pkt_larger: 'NXAST_CHECK_PKT_LARGER',
  delete_field: 'NXAST_DELETE_FIELD',
  debug_slow: 'NXAST_DEBUG_SLOW',
  debug_recirc: 'NXAST_DEBUG_RECIRC',
  mod_dl_src: 'OFPAT_SET_DL_SRC',
  mod_dl_dst: 'OFPAT_SET_DL_DST',
  enqueue: 'OFPAT_ENQUEUE',
  write_metadata: 'NXAST_WRITE_METADATA',
  meter: 'OFPAT_METER',
};

/** Actions on one header field: the wire action, the field that Set-Field sets from OpenFlow 1.2 on, and how to say the value. */
const HEADER_ACTIONS = {
  set_vlan_vid: { raw: 'OFPAT_SET_VLAN_VID', field: 'vlan_vid', bytes: 2, put: (value: number) => value | 0x1000 },
  set_vlan_pcp: { raw: 'OFPAT_SET_VLAN_PCP', field: 'vlan_pcp', bytes: 1, put: (value: number) => value },
  mod_nw_src: { raw: 'OFPAT_SET_NW_SRC', field: 'ip_src', bytes: 4, put: (value: number) => value },
  mod_nw_dst: { raw: 'OFPAT_SET_NW_DST', field: 'ip_dst', bytes: 4, put: (value: number) => value },
  mod_nw_tos: { raw: 'OFPAT_SET_NW_TOS', field: 'ip_dscp', bytes: 1, put: (value: number) => value >>> 2 },
  mod_nw_ecn: { raw: 'OFPAT_SET_NW_ECN', field: 'nw_ecn', bytes: 1, put: (value: number) => value },
  set_mpls_label: { raw: 'OFPAT_SET_MPLS_LABEL', field: 'mpls_label', bytes: 4, put: (value: number) => value },
  set_mpls_tc: { raw: 'OFPAT_SET_MPLS_TC', field: 'mpls_tc', bytes: 1, put: (value: number) => value },
} as const;

const TP_FIELDS = {
  mod_tp_src: { 6: 'tcp_src', 17: 'udp_src', 132: 'sctp_src' },
  mod_tp_dst: { 6: 'tcp_dst', 17: 'udp_dst', 132: 'sctp_dst' },
} as const;

/** The wire action that Open vSwitch itself would send; undefined where it sends several, or another action's. */
export function usualRaw(action: Action, version: number): RawAction | undefined {
  const fixed = FIXED_RAW[action.type];
  switch (action.type) {
    case 'mod_dl_src':
    case 'mod_dl_dst':
      return version < 3 ? fixed : undefined;
    case 'set_vlan_vid':
    case 'set_vlan_pcp':
    case 'mod_nw_src':
    case 'mod_nw_dst':
    case 'mod_nw_tos':
    case 'mod_nw_ecn':
    case 'set_mpls_label':
    case 'set_mpls_tc':
      return version < 3 ? HEADER_ACTIONS[action.type].raw : undefined;
    case 'mod_tp_src':
    case 'mod_tp_dst':
      return action.type === 'mod_tp_src' ? 'OFPAT_SET_TP_SRC' : 'OFPAT_SET_TP_DST';
    case 'mod_nw_ttl':
      return 'OFPAT_SET_NW_TTL';
    case 'strip_vlan':
      return version === 1 ? 'OFPAT_STRIP_VLAN' : undefined;
    case 'pop_vlan':
      return version > 1 ? 'OFPAT_POP_VLAN' : undefined;
    case 'output_reg':
      return shortHeader(action.src) === undefined ? 'NXAST_OUTPUT_REG2' : 'NXAST_OUTPUT_REG';
    case 'controller':
      return controllerNeedsProperties(action) ? 'NXAST_CONTROLLER2' : 'NXAST_CONTROLLER';
    case 'bundle':
      return action.dst === undefined ? 'NXAST_BUNDLE' : 'NXAST_BUNDLE_LOAD';
    case 'set_field':
      return version >= 3 && (version >= 6 || action.mask === undefined) ? 'OFPAT_SET_FIELD' : usualLoad(action.field);
    case 'load':
      return version < 6 ? 'NXAST_REG_LOAD' : undefined;
    case 'move':
      return version >= 6 ? 'OFPAT_COPY_FIELD' : 'NXAST_REG_MOVE';
    case 'set_tunnel':
      return version < 3 ? 'NXAST_SET_TUNNEL' : undefined;
    case 'set_tunnel64':
      return version < 3 ? 'NXAST_SET_TUNNEL64' : undefined;
    case 'resubmit':
      return action.ct ? 'NXAST_RESUBMIT_TABLE_CT' : 'NXAST_RESUBMIT_TABLE';
    case 'learn':
      return action.limit || action.result_dst !== undefined ? 'NXAST_LEARN2' : 'NXAST_LEARN';
    case 'sample':
      return action.direction !== undefined
        ? 'NXAST_SAMPLE3'
        : action.sampling_port === undefined
          ? 'NXAST_SAMPLE'
          : 'NXAST_SAMPLE2';
    default:
      return fixed;
  }
}

function usualLoad(name: Parameters<typeof fieldNamed>[0]): RawAction | undefined {
  const field = fieldNamed(name);
  return headerOf(field, 0)?.size === 8 || field.variable ? 'NXAST_REG_LOAD2' : undefined;
}

function controllerNeedsProperties(action: Controller): boolean {
  return (action.userdata?.length ?? 0) > 0 || action.pause === true || action.meter_id !== undefined;
}

function putNumber(writer: Writer, raw: RawAction, version: number, bytes: 1 | 2 | 4, value: number): void {
  const at = putActionHeader(writer, raw, version);
  const aligned = Math.ceil(at / bytes) * bytes;
  if (bytes === 4) writer.view.setUint32(aligned, value);
  else if (bytes === 2) writer.view.setUint16(aligned, value);
  else writer.view.setUint8(aligned, value);
}

function putOutput(writer: Writer, action: Output, version: number): void {
  const at = putActionHeader(writer, 'OFPAT_OUTPUT', version);
  const max = action.max_len ?? (action.port === Port.CONTROLLER ? 0xffff : 0);
  if (version === 1) writer.view.setUint16(at, portTo16(action.port));
  else writer.view.setUint32(at, action.port);
  writer.view.setUint16(version === 1 ? at + 2 : at + 4, max);
}

function putHeaderField(writer: Writer, action: Action, version: number): void {
  const raw = usualRaw(action, version);
  const set = (field: 'ip_dscp' | 'vlan_vid' | Parameters<typeof fieldNamed>[0], value: number | bigint): void =>
    encodeSetField(writer, { type: 'set_field', field: fieldNamed(field).name, value }, version);
  switch (action.type) {
    case 'mod_dl_src':
    case 'mod_dl_dst':
      if (raw === undefined && action.form === undefined) {
        set(action.type === 'mod_dl_src' ? 'eth_src' : 'eth_dst', action.value);
      } else {
        const at = putActionHeader(
          writer,
          action.type === 'mod_dl_src' ? 'OFPAT_SET_DL_SRC' : 'OFPAT_SET_DL_DST',
          version,
        );
        writer.view.setUint16(at, Number(action.value >> 32n));
        writer.view.setUint32(at + 2, Number(action.value & 0xffffffffn));
      }
      return;
    case 'mod_tp_src':
    case 'mod_tp_dst': {
      const proto = action.ip_proto;
      const known = version >= 3 && (proto === 6 || proto === 17 || proto === 132);
      if (known) set(TP_FIELDS[action.type][proto], action.value);
      else putNumber(writer, raw ?? 'OFPAT_SET_TP_SRC', version, 2, action.value);
      return;
    }
    case 'mod_nw_ttl':
      if (version > 1) putNumber(writer, 'OFPAT_SET_NW_TTL', version, 1, action.value);
      else
        encodeLoad(
          writer,
          { type: 'load', dst: { field: 'nw_ttl', start: 0, width: 8 }, value: BigInt(action.value) },
          1,
        );
      return;
    case 'set_vlan_vid':
    case 'set_vlan_pcp':
      if (version > 1 && action.push_vlan_if_needed && !action.flow_has_vlan) {
        putNumber(writer, 'OFPAT_PUSH_VLAN', version, 2, 0x8100);
      }
      break;
    case 'mod_nw_ecn':
      if (version === 1) {
        encodeLoad(
          writer,
          { type: 'load', dst: { field: 'nw_ecn', start: 0, width: 2 }, value: BigInt(action.value) },
          1,
        );
        return;
      }
      break;
    default:
      break;
  }
  if (!(action.type in HEADER_ACTIONS)) throw encodeError(`${action.type} is no action on a header field`);
  const { raw: own, field, bytes, put } = HEADER_ACTIONS[action.type as keyof typeof HEADER_ACTIONS];
  const value = 'value' in action ? Number(action.value) : 0;
  if (raw !== undefined || (action.type !== 'unknown' && action.form === own))
    putNumber(writer, own, version, bytes, value);
  else set(field, put(value));
}

function putResubmit(writer: Writer, action: Resubmit, version: number): void {
  const port = portTo16(action.in_port ?? Port.IN_PORT);
  if (action.form === 'NXAST_RESUBMIT' && action.table === undefined) {
    putNumber(writer, 'NXAST_RESUBMIT', version, 2, port);
    return;
  }
  const at = putActionHeader(writer, action.ct ? 'NXAST_RESUBMIT_TABLE_CT' : 'NXAST_RESUBMIT_TABLE', version);
  writer.view.setUint16(at, port);
  writer.view.setUint8(at + 2, action.table ?? 0xff);
}

function putController(writer: Writer, action: Controller, version: number): void {
  if (controllerNeedsProperties(action) || action.form === 'NXAST_CONTROLLER2')
    encodeController2(writer, action, version);
  else {
    const at = putActionHeader(writer, 'NXAST_CONTROLLER', version);
    writer.view.setUint16(at, action.max_len ?? 0xffff);
    writer.view.setUint16(at + 2, action.controller_id ?? 0);
    writer.view.setUint8(at + 4, PACKET_IN_REASONS.indexOf(action.reason ?? 'action'));
  }
}

function putOutputField(writer: Writer, action: Action & { type: 'output_reg' }, version: number): void {
  const header = shortHeader(action.src);
  const max = action.max_len ?? 0xffff;
  if (action.form === 'NXAST_OUTPUT_REG2' || header === undefined) {
    const start = openAction(writer, 'NXAST_OUTPUT_REG2', version, 14);
    writer.view.setUint16(start + 10, startWidth(action.src));
    writer.view.setUint16(start + 12, max);
    putSubfieldHeader(writer, action.src, 0);
    closeAction(writer, start, 24);
  } else {
    const at = putActionHeader(writer, 'NXAST_OUTPUT_REG', version);
    writer.view.setUint16(at, startWidth(action.src));
    writer.view.setUint32(at + 2, header);
    writer.view.setUint16(at + 6, max);
  }
}

/** Writes one action as Open vSwitch does in the version, or in the wire form that it was decoded from. */
export function encodeAction(writer: Writer, action: Action, version: number): void {
  switch (action.type) {
    case 'output':
      putOutput(writer, action, version);
      return;
    case 'output_reg':
      putOutputField(writer, action, version);
      return;
    case 'output_trunc': {
      const at = putActionHeader(writer, 'NXAST_OUTPUT_TRUNC', version);
      writer.view.setUint16(at, portTo16(action.port));
      writer.view.setUint32(at + 2, action.max_len);
      return;
    }
    case 'group':
      putNumber(writer, 'OFPAT_GROUP', version, 4, action.group_id);
      return;
    case 'controller':
      putController(writer, action, version);
      return;
    case 'enqueue':
      putEnqueue(writer, action, version);
      return;
    case 'bundle':
      encodeBundle(writer, action, version);
      return;
    case 'multipath':
      encodeMultipath(writer, action, version);
      return;
    case 'set_field': {
      const legacy = version <= 2 ? legacySetField(action, version) : undefined;
      if (legacy === undefined) encodeSetField(writer, action, version);
      else encodeActions(writer, legacy, version);
      return;
    }
    case 'load':
      encodeLoad(writer, action, version);
      return;
    case 'move':
      encodeMove(writer, action, version);
      return;
    case 'push':
    case 'pop':
      encodeStack(writer, action, version);
      return;
    case 'set_vlan_vid':
    case 'set_vlan_pcp':
    case 'mod_dl_src':
    case 'mod_dl_dst':
    case 'mod_nw_src':
    case 'mod_nw_dst':
    case 'mod_nw_tos':
    case 'mod_nw_ecn':
    case 'mod_nw_ttl':
    case 'mod_tp_src':
    case 'mod_tp_dst':
    case 'set_mpls_label':
    case 'set_mpls_tc':
      putHeaderField(writer, action, version);
      return;
    case 'set_mpls_ttl':
      putNumber(writer, 'OFPAT_SET_MPLS_TTL', version, 1, action.value);
      return;
    case 'push_vlan':
      if (version > 1) putNumber(writer, 'OFPAT_PUSH_VLAN', version, 2, action.ethertype);
      return;
    case 'push_mpls':
      putNumber(writer, 'OFPAT_PUSH_MPLS', version, 2, action.ethertype);
      return;
    case 'pop_mpls':
      putNumber(writer, 'OFPAT_POP_MPLS', version, 2, action.ethertype);
      return;
    case 'strip_vlan':
    case 'pop_vlan':
      putActionHeader(writer, version === 1 ? 'OFPAT_STRIP_VLAN' : 'OFPAT_POP_VLAN', version);
      return;
    case 'set_tunnel':
    case 'set_tunnel64':
      putTunnel(writer, action, version);
      return;
    case 'set_queue':
      putNumber(writer, 'OFPAT_SET_QUEUE', version, 4, action.queue);
      return;
    case 'resubmit':
      putResubmit(writer, action, version);
      return;
    case 'learn':
      encodeLearn(writer, action, version);
      return;
    case 'ct':
      encodeConntrack(writer, action, version, (nested) => encodeActions(writer, nested, version));
      return;
    case 'nat':
      encodeNat(writer, action, version);
      return;
    case 'sample':
      encodeSample(writer, action satisfies Sample, version);
      return;
    case 'encap':
      encodeEncap(writer, action, version);
      return;
    case 'clone': {
      const start = openAction(writer, 'NXAST_CLONE', version, 16);
      encodeActions(writer, action.actions, version);
      closeAction(writer, start);
      return;
    }
    case 'unknown':
      writer.put(action.raw);
      return;
    default:
      encodeSmall(writer, action, version);
      return;
  }
}

function putEnqueue(writer: Writer, action: Action & { type: 'enqueue' }, version: number): void {
  if (version > 1) {
    putNumber(writer, 'OFPAT_SET_QUEUE', version, 4, action.queue);
    putOutput(writer, { type: 'output', port: action.port, max_len: 0xffff }, version);
    putActionHeader(writer, 'NXAST_POP_QUEUE', version);
    return;
  }
  const at = putActionHeader(writer, 'OFPAT_ENQUEUE', version);
  writer.view.setUint16(at, portTo16(action.port));
  writer.view.setUint32(at + 8, action.queue);
}

function putTunnel(writer: Writer, action: Action & { type: 'set_tunnel' | 'set_tunnel64' }, version: number): void {
  const wide = action.type === 'set_tunnel64' || action.tun_id > 0xffffffffn;
  const kept = action.form === 'NXAST_SET_TUNNEL' || action.form === 'NXAST_SET_TUNNEL64';
  if (version >= 3 && !kept)
    encodeSetField(writer, { type: 'set_field', field: 'tun_id', value: action.tun_id }, version);
  else if (wide) {
    const at = putActionHeader(writer, 'NXAST_SET_TUNNEL64', version);
    writer.view.setBigUint64(at + 6, action.tun_id);
  } else putNumber(writer, 'NXAST_SET_TUNNEL', version, 4, Number(action.tun_id));
}

/** Actions with an argument or two, and those without. */
function encodeSmall(writer: Writer, action: Action, version: number): void {
  switch (action.type) {
    case 'dec_ttl_cnt_ids': {
      const start = openAction(writer, 'NXAST_DEC_TTL_CNT_IDS', version, 16);
      writer.view.setUint16(start + 10, action.ids.length);
      for (const id of action.ids) writer.u16(id);
      closeAction(writer, start);
      return;
    }
    case 'note': {
      const start = openAction(writer, 'NXAST_NOTE', version, 10);
      writer.put(action.data);
      closeAction(writer, start, 16);
      return;
    }
    case 'fin_timeout': {
      const at = putActionHeader(writer, 'NXAST_FIN_TIMEOUT', version);
      writer.view.setUint16(at, action.idle_timeout);
      writer.view.setUint16(at + 2, action.hard_timeout);
      return;
    }
    case 'conjunction': {
      const at = putActionHeader(writer, 'NXAST_CONJUNCTION', version);
      writer.view.setUint8(at, action.clause - 1);
      writer.view.setUint8(at + 1, action.n_clauses);
      writer.view.setUint32(at + 2, action.id);
      return;
    }
    case 'check_pkt_larger': {
      const start = openAction(writer, 'NXAST_CHECK_PKT_LARGER', version, 14);
      writer.view.setUint16(start + 10, action.pkt_len);
      writer.view.setUint16(start + 12, action.dst.start);
      putSubfieldHeader(writer, action.dst, 0);
      closeAction(writer, start, 24);
      return;
    }
    case 'delete_field': {
      const start = openAction(writer, 'NXAST_DELETE_FIELD', version, 10);
      putSubfieldHeader(writer, { field: action.field, start: 0, width: 1 }, version);
      closeAction(writer, start, 24);
      return;
    }
    case 'decap': {
      const at = putActionHeader(writer, 'NXAST_DECAP', version);
      writer.view.setUint32(at + 2, action.packet_type ?? PACKET_TYPE_USE_NEXT_PROTO);
      return;
    }
    case 'write_metadata': {
      const at = putActionHeader(writer, 'NXAST_WRITE_METADATA', version);
      writer.view.setBigUint64(at + 6, action.metadata);
      writer.view.setBigUint64(at + 14, action.mask ?? 2n ** 64n - 1n);
      return;
    }
    case 'meter':
      if (version >= 6) putNumber(writer, 'OFPAT_METER', version, 4, action.meter_id);
      return;
    case 'goto_table':
      putResubmit(writer, { type: 'resubmit', table: action.table }, version);
      return;
    case 'clear_actions':
    case 'write_actions':
    case 'apply_actions':
      return;
    default: {
      const raw = usualRaw(action, version);
      if (raw === undefined) throw encodeError(`${action.type} cannot be told in OpenFlow 1.${version - 1}`);
      putActionHeader(writer, raw, version);
    }
  }
}

/** Writes actions one behind the other. */
export function encodeActions(writer: Writer, actions: readonly Action[], version: number): void {
  for (const action of actions) encodeAction(writer, action, version);
}

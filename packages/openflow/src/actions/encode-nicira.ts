import type { Bundle, Controller, Encap, Multipath, Sample } from '../model/action.ts';
import type { Subfield } from '../model/match.ts';
import { portTo16 } from '../model/port.ts';
import { encodeError } from '../openflow-error.ts';
import type { Writer } from '../wire/writer.ts';
import { closeAction, openAction, putActionHeader } from './action-frame.ts';
import { ED_CLASS_NSH, MEMBER_TYPE_IN_PORT } from './nicira-actions.ts';
import { BUNDLE_ALGORITHMS, HASH_FIELDS, MULTIPATH_ALGORITHMS, PACKET_IN_REASONS } from './nicira-names.ts';
import { putProperty } from './property.ts';
import { shortHeader, startWidth } from './subfield.ts';

function requireShort(bits: Subfield, action: string): number {
  const header = shortHeader(bits);
  if (header === undefined) throw encodeError(`${action}: field ${bits.field} has no 32-bit header`);
  return header;
}

export function encodeBundle(writer: Writer, action: Bundle, version: number): void {
  const start = openAction(writer, action.dst === undefined ? 'NXAST_BUNDLE' : 'NXAST_BUNDLE_LOAD', version, 32);
  const { view } = writer;
  view.setUint16(start + 10, BUNDLE_ALGORITHMS.indexOf(action.algorithm));
  view.setUint16(start + 12, HASH_FIELDS.indexOf(action.fields));
  view.setUint16(start + 14, action.basis);
  view.setUint32(start + 16, MEMBER_TYPE_IN_PORT);
  view.setUint16(start + 20, action.members.length);
  if (action.dst !== undefined) {
    view.setUint16(start + 22, startWidth(action.dst));
    view.setUint32(start + 24, requireShort(action.dst, 'bundle_load'));
  }
  for (const member of action.members) writer.u16(portTo16(member));
  closeAction(writer, start);
}

export function encodeMultipath(writer: Writer, action: Multipath, version: number): void {
  const at = putActionHeader(writer, 'NXAST_MULTIPATH', version);
  const { view } = writer;
  view.setUint16(at, HASH_FIELDS.indexOf(action.fields));
  view.setUint16(at + 2, action.basis);
  view.setUint16(at + 6, MULTIPATH_ALGORITHMS.indexOf(action.algorithm));
  view.setUint16(at + 8, action.n_links - 1);
  view.setUint32(at + 10, action.arg);
  view.setUint16(at + 16, startWidth(action.dst));
  view.setUint32(at + 18, requireShort(action.dst, 'multipath'));
}

/** `controller(...)` in its extensible form: properties for what is not usual. */
export function encodeController2(writer: Writer, action: Controller, version: number): void {
  const start = openAction(writer, 'NXAST_CONTROLLER2', version, 16);
  const { max_len = 0xffff, controller_id = 0, reason = 'action', userdata, meter_id } = action;
  if (max_len !== 0xffff) putProperty(writer, 0, (out) => out.u16(max_len));
  if (controller_id !== 0) putProperty(writer, 1, (out) => out.u16(controller_id));
  if (reason !== 'action') putProperty(writer, 2, (out) => out.u8(PACKET_IN_REASONS.indexOf(reason)));
  if (userdata !== undefined && userdata.length > 0) putProperty(writer, 3, (out) => out.put(userdata));
  if (action.pause) putProperty(writer, 4, () => undefined);
  if (meter_id !== undefined) putProperty(writer, 5, (out) => out.u32(meter_id));
  closeAction(writer, start);
}

export function encodeSample(writer: Writer, action: Sample, version: number): void {
  if (action.obs_point_src !== undefined)
    throw encodeError('sample: a field as observation point needs Open vSwitch 3.4');
  const third = action.direction !== undefined || action.form === 'NXAST_SAMPLE3';
  const second = third || action.sampling_port !== undefined || action.form === 'NXAST_SAMPLE2';
  const at = putActionHeader(writer, third ? 'NXAST_SAMPLE3' : second ? 'NXAST_SAMPLE2' : 'NXAST_SAMPLE', version);
  const { view } = writer;
  view.setUint16(at, action.probability);
  view.setUint32(at + 2, action.collector_set_id);
  view.setUint32(at + 6, action.obs_domain_id);
  view.setUint32(at + 10, action.obs_point_id);
  if (!second) return;
  view.setUint16(at + 14, portTo16(action.sampling_port ?? 0xffffffff));
  view.setUint8(at + 16, action.direction === undefined ? 0 : action.direction === 'ingress' ? 1 : 2);
}

export function encodeEncap(writer: Writer, action: Encap, version: number): void {
  const start = openAction(writer, 'NXAST_ENCAP', version, 16);
  writer.view.setUint16(start + 10, action.header_size ?? 0);
  writer.view.setUint32(start + 12, action.packet_type);
  for (const property of action.properties ?? []) {
    const at = writer.length;
    writer.u16(ED_CLASS_NSH);
    if (property.name === 'md_type') {
      writer.u8(1);
      writer.u8(5);
      writer.u8(property.value);
    } else {
      writer.u8(2);
      writer.u8(8 + property.data.length);
      writer.u16(property.tlv_class);
      writer.u8(property.tlv_type);
      writer.u8(property.data.length);
      writer.put(property.data);
    }
    writer.pad8(at);
  }
  closeAction(writer, start);
}

import { putProperty, readProperties } from '../actions/property.ts';
import { decodeError } from '../openflow-error.ts';
import { after, listOf, type Part, padded, struct, u8, u16, u32 } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type BodyCodec, plainBody } from './base.ts';

/** Messages of one number: NXT_SET_FLOW_FORMAT, NXT_SET_PACKET_IN_FORMAT. */
export interface SetFormat {
  readonly type: 'set_flow_format' | 'set_packet_in_format';
  readonly format: number;
}
export const formatBody = (type: SetFormat['type']): BodyCodec<SetFormat> =>
  plainBody<SetFormat>(type, struct({ format: u32 }));

/** NXT_FLOW_MOD_TABLE_ID. */
export interface FlowModTableId {
  readonly type: 'flow_mod_table_id';
  readonly set: number;
}
export const flowModTableIdBody: BodyCodec<FlowModTableId> = plainBody<FlowModTableId>(
  'flow_mod_table_id',
  struct({ set: padded(u8, 7) }),
);

/** NXT_SET_CONTROLLER_ID: which `controller(id=…)` actions are meant for this connection. */
export interface SetControllerId {
  readonly type: 'set_controller_id';
  readonly controller_id: number;
}
export const setControllerIdBody: BodyCodec<SetControllerId> = plainBody<SetControllerId>(
  'set_controller_id',
  struct({ controller_id: after(6, u16) }),
);

/** NXT_FLOW_MONITOR_CANCEL. */
export interface FlowMonitorCancel {
  readonly type: 'flow_monitor_cancel';
  readonly id: number;
}
export const flowMonitorCancelBody: BodyCodec<FlowMonitorCancel> = plainBody<FlowMonitorCancel>(
  'flow_monitor_cancel',
  struct({ id: u32 }),
);

/** A Geneve option and the tun_metadata field that it is mapped to. */
export interface TlvMap {
  readonly option_class: number;
  readonly option_type: number;
  readonly option_len: number;
  readonly index: number;
}
/** NXT_TLV_TABLE_MOD. */
export interface TlvTableMod {
  readonly type: 'tlv_table_mod';
  readonly command: 'add' | 'delete' | 'clear';
  readonly mappings: readonly TlvMap[];
}
const TLV_COMMANDS = ['add', 'delete', 'clear'] as const;
const MAX_TLV_INDEX = 63;

const tlvMap: Part<TlvMap> = struct<TlvMap>({
  option_class: u16,
  option_type: u8,
  option_len: u8,
  index: padded(u16, 2),
});

function checkMap(map: TlvMap, at: number): TlvMap {
  if (map.option_len === 0 || map.option_len % 4 !== 0 || map.option_len > 124) {
    throw decodeError('NXTTMFC_BAD_OPT_LEN', at, `an option of ${map.option_len} bytes`);
  }
  if (map.index > MAX_TLV_INDEX) throw decodeError('NXTTMFC_BAD_FIELD_IDX', at, `tun_metadata${map.index}`);
  return map;
}

export const tlvTableModBody: BodyCodec<TlvTableMod> = {
  read: (reader, { version }) => {
    const number = reader.u16();
    const command = TLV_COMMANDS[number];
    if (command === undefined) throw decodeError('NXTTMFC_BAD_COMMAND', reader.offset - 2, `command ${number}`);
    reader.skip(6);
    const mappings: TlvMap[] = [];
    while (reader.left > 0) mappings.push(checkMap(tlvMap.read(reader, version), reader.offset - 8));
    return { type: 'tlv_table_mod', command, mappings };
  },
  write: (writer, { command, mappings }, { version }) => {
    writer.u16(TLV_COMMANDS.indexOf(command));
    writer.zeros(6);
    listOf(tlvMap).write(writer, mappings, version);
  },
};

/** NXT_TLV_TABLE_REPLY. */
export interface TlvTableReply {
  readonly type: 'tlv_table_reply';
  readonly max_option_space: number;
  readonly max_fields: number;
  readonly mappings: readonly TlvMap[];
}
export const tlvTableReplyBody: BodyCodec<TlvTableReply> = plainBody<TlvTableReply>(
  'tlv_table_reply',
  struct({ max_option_space: u32, max_fields: padded(u16, 10), mappings: listOf(tlvMap) }),
);

/** NXT_CT_FLUSH_ZONE. */
export interface CtFlushZone {
  readonly type: 'ct_flush_zone';
  readonly zone_id: number;
}
export const ctFlushZoneBody: BodyCodec<CtFlushZone> = {
  read: (reader) => {
    reader.skip(6);
    return { type: 'ct_flush_zone', zone_id: reader.u16() };
  },
  write: (writer, { zone_id }) => {
    writer.zeros(6);
    writer.u16(zone_id);
  },
};

/** One direction of a connection; addresses have 128 bits, IPv4 mapped into IPv6. */
export interface CtTuple {
  readonly src?: bigint;
  readonly dst?: bigint;
  readonly src_port?: number;
  readonly dst_port?: number;
  readonly icmp_id?: number;
  readonly icmp_type?: number;
  readonly icmp_code?: number;
}
/** NXT_CT_FLUSH: forget connections that fit. */
export interface CtFlush {
  readonly type: 'ct_flush';
  readonly ip_proto: number;
  readonly zone_id?: number;
  readonly original: CtTuple;
  readonly reply: CtTuple;
}

/** NXT_CT_*: properties of the message and of the tuples. */
const CT = { original: 0, reply: 1, zone: 2 } as const;
const TUPLE_KEYS = ['src', 'dst', 'src_port', 'dst_port', 'icmp_id', 'icmp_type', 'icmp_code'] as const;

function readTuple(reader: Reader, proto: number): CtTuple {
  const icmp = proto === 1 || proto === 58;
  let tuple: CtTuple = {};
  readProperties(reader, (type, body, start) => {
    const key = TUPLE_KEYS[type];
    if (key === undefined) throw decodeError('OFPBPC_BAD_TYPE', start, `tuple property ${type}`);
    const isIcmpKey = type >= 4;
    if ((type === 2 || type === 3 || isIcmpKey) && proto !== 0 && isIcmpKey !== icmp) {
      throw decodeError('OFPBPC_BAD_VALUE', start, `${key} does not fit protocol ${proto}`);
    }
    if (type <= 1) {
      if (body.left !== 16) throw decodeError('OFPBPC_BAD_LEN', start, 'an address has 16 bytes');
      tuple = { ...tuple, [key]: body.big(16) };
    } else tuple = { ...tuple, [key]: type >= 5 ? body.u8() : body.u16() };
  });
  return tuple;
}

function writeTuple(writer: Writer, type: number, tuple: CtTuple): void {
  if (Object.keys(tuple).length === 0) return;
  const start = writer.length;
  writer.u16(type);
  writer.u16(0);
  writer.u32(0);
  for (const [number, key] of TUPLE_KEYS.entries()) {
    const value = tuple[key];
    if (value === undefined) continue;
    putProperty(writer, number, (out) => {
      if (typeof value === 'bigint') out.big(value, 16);
      else if (number >= 5) out.u8(value);
      else out.u16(value);
    });
  }
  writer.setU16(start + 2, writer.length - start);
  writer.pad8(start);
}

export const ctFlushBody: BodyCodec<CtFlush> = {
  read: (reader) => {
    const ip_proto = reader.u8();
    reader.skip(7);
    let flush: CtFlush = { type: 'ct_flush', ip_proto, original: {}, reply: {} };
    readProperties(reader, (type, body, start) => {
      if (type === CT.zone) flush = { ...flush, zone_id: body.u16() };
      else if (type === CT.original || type === CT.reply) {
        // Nested properties are aligned by four bytes behind the header.
        body.skip(Math.min(4, body.left));
        const tuple = readTuple(body, ip_proto);
        flush = type === CT.original ? { ...flush, original: tuple } : { ...flush, reply: tuple };
      } else throw decodeError('OFPBPC_BAD_TYPE', start, `property ${type}`);
    });
    const { original, reply } = flush;
    const families = [original.src, original.dst, reply.src, reply.dst]
      .filter((address) => address !== undefined)
      .map((address) => address >> 32n === 0xffffn);
    if (new Set(families).size > 1) throw decodeError('OFPBPC_BAD_VALUE', reader.offset, 'IPv4 and IPv6 addresses');
    return flush;
  },
  write: (writer, flush) => {
    writer.u8(flush.ip_proto);
    writer.zeros(7);
    writeTuple(writer, CT.original, flush.original);
    writeTuple(writer, CT.reply, flush.reply);
    const { zone_id } = flush;
    if (zone_id !== undefined) putProperty(writer, CT.zone, (out) => out.u16(zone_id));
  },
};

import { putProperty, readProperties } from '../actions/property.ts';
import { decodeError } from '../openflow-error.ts';
import { chars, listOf, type Part, padded, struct, u8, u32, u64 } from '../wire/layout.ts';
import { type BodyCodec, plainBody } from './base.ts';

/** OFPT_TABLE_MOD. `config` has OpenFlow's bits of the version. */
export interface TableMod {
  readonly type: 'table_mod';
  /** 255: all tables. */
  readonly table: number;
  readonly config: number;
  /** OpenFlow 1.4. */
  readonly eviction_flags?: number;
  readonly vacancy_down?: number;
  readonly vacancy_up?: number;
}
const EVICTION = 2;
const VACANCY = 3;

export const tableModBody: BodyCodec<TableMod> = {
  read: (reader, { version }) => {
    const table = reader.u8();
    reader.skip(3);
    let mod: TableMod = { type: 'table_mod', table, config: reader.u32() };
    if (version < 5) return mod;
    readProperties(reader, (type, body, start) => {
      if (type === EVICTION) mod = { ...mod, eviction_flags: body.u32() };
      else if (type === VACANCY) mod = { ...mod, vacancy_down: body.u8(), vacancy_up: body.u8() };
      else throw decodeError('OFPBRC_BAD_TYPE', start, `property ${type}`);
    });
    return mod;
  },
  write: (writer, mod) => {
    writer.u8(mod.table);
    writer.zeros(3);
    writer.u32(mod.config);
    const { eviction_flags, vacancy_down, vacancy_up } = mod;
    if (eviction_flags !== undefined) putProperty(writer, EVICTION, (out) => out.u32(eviction_flags));
    if (vacancy_down !== undefined) {
      putProperty(writer, VACANCY, (out) => {
        out.u8(vacancy_down);
        out.u8(vacancy_up ?? 0);
        out.u16(0);
      });
    }
  },
};

/** Counters of a table. OpenFlow 1.0 to 1.2 tell its abilities too, kept as the bytes that they are. */
export interface TableStats {
  readonly table: number;
  readonly active_count: number;
  readonly lookup_count: bigint;
  readonly matched_count: bigint;
  readonly name?: string;
  readonly max_entries?: number;
  /** OpenFlow 1.0: OFPFW10_* of fields that may be wildcarded. */
  readonly wildcards?: number;
  readonly abilities?: Uint8Array;
}
export interface TableStatsReply {
  readonly type: 'table_stats_reply';
  readonly tables: readonly TableStats[];
}

/** Bytes of abilities between the name and the counters. */
const ABILITIES: Readonly<Record<number, number>> = { 2: 24, 3: 72 };

const tableStats: Part<TableStats> = {
  read: (reader, version) => {
    const table = reader.u8();
    reader.skip(version === 2 || version === 3 ? 7 : 3);
    if (version >= 4)
      return { table, active_count: reader.u32(), lookup_count: reader.u64(), matched_count: reader.u64() };
    const name = chars(32).read(reader, version);
    const middle = version === 1 ? { wildcards: reader.u32() } : { abilities: reader.copy(ABILITIES[version] ?? 0) };
    const counters = {
      max_entries: reader.u32(),
      active_count: reader.u32(),
      lookup_count: reader.u64(),
      matched_count: reader.u64(),
    };
    return { table, name, ...middle, ...counters };
  },
  write: (writer, stats, version) => {
    writer.u8(stats.table);
    writer.zeros(version === 2 || version === 3 ? 7 : 3);
    if (version < 4) {
      chars(32).write(writer, stats.name ?? '', version);
      if (version === 1) writer.u32(stats.wildcards ?? 0);
      else writer.put(stats.abilities ?? new Uint8Array(ABILITIES[version] ?? 0));
      writer.u32(stats.max_entries ?? 0);
    }
    writer.u32(stats.active_count);
    writer.u64(stats.lookup_count);
    writer.u64(stats.matched_count);
  },
};
export const tableStatsReplyBody: BodyCodec<TableStatsReply> = plainBody<TableStatsReply>(
  'table_stats_reply',
  struct({ tables: listOf(tableStats) }),
);

/** OFPST_TABLE_FEATURES: what a table can do; the properties are kept as bytes. */
export interface TableFeatures {
  readonly table: number;
  readonly command: number;
  readonly features: number;
  readonly name: string;
  readonly metadata_match: bigint;
  readonly metadata_write: bigint;
  readonly capabilities: number;
  readonly max_entries: number;
  readonly properties: Uint8Array;
}
export interface TableFeaturesMessage {
  readonly type: 'table_features_request' | 'table_features_reply';
  readonly tables: readonly TableFeatures[];
}
const tableFeatures: Part<TableFeatures> = {
  read: (reader, version) => {
    const start = reader.offset;
    const length = reader.u16();
    if (length < 64 || length % 8 !== 0 || length - 2 > reader.left) {
      throw decodeError('OFPTFFC_BAD_TABLE', start, `features of ${length} bytes`);
    }
    const body = reader.window(length - 2);
    const head = { table: body.u8(), command: body.u8(), features: body.u32(), name: chars(32).read(body, version) };
    const masks = { metadata_match: body.u64(), metadata_write: body.u64() };
    return { ...head, ...masks, capabilities: body.u32(), max_entries: body.u32(), properties: body.copy(body.left) };
  },
  write: (writer, table, version) => {
    const start = writer.length;
    writer.u16(0);
    writer.u8(table.table);
    writer.u8(table.command);
    writer.u32(table.features);
    chars(32).write(writer, table.name, version);
    writer.u64(table.metadata_match);
    writer.u64(table.metadata_write);
    writer.u32(table.capabilities);
    writer.u32(table.max_entries);
    writer.put(table.properties);
    writer.setU16(start, writer.length - start);
  },
};
export const tableFeaturesBody = (type: TableFeaturesMessage['type']): BodyCodec<TableFeaturesMessage> =>
  plainBody<TableFeaturesMessage>(type, struct({ tables: listOf(tableFeatures) }));

/** OFPST_TABLE_DESC, and the table in OFPT_TABLE_STATUS. */
export interface TableDesc {
  readonly table: number;
  readonly config: number;
  readonly eviction_flags?: number;
  readonly vacancy_down?: number;
  readonly vacancy_up?: number;
  readonly vacancy?: number;
}
export interface TableDescReply {
  readonly type: 'table_desc_reply';
  readonly tables: readonly TableDesc[];
}
export const tableDesc: Part<TableDesc> = {
  read: (reader) => {
    const start = reader.offset;
    const length = reader.u16();
    if (length < 8 || length - 2 > reader.left)
      throw decodeError('OFPBRC_BAD_LEN', start, `a table of ${length} bytes`);
    const body = reader.window(length - 2);
    const table = body.u8();
    body.skip(1);
    let desc: TableDesc = { table, config: body.u32() };
    readProperties(body, (type, property) => {
      if (type === EVICTION) desc = { ...desc, eviction_flags: property.u32() };
      else if (type === VACANCY) {
        desc = { ...desc, vacancy_down: property.u8(), vacancy_up: property.u8(), vacancy: property.u8() };
      }
    });
    return desc;
  },
  write: (writer, desc) => {
    const start = writer.length;
    writer.u16(0);
    writer.u8(desc.table);
    writer.u8(0);
    writer.u32(desc.config);
    const { eviction_flags, vacancy_down } = desc;
    if (eviction_flags !== undefined) putProperty(writer, EVICTION, (out) => out.u32(eviction_flags));
    if (vacancy_down !== undefined) {
      putProperty(writer, VACANCY, (out) => {
        out.u8(vacancy_down);
        out.u8(desc.vacancy_up ?? 0);
        out.u16((desc.vacancy ?? 0) << 8);
      });
    }
    writer.setU16(start, writer.length - start);
  },
};
export const tableDescReplyBody: BodyCodec<TableDescReply> = plainBody<TableDescReply>(
  'table_desc_reply',
  struct({ tables: listOf(tableDesc) }),
);

/** OFPT_TABLE_STATUS. */
export interface TableStatus {
  readonly type: 'table_status';
  /** 3: fewer free entries than the vacancy says, 4: more again. */
  readonly reason: number;
  readonly desc: TableDesc;
}
export const tableStatusBody: BodyCodec<TableStatus> = plainBody<TableStatus>(
  'table_status',
  struct({ reason: padded(u8, 7), desc: tableDesc }),
);

/** OFPST_DESC. */
export interface DescReply {
  readonly type: 'desc_reply';
  readonly mfr_desc: string;
  readonly hw_desc: string;
  readonly sw_desc: string;
  readonly serial_num: string;
  readonly dp_desc: string;
}
export const descReplyBody: BodyCodec<DescReply> = plainBody<DescReply>(
  'desc_reply',
  struct({
    mfr_desc: chars(256),
    hw_desc: chars(256),
    sw_desc: chars(256),
    serial_num: chars(32),
    dp_desc: chars(256),
  }),
);

/** NXST_IPFIX_BRIDGE and NXST_IPFIX_FLOW replies. */
export interface IpfixStats {
  readonly total_flows: bigint;
  readonly current_flows: bigint;
  readonly packets: bigint;
  readonly ipv4_packets: bigint;
  readonly ipv6_packets: bigint;
  readonly error_packets: bigint;
  readonly ipv4_error_packets: bigint;
  readonly ipv6_error_packets: bigint;
  readonly tx_packets: bigint;
  readonly tx_errors: bigint;
  readonly collector_set_id: number;
}
export interface IpfixReply {
  readonly type: 'ipfix_bridge_reply' | 'ipfix_flow_reply';
  readonly stats: readonly IpfixStats[];
}
const ipfixStats: Part<IpfixStats> = struct<IpfixStats>({
  total_flows: u64,
  current_flows: u64,
  packets: u64,
  ipv4_packets: u64,
  ipv6_packets: u64,
  error_packets: u64,
  ipv4_error_packets: u64,
  ipv6_error_packets: u64,
  tx_packets: u64,
  tx_errors: u64,
  collector_set_id: padded(u32, 4),
});
export const ipfixReplyBody = (type: IpfixReply['type']): BodyCodec<IpfixReply> =>
  plainBody<IpfixReply>(type, struct({ stats: listOf(ipfixStats) }));

import { decodeError } from '../openflow-error.ts';
import { listOf, type Part, padded, struct, u8, u32, u64 } from '../wire/layout.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';
import { type BodyCodec, plainBody } from './base.ts';

export type MeterCommand = 'add' | 'modify' | 'delete';
export const METER_COMMANDS: readonly MeterCommand[] = ['add', 'modify', 'delete'];

/** OFPMF_*. */
export type MeterFlag = 'kbps' | 'pktps' | 'burst' | 'stats';
export const METER_FLAGS: readonly MeterFlag[] = ['kbps', 'pktps', 'burst', 'stats'];

export interface MeterBand {
  readonly band_type: 'drop' | 'dscp_remark';
  readonly rate: number;
  readonly burst_size: number;
  /** dscp_remark only. */
  readonly prec_level?: number;
}

export interface Meter {
  readonly meter_id: number;
  readonly flags: readonly MeterFlag[];
  readonly bands: readonly MeterBand[];
}

/** Meter ids that are not of a meter. */
export const MeterId = { SLOWPATH: 0xfffffffd, CONTROLLER: 0xfffffffe, ALL: 0xffffffff } as const;

/** OFPT_METER_MOD. */
export interface MeterMod extends Meter {
  readonly type: 'meter_mod';
  readonly command: MeterCommand;
}

function readBands(reader: Reader): MeterBand[] {
  const bands: MeterBand[] = [];
  while (reader.left > 0) {
    const start = reader.offset;
    if (reader.left < 12) throw decodeError('OFPBRC_BAD_LEN', start, 'a band is cut off');
    const [type, length, rate, burst_size] = [reader.u16(), reader.u16(), reader.u32(), reader.u32()];
    if (type !== 1 && type !== 2) throw decodeError('OFPMMFC_BAD_BAND', start, `band type ${type}`);
    if (length !== 16 || reader.left < 4) throw decodeError('OFPBRC_BAD_LEN', start, `a band of ${length} bytes`);
    const level = reader.u8();
    reader.skip(3);
    if (type === 1) bands.push({ band_type: 'drop', rate, burst_size });
    else bands.push({ band_type: 'dscp_remark', rate, burst_size, prec_level: level });
  }
  return bands;
}

function writeBands(writer: Writer, bands: readonly MeterBand[]): void {
  for (const band of bands) {
    writer.u16(band.band_type === 'drop' ? 1 : 2);
    writer.u16(16);
    writer.u32(band.rate);
    writer.u32(band.burst_size);
    writer.u8(band.prec_level ?? 0);
    writer.zeros(3);
  }
}

function readFlags(reader: Reader): MeterFlag[] {
  const bits = reader.u16();
  return METER_FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0);
}

function writeFlags(writer: Writer, flags: readonly MeterFlag[]): void {
  writer.u16(flags.reduce((bits, flag) => bits | (1 << METER_FLAGS.indexOf(flag)), 0));
}

export const meterModBody: BodyCodec<MeterMod> = {
  read: (reader) => {
    const at = reader.offset;
    const number = reader.u16();
    const command = METER_COMMANDS[number];
    if (command === undefined) throw decodeError('OFPMMFC_BAD_COMMAND', at, `command ${number}`);
    const bits = reader.view.getUint16(reader.offset);
    const flags = readFlags(reader);
    const meter_id = reader.u32();
    if (command !== 'delete') {
      // A meter counts kilobits or packets, not both.
      if ((bits & ~15) !== 0 || (bits & 3) === 3)
        throw decodeError('OFPMMFC_BAD_FLAGS', at, `flags 0x${bits.toString(16)}`);
    } else if (bits !== 0 && (bits & ~15) !== 0)
      throw decodeError('OFPMMFC_BAD_FLAGS', at, `flags 0x${bits.toString(16)}`);
    return { type: 'meter_mod', command, flags, meter_id, bands: readBands(reader) };
  },
  write: (writer, meter) => {
    writer.u16(METER_COMMANDS.indexOf(meter.command));
    writeFlags(writer, meter.flags);
    writer.u32(meter.meter_id);
    writeBands(writer, meter.bands);
  },
};

/** OFPST_METER and OFPST_METER_CONFIG requests. */
export interface MeterRequest {
  readonly type: 'meter_stats_request' | 'meter_config_request';
  readonly meter_id: number;
}
export const meterRequestBody = (type: MeterRequest['type']): BodyCodec<MeterRequest> =>
  plainBody<MeterRequest>(type, struct({ meter_id: padded(u32, 4) }));

export interface MeterStats {
  readonly meter_id: number;
  readonly flow_count: number;
  readonly packet_in_count: bigint;
  readonly byte_in_count: bigint;
  readonly duration_sec: number;
  readonly duration_nsec: number;
  readonly bands: readonly { readonly packet_count: bigint; readonly byte_count: bigint }[];
}
export interface MeterStatsReply {
  readonly type: 'meter_stats_reply';
  readonly meters: readonly MeterStats[];
}

const bandStats = struct({ packet_count: u64, byte_count: u64 });
const meterStats: Part<MeterStats> = {
  read: (reader, version) => {
    const start = reader.offset;
    const meter_id = reader.u32();
    const length = reader.u16();
    if (length < 40 || length - 6 > reader.left)
      throw decodeError('OFPBRC_BAD_LEN', start, `a meter of ${length} bytes`);
    const body = reader.window(length - 6);
    body.skip(6);
    const head = { meter_id, flow_count: body.u32(), packet_in_count: body.u64(), byte_in_count: body.u64() };
    return {
      ...head,
      duration_sec: body.u32(),
      duration_nsec: body.u32(),
      bands: listOf(bandStats).read(body, version),
    };
  },
  write: (writer, stats, version) => {
    const start = writer.length;
    writer.u32(stats.meter_id);
    writer.u16(0);
    writer.zeros(6);
    writer.u32(stats.flow_count);
    writer.u64(stats.packet_in_count);
    writer.u64(stats.byte_in_count);
    writer.u32(stats.duration_sec);
    writer.u32(stats.duration_nsec);
    listOf(bandStats).write(writer, stats.bands, version);
    writer.setU16(start + 4, writer.length - start);
  },
};
export const meterStatsReplyBody: BodyCodec<MeterStatsReply> = plainBody<MeterStatsReply>(
  'meter_stats_reply',
  struct({ meters: listOf(meterStats) }),
);

export interface MeterConfigReply {
  readonly type: 'meter_config_reply';
  readonly meters: readonly Meter[];
}
export const meterConfigReplyBody: BodyCodec<MeterConfigReply> = {
  read: (reader) => {
    const meters: Meter[] = [];
    while (reader.left > 0) {
      const start = reader.offset;
      const length = reader.u16();
      if (length < 8 || length - 2 > reader.left)
        throw decodeError('OFPBRC_BAD_LEN', start, `a meter of ${length} bytes`);
      const body = reader.window(length - 2);
      const flags = readFlags(body);
      meters.push({ flags, meter_id: body.u32(), bands: readBands(body) });
    }
    return { type: 'meter_config_reply', meters };
  },
  write: (writer, { meters }) => {
    for (const meter of meters) {
      const start = writer.length;
      writer.u16(0);
      writeFlags(writer, meter.flags);
      writer.u32(meter.meter_id);
      writeBands(writer, meter.bands);
      writer.setU16(start, writer.length - start);
    }
  },
};

/** OFPST_METER_FEATURES. */
export interface MeterFeaturesReply {
  readonly type: 'meter_features_reply';
  readonly max_meters: number;
  readonly band_types: number;
  readonly capabilities: number;
  readonly max_bands: number;
  readonly max_color: number;
}
export const meterFeaturesReplyBody: BodyCodec<MeterFeaturesReply> = plainBody<MeterFeaturesReply>(
  'meter_features_reply',
  struct({ max_meters: u32, band_types: u32, capabilities: u32, max_bands: u8, max_color: padded(u8, 2) }),
);

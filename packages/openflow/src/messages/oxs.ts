import { decodeError } from '../openflow-error.ts';
import type { Reader } from '../wire/reader.ts';
import type { Writer } from '../wire/writer.ts';

/** OpenFlow 1.5's statistics of flows: a list of fields, of which none must be there. */
export interface OxsStats {
  readonly duration_sec?: number;
  readonly duration_nsec?: number;
  readonly idle_age?: number;
  readonly flow_count?: number;
  readonly packet_count?: bigint;
  readonly byte_count?: bigint;
}

const DURATION = 0x80020008;
const IDLE_TIME = 0x80020208;
const FLOW_COUNT = 0x80020604;
const PACKET_COUNT = 0x80020808;
const BYTE_COUNT = 0x80020a08;
const EXPERIMENTER = 0xffff;

/** Reads the statistics; fields that are not known are left out. */
export function readOxs(reader: Reader): OxsStats {
  const start = reader.offset;
  if (reader.left < 4) throw decodeError('OFPBMC_BAD_LEN', start, 'no room for statistics');
  reader.skip(2);
  const length = reader.u16();
  const padded = (length + 7) & ~7;
  if (length < 4 || padded - 4 > reader.left) {
    throw decodeError('OFPBMC_BAD_LEN', start, `statistics of ${length} bytes`);
  }
  const body = reader.window(length - 4);
  reader.skip(padded - length);
  let stats: OxsStats = {};
  while (body.left > 0) stats = readEntry(body, stats);
  return stats;
}

function readEntry(body: Reader, stats: OxsStats): OxsStats {
  const at = body.offset;
  if (body.left < 4) throw decodeError('OFPBMC_BAD_LEN', at, 'a partial OXS header');
  const header = body.u32();
  const least = header >>> 16 === EXPERIMENTER ? 4 : 0;
  if ((header & 0xff) < least || (header & 0xff) > body.left) {
    throw decodeError('OFPBMC_BAD_LEN', at, `an OXS field of ${header & 0xff} bytes`);
  }
  switch (header) {
    case DURATION:
      return { ...stats, duration_sec: body.u32(), duration_nsec: body.u32() };
    case IDLE_TIME: {
      const idle_age = body.u32();
      body.skip(4);
      return { ...stats, idle_age };
    }
    case FLOW_COUNT:
      return { ...stats, flow_count: body.u32() };
    case PACKET_COUNT:
      return { ...stats, packet_count: body.u64() };
    case BYTE_COUNT:
      return { ...stats, byte_count: body.u64() };
    default:
      body.skip(header & 0xff);
      return stats;
  }
}

const UNKNOWN32 = 0xffffffff;
const UNKNOWN64 = 2n ** 64n - 1n;

/** Writes what is known. */
export function writeOxs(writer: Writer, stats: OxsStats): void {
  const start = writer.length;
  writer.u32(0);
  if (stats.duration_sec !== undefined && stats.duration_sec !== UNKNOWN32) {
    writer.u32(DURATION);
    writer.u32(stats.duration_sec);
    writer.u32(stats.duration_nsec ?? 0);
  }
  if (stats.idle_age !== undefined && stats.idle_age !== UNKNOWN32) {
    writer.u32(IDLE_TIME);
    writer.u32(stats.idle_age);
    writer.u32(0);
  }
  if (stats.flow_count !== undefined && stats.flow_count !== UNKNOWN32) {
    writer.u32(FLOW_COUNT);
    writer.u32(stats.flow_count);
  }
  for (const [header, count] of [
    [PACKET_COUNT, stats.packet_count],
    [BYTE_COUNT, stats.byte_count],
  ] as const) {
    if (count === undefined || count === UNKNOWN64) continue;
    writer.u32(header);
    writer.u64(count);
  }
  writer.setU16(start + 2, writer.length - start);
  writer.pad8(start);
}

/** Counters as the other versions have them: what is not known is all ones. */
export function countersOf(stats: OxsStats): Required<Omit<OxsStats, 'idle_age'>> {
  return {
    duration_sec: stats.duration_sec ?? UNKNOWN32,
    duration_nsec: stats.duration_nsec ?? UNKNOWN32,
    flow_count: stats.flow_count ?? UNKNOWN32,
    packet_count: stats.packet_count ?? UNKNOWN64,
    byte_count: stats.byte_count ?? UNKNOWN64,
  };
}

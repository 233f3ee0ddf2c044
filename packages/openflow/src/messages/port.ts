import { putProperty, readProperties } from '../actions/property.ts';
import { portFrom16, portTo16 } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import { byVersion, chars, listOf, mac, type Part, padded, struct, u8, u32, u64 } from '../wire/layout.ts';
import { type BodyCodec, plainBody } from './base.ts';
import { readPort } from './flow-mod.ts';

/** A port as a switch describes it. Bits of `config`, `state` and the feature sets are OpenFlow's of the version. */
export interface PortDesc {
  /** 32-bit number. */
  readonly port_no: number;
  readonly hw_addr: bigint;
  readonly name: string;
  readonly config: number;
  readonly state: number;
  readonly curr: number;
  readonly advertised: number;
  readonly supported: number;
  readonly peer: number;
  /** kbps; OpenFlow 1.1 and later. */
  readonly curr_speed?: number;
  readonly max_speed?: number;
}

/** A 16-bit port number on the wire, as 32 bits. */
export const port16: Part<number> = {
  read: (reader) => portFrom16(reader.u16()),
  write: (writer, port) => writer.u16(portTo16(port)),
};

export const port32: Part<number> = {
  read: (reader) => readPort(reader, 'OFPBRC_BAD_PORT'),
  write: (writer, port) => writer.u32(port),
};

const port10 = struct<PortDesc>({
  port_no: port16,
  hw_addr: mac,
  name: chars(16),
  config: u32,
  state: u32,
  curr: u32,
  advertised: u32,
  supported: u32,
  peer: u32,
});

const port11 = struct<PortDesc>({
  port_no: padded(port32, 4),
  hw_addr: padded(mac, 2),
  name: chars(16),
  config: u32,
  state: u32,
  curr: u32,
  advertised: u32,
  supported: u32,
  peer: u32,
  curr_speed: { read: (reader) => reader.u32(), write: (writer, value) => writer.u32(value ?? 0) },
  max_speed: { read: (reader) => reader.u32(), write: (writer, value) => writer.u32(value ?? 0) },
});

const ETHERNET_PROPERTY = 0;

const port14: Part<PortDesc> = {
  read: (reader, version) => {
    const start = reader.offset;
    const port_no = port32.read(reader, version);
    const length = reader.u16();
    if (length < 40 || length - 6 > reader.left)
      throw decodeError('OFPBRC_BAD_LEN', start, `a port of ${length} bytes`);
    const body = reader.window(length - 6);
    body.skip(2);
    const hw_addr = body.big(6);
    body.skip(2);
    const head = { port_no, hw_addr, name: chars(16).read(body, version), config: body.u32(), state: body.u32() };
    let features = { curr: 0, advertised: 0, supported: 0, peer: 0, curr_speed: 0, max_speed: 0 };
    readProperties(body, (type, property) => {
      if (type !== ETHERNET_PROPERTY) return;
      property.skip(4);
      const [curr, advertised, supported, peer] = [property.u32(), property.u32(), property.u32(), property.u32()];
      features = { curr, advertised, supported, peer, curr_speed: property.u32(), max_speed: property.u32() };
    });
    return { ...head, ...features };
  },
  write: (writer, port) => {
    const start = writer.length;
    writer.u32(port.port_no);
    writer.u16(0);
    writer.u16(0);
    writer.big(port.hw_addr, 6);
    writer.u16(0);
    chars(16).write(writer, port.name, 5);
    writer.u32(port.config);
    writer.u32(port.state);
    putProperty(writer, ETHERNET_PROPERTY, (out) => {
      out.u32(0);
      for (const bits of [port.curr, port.advertised, port.supported, port.peer]) out.u32(bits);
      out.u32(port.curr_speed ?? 0);
      out.u32(port.max_speed ?? 0);
    });
    writer.setU16(start + 4, writer.length - start);
  },
};

export const portDesc: Part<PortDesc> = byVersion([
  [1, port10],
  [2, port11],
  [5, port14],
]);

/** OFPT_FEATURES_REPLY. */
export interface FeaturesReply {
  readonly type: 'features_reply';
  readonly datapath_id: bigint;
  readonly n_buffers: number;
  readonly n_tables: number;
  /** OpenFlow 1.3 and later: which of a switch's connections this is. */
  readonly auxiliary_id: number;
  readonly capabilities: number;
  /** OpenFlow 1.0: the bits of OFPAT_* that the switch can do. Reserved later. */
  readonly actions: number;
  /** OpenFlow 1.0 to 1.2. */
  readonly ports: readonly PortDesc[];
}

export const featuresReplyBody: BodyCodec<FeaturesReply> = plainBody<FeaturesReply>(
  'features_reply',
  struct({
    datapath_id: u64,
    n_buffers: u32,
    n_tables: u8,
    auxiliary_id: padded(u8, 2),
    capabilities: u32,
    actions: u32,
    ports: listOf(portDesc),
  }),
);

/** OFPT_PORT_STATUS. */
export interface PortStatus {
  readonly type: 'port_status';
  readonly reason: 'add' | 'delete' | 'modify';
  readonly port: PortDesc;
}

const REASONS: readonly PortStatus['reason'][] = ['add', 'delete', 'modify'];

export const portStatusBody: BodyCodec<PortStatus> = plainBody<PortStatus>(
  'port_status',
  struct({
    reason: padded<PortStatus['reason']>(
      {
        read: (reader) => {
          const reason = REASONS[reader.u8()];
          if (reason === undefined) throw decodeError('NXBRC_BAD_REASON', reader.offset - 1, 'port status reason');
          return reason;
        },
        write: (writer, reason) => writer.u8(REASONS.indexOf(reason)),
      },
      7,
    ),
    port: portDesc,
  }),
);

/** OFPT_PORT_MOD. */
export interface PortMod {
  readonly type: 'port_mod';
  readonly port_no: number;
  readonly hw_addr: bigint;
  readonly config: number;
  readonly mask: number;
  readonly advertise: number;
}

type PortModBody = Omit<PortMod, 'type'>;
const portMod14: Part<PortModBody> = {
  read: (reader, version) => {
    const head = { port_no: padded(port32, 4).read(reader, version), hw_addr: padded(mac, 2).read(reader, version) };
    const bits = { config: reader.u32(), mask: reader.u32() };
    let advertise = 0;
    readProperties(reader, (type, property, start) => {
      if (type !== ETHERNET_PROPERTY) throw decodeError('OFPBPC_BAD_TYPE', start, `port property ${type}`);
      advertise = property.u32();
    });
    return { ...head, ...bits, advertise };
  },
  write: (writer, mod) => {
    writer.u32(mod.port_no);
    writer.u32(0);
    writer.big(mod.hw_addr, 6);
    writer.u16(0);
    writer.u32(mod.config);
    writer.u32(mod.mask);
    if (mod.advertise !== 0) putProperty(writer, ETHERNET_PROPERTY, (out) => out.u32(mod.advertise));
  },
};

export const portModBody: BodyCodec<PortMod> = plainBody<PortMod>(
  'port_mod',
  byVersion<PortModBody>([
    [1, struct({ port_no: port16, hw_addr: mac, config: u32, mask: u32, advertise: padded(u32, 4) })],
    [
      2,
      struct({
        port_no: padded(port32, 4),
        hw_addr: padded(mac, 2),
        config: u32,
        mask: u32,
        advertise: padded(u32, 4),
      }),
    ],
    [5, portMod14],
  ]),
);

/** OFPST_PORT_DESC. */
export interface PortDescRequest {
  readonly type: 'port_desc_request';
  /** OpenFlow 1.5; ANY asks for all. */
  readonly port_no: number;
}
export interface PortDescReply {
  readonly type: 'port_desc_reply';
  readonly ports: readonly PortDesc[];
}

const ANY = 0xffffffff;
export const portDescRequestBody: BodyCodec<PortDescRequest> = {
  read: (reader, { version }) => ({
    type: 'port_desc_request',
    port_no: version >= 6 ? padded(port32, 4).read(reader, version) : ANY,
  }),
  write: (writer, { port_no }, { version }) => {
    if (version >= 6) padded(port32, 4).write(writer, port_no, version);
  },
};
export const portDescReplyBody: BodyCodec<PortDescReply> = plainBody<PortDescReply>(
  'port_desc_reply',
  struct({ ports: listOf(portDesc) }),
);

/** OFPST_PORT and OFPST_QUEUE requests. */
export interface PortStatsRequest {
  readonly type: 'port_stats_request';
  readonly port_no: number;
}
export const portStatsRequestBody: BodyCodec<PortStatsRequest> = plainBody<PortStatsRequest>(
  'port_stats_request',
  struct({
    port_no: byVersion([
      [1, padded(port16, 6)],
      [2, padded(port32, 4)],
    ]),
  }),
);

/** Counters of a port; 2^64-1 where the switch does not know. */
export interface PortStats {
  readonly port_no: number;
  readonly rx_packets: bigint;
  readonly tx_packets: bigint;
  readonly rx_bytes: bigint;
  readonly tx_bytes: bigint;
  readonly rx_dropped: bigint;
  readonly tx_dropped: bigint;
  readonly rx_errors: bigint;
  readonly tx_errors: bigint;
  readonly rx_frame_err: bigint;
  readonly rx_over_err: bigint;
  readonly rx_crc_err: bigint;
  readonly collisions: bigint;
  /** OpenFlow 1.3 and later; 2^32-1 is unknown. */
  readonly duration_sec?: number;
  readonly duration_nsec?: number;
  /** OpenFlow 1.4: properties other than Ethernet's, as they came. */
  readonly properties?: Uint8Array;
}

const COUNTERS = {
  rx_packets: u64,
  tx_packets: u64,
  rx_bytes: u64,
  tx_bytes: u64,
  rx_dropped: u64,
  tx_dropped: u64,
  rx_errors: u64,
  tx_errors: u64,
};
const ETHERNET_COUNTERS = { rx_frame_err: u64, rx_over_err: u64, rx_crc_err: u64, collisions: u64 };
const optional32: Part<number | undefined> = {
  read: (reader) => reader.u32(),
  write: (writer, value) => writer.u32(value ?? 0),
};
const DURATION = { duration_sec: optional32, duration_nsec: optional32 };
const asStats = <T>(part: Part<T>): Part<PortStats> => part as Part<PortStats & T>;

const UNKNOWN = 2n ** 64n - 1n;
const portStats14: Part<PortStats> = {
  read: (reader, version) => {
    const start = reader.offset;
    const length = reader.u16();
    if (length < 80 || length - 2 > reader.left)
      throw decodeError('OFPBRC_BAD_LEN', start, `port statistics of ${length} bytes`);
    const body = reader.window(length - 2);
    body.skip(2);
    const head = { port_no: port32.read(body, version), duration_sec: body.u32(), duration_nsec: body.u32() };
    const counters = struct(COUNTERS).read(body, version);
    let ethernet = { rx_frame_err: UNKNOWN, rx_over_err: UNKNOWN, rx_crc_err: UNKNOWN, collisions: UNKNOWN };
    const others: number[] = [];
    readProperties(body, (type, property, at) => {
      if (type === ETHERNET_PROPERTY) {
        property.skip(4);
        ethernet = struct(ETHERNET_COUNTERS).read(property, version);
      } else others.push(...body.bytes.subarray(at, at + ((property.end - at + 7) & ~7)));
    });
    return {
      ...head,
      ...counters,
      ...ethernet,
      ...(others.length === 0 ? {} : { properties: Uint8Array.from(others) }),
    };
  },
  write: (writer, stats, version) => {
    const start = writer.length;
    writer.u32(0);
    writer.u32(stats.port_no);
    struct(DURATION).write(writer, { duration_sec: stats.duration_sec, duration_nsec: stats.duration_nsec }, version);
    struct(COUNTERS).write(writer, stats, version);
    putProperty(writer, ETHERNET_PROPERTY, (out) => {
      out.u32(0);
      struct(ETHERNET_COUNTERS).write(out, stats, version);
    });
    if (stats.properties !== undefined) writer.put(stats.properties);
    writer.setU16(start, writer.length - start);
  },
};

const portStats: Part<PortStats> = byVersion<PortStats>([
  [1, asStats(struct({ port_no: padded(port16, 6), ...COUNTERS, ...ETHERNET_COUNTERS }))],
  [2, asStats(struct({ port_no: padded(port32, 4), ...COUNTERS, ...ETHERNET_COUNTERS }))],
  [4, asStats(struct({ port_no: padded(port32, 4), ...COUNTERS, ...ETHERNET_COUNTERS, ...DURATION }))],
  [5, portStats14],
]);

export interface PortStatsReply {
  readonly type: 'port_stats_reply';
  readonly ports: readonly PortStats[];
}
export const portStatsReplyBody: BodyCodec<PortStatsReply> = plainBody<PortStatsReply>(
  'port_stats_reply',
  struct({ ports: listOf(portStats) }),
);

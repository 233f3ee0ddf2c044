import { readProperties } from '../actions/property.ts';
import { Port } from '../model/port.ts';
import { decodeError } from '../openflow-error.ts';
import { byVersion, listOf, type Part, padded, rest, struct, u32, u64 } from '../wire/layout.ts';
import { type BodyCodec, choiceBody, plainBody } from './base.ts';
import { port16, port32 } from './port.ts';

/** OFPST_QUEUE request; port ANY and queue ALL (2^32-1) ask for all. */
export interface QueueStatsRequest {
  readonly type: 'queue_stats_request';
  readonly port_no: number;
  readonly queue_id: number;
}
const portByVersion: Part<number> = byVersion([
  [1, padded(port16, 2)],
  [2, port32],
]);
/** OpenFlow 1.0 asks for every port by ALL, later versions by ANY. */
const portOrAny: Part<number> = {
  read: (reader, version) => {
    const port = portByVersion.read(reader, version);
    return version === 1 && port === Port.ALL ? Port.ANY : port;
  },
  write: (writer, port, version) =>
    portByVersion.write(writer, version === 1 && port === Port.ANY ? Port.ALL : port, version),
};
export const queueStatsRequestBody: BodyCodec<QueueStatsRequest> = plainBody<QueueStatsRequest>(
  'queue_stats_request',
  struct({ port_no: portOrAny, queue_id: u32 }),
);

export interface QueueStats {
  readonly port_no: number;
  readonly queue_id: number;
  readonly tx_bytes: bigint;
  readonly tx_packets: bigint;
  readonly tx_errors: bigint;
  /** OpenFlow 1.3 and later; 2^32-1 is unknown. */
  readonly duration_sec?: number;
  readonly duration_nsec?: number;
  /** OpenFlow 1.4: properties as they came. */
  readonly properties?: Uint8Array;
}
export interface QueueStatsReply {
  readonly type: 'queue_stats_reply';
  readonly queues: readonly QueueStats[];
}

const counts = struct({ tx_bytes: u64, tx_packets: u64, tx_errors: u64 });
const queueStats: Part<QueueStats> = {
  read: (reader, version) => {
    const start = reader.offset;
    if (version < 5) {
      const head = { port_no: portByVersion.read(reader, version), queue_id: reader.u32() };
      const times = version === 4 ? { duration_sec: 0, duration_nsec: 0 } : {};
      const counted = counts.read(reader, version);
      if (version === 4) Object.assign(times, { duration_sec: reader.u32(), duration_nsec: reader.u32() });
      return { ...head, ...counted, ...times };
    }
    const length = reader.u16();
    if (length < 48 || length - 2 > reader.left)
      throw decodeError('OFPBRC_BAD_LEN', start, `a queue of ${length} bytes`);
    const body = reader.window(length - 2);
    body.skip(6);
    const head = { port_no: port32.read(body, version), queue_id: body.u32(), ...counts.read(body, version) };
    const times = { duration_sec: body.u32(), duration_nsec: body.u32() };
    const properties = rest.read(body, version);
    return { ...head, ...times, ...(properties.length === 0 ? {} : { properties }) };
  },
  write: (writer, stats, version) => {
    const start = writer.length;
    if (version >= 5) writer.u64(0n);
    portByVersion.write(writer, stats.port_no, version);
    writer.u32(stats.queue_id);
    counts.write(writer, stats, version);
    if (version >= 4) {
      writer.u32(stats.duration_sec ?? 0);
      writer.u32(stats.duration_nsec ?? 0);
    }
    if (version < 5) return;
    if (stats.properties !== undefined) writer.put(stats.properties);
    writer.setU16(start, writer.length - start);
  },
};
export const queueStatsReplyBody: BodyCodec<QueueStatsReply> = plainBody<QueueStatsReply>(
  'queue_stats_reply',
  struct({ queues: listOf(queueStats) }),
);

/** OFPT_QUEUE_GET_CONFIG_REQUEST, and OFPST_QUEUE_DESC from OpenFlow 1.4 on. */
export interface QueueConfigRequest {
  readonly type: 'queue_get_config_request' | 'queue_desc_request';
  readonly port_no: number;
  readonly queue_id?: number;
}
export const queueConfigRequestBody: BodyCodec<QueueConfigRequest> = plainBody<QueueConfigRequest>(
  'queue_get_config_request',
  struct({
    port_no: byVersion([
      [1, padded(port16, 2)],
      [2, padded(port32, 4)],
    ]),
  }) as Part<Omit<QueueConfigRequest, 'type'>>,
);
export const queueDescRequestBody: BodyCodec<QueueConfigRequest> = {
  read: (reader, { version }) => ({
    type: 'queue_desc_request',
    port_no: port32.read(reader, version),
    queue_id: reader.u32(),
  }),
  write: (writer, request) => {
    writer.u32(request.port_no);
    writer.u32(request.queue_id ?? 0xffffffff);
  },
};

/** A queue's rates in tenths of a percent; above 1000 is disabled. */
export interface QueueConfig {
  readonly queue_id: number;
  /** OpenFlow 1.4: each queue has its port. */
  readonly port_no?: number;
  readonly min_rate?: number;
  readonly max_rate?: number;
}
export interface QueueConfigReply {
  readonly type: 'queue_get_config_reply' | 'queue_desc_reply';
  readonly port_no?: number;
  readonly queues: readonly QueueConfig[];
}
const MIN_RATE = 1;
const MAX_RATE = 2;

const rateProperty: Part<readonly [type: number, rate: number] | undefined> = {
  read: (reader) => {
    const start = reader.offset;
    const [type, length] = [reader.u16(), reader.u16()];
    if (length < 8 || length - 4 > reader.left)
      throw decodeError('OFPBRC_BAD_LEN', start, `a property of ${length} bytes`);
    const body = reader.window(length - 4);
    body.skip(4);
    return type === MIN_RATE || type === MAX_RATE ? [type, body.u16()] : undefined;
  },
  write: (writer, property) => {
    if (property === undefined) return;
    writer.u16(property[0]);
    writer.u16(16);
    writer.u32(0);
    writer.u16(property[1]);
    writer.zeros(6);
  },
};

function rates(list: readonly (readonly [number, number] | undefined)[]): Pick<QueueConfig, 'min_rate' | 'max_rate'> {
  const found = Object.fromEntries(
    list
      .filter((entry) => entry !== undefined)
      .map(([type, rate]) => [type === MIN_RATE ? 'min_rate' : 'max_rate', rate]),
  );
  return found;
}

function rateList({ min_rate, max_rate }: QueueConfig): (readonly [number, number])[] {
  return [
    ...(min_rate === undefined ? [] : [[MIN_RATE, min_rate] as const]),
    ...(max_rate === undefined ? [] : [[MAX_RATE, max_rate] as const]),
  ];
}

export const queueConfigReplyBody: BodyCodec<QueueConfigReply> = {
  read: (reader, { version }) => {
    const port_no = version === 1 ? padded(port16, 6).read(reader, version) : padded(port32, 4).read(reader, version);
    const queues: QueueConfig[] = [];
    while (reader.left > 0) {
      const start = reader.offset;
      const queue_id = reader.u32();
      const wide = version > 2;
      if (wide) reader.skip(4);
      const length = reader.u16();
      const head = wide ? 16 : 8;
      reader.skip(head - (reader.offset - start));
      if (length < head || length - head > reader.left)
        throw decodeError('OFPBRC_BAD_LEN', start, `a queue of ${length} bytes`);
      queues.push({ queue_id, ...rates(listOf(rateProperty).read(reader.window(length - head), version)) });
    }
    return { type: 'queue_get_config_reply', port_no, queues };
  },
  write: (writer, reply, { version }) => {
    const port = reply.port_no ?? 0;
    if (version === 1) padded(port16, 6).write(writer, port, version);
    else padded(port32, 4).write(writer, port, version);
    for (const queue of reply.queues) {
      const start = writer.length;
      writer.u32(queue.queue_id);
      if (version > 2) writer.u32(port);
      const at = writer.length;
      writer.zeros((version > 2 ? 16 : 8) - (at - start));
      listOf(rateProperty).write(writer, rateList(queue), version);
      writer.setU16(at, writer.length - start);
    }
  },
};

export const queueDescReplyBody: BodyCodec<QueueConfigReply> = {
  read: (reader, { version }) => {
    const queues: QueueConfig[] = [];
    while (reader.left > 0) {
      const start = reader.offset;
      const head = { port_no: port32.read(reader, version), queue_id: reader.u32() };
      const length = reader.u16();
      reader.skip(6);
      if (length < 16 || length - 16 > reader.left)
        throw decodeError('OFPBRC_BAD_LEN', start, `a queue of ${length} bytes`);
      const found: [number, number][] = [];
      readProperties(reader.window(length - 16), (type, body) => {
        if (type === MIN_RATE || type === MAX_RATE) found.push([type, body.u16()]);
      });
      queues.push({ ...head, ...rates(found) });
    }
    return { type: 'queue_desc_reply', queues };
  },
  write: (writer, { queues }) => {
    for (const queue of queues) {
      const start = writer.length;
      writer.u32(queue.port_no ?? 0);
      writer.u32(queue.queue_id);
      writer.zeros(8);
      for (const [type, rate] of rateList(queue)) {
        writer.u16(type);
        writer.u16(6);
        writer.u32(rate << 16);
      }
      writer.setU16(start + 8, writer.length - start);
    }
  },
};

/** A controller's role; `primary` and `secondary` are OpenFlow's master and slave. */
export type Role = 'nochange' | 'equal' | 'primary' | 'secondary';
const ROLES: readonly Role[] = ['nochange', 'equal', 'primary', 'secondary'];
/** Nicira's numbers: 0 other (equal), 1, 2. */
const NX_ROLES: readonly Role[] = ['equal', 'primary', 'secondary'];

export interface RoleMessage {
  readonly type: 'role_request' | 'role_reply';
  readonly role: Role;
  /** OpenFlow 1.2 and later; left out: none (2^64-1). */
  readonly generation_id?: bigint;
}
const NO_GENERATION = 2n ** 64n - 1n;

export function roleBody(type: RoleMessage['type']): BodyCodec<RoleMessage> {
  const named = (list: readonly Role[], number: number, at: number): Role => {
    const role = list[number];
    if (role === undefined) throw decodeError('OFPRRFC_BAD_ROLE', at, `role ${number}`);
    return role;
  };
  const nicira: BodyCodec<RoleMessage> = {
    read: (reader) => ({ type, role: named(NX_ROLES, reader.u32(), reader.offset) }),
    write: (writer, { role }) => writer.u32(NX_ROLES.indexOf(role)),
  };
  const standard: BodyCodec<RoleMessage> = {
    read: (reader) => {
      const role = named(ROLES, reader.u32(), reader.offset);
      reader.skip(4);
      const generation_id = reader.u64();
      const has = role !== 'nochange' && role !== 'equal' && generation_id !== NO_GENERATION;
      return has || generation_id !== NO_GENERATION ? { type, role, generation_id } : { type, role };
    },
    write: (writer, { role, generation_id = NO_GENERATION }) => {
      writer.u32(ROLES.indexOf(role));
      writer.u32(0);
      writer.u64(generation_id);
    },
  };
  return choiceBody(({ raw }) => (raw.envelope === 'NXT' ? nicira : standard));
}

/** OFPT_ROLE_STATUS. */
export interface RoleStatus {
  readonly type: 'role_status';
  readonly role: Role;
  readonly reason: 'master_request' | 'configuration_changed' | 'experimenter_data_changed';
  readonly generation_id: bigint;
  readonly properties?: Uint8Array;
}
const ROLE_REASONS: readonly RoleStatus['reason'][] = [
  'master_request',
  'configuration_changed',
  'experimenter_data_changed',
];
export const roleStatusBody: BodyCodec<RoleStatus> = {
  read: (reader) => {
    const role = ROLES[reader.u32()];
    const reason = ROLE_REASONS[reader.u8()];
    if (role === undefined || role === 'nochange') throw decodeError('OFPRRFC_BAD_ROLE', reader.offset, 'role');
    if (reason === undefined) throw decodeError('OFPBRC_BAD_TYPE', reader.offset, 'reason');
    reader.skip(3);
    const generation_id = reader.u64();
    const properties = reader.copy(reader.left);
    return { type: 'role_status', role, reason, generation_id, ...(properties.length === 0 ? {} : { properties }) };
  },
  write: (writer, status) => {
    writer.u32(ROLES.indexOf(status.role));
    writer.u8(ROLE_REASONS.indexOf(status.reason));
    writer.zeros(3);
    writer.u64(status.generation_id);
    if (status.properties !== undefined) writer.put(status.properties);
  },
};

import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeMessage, encodeMessage, isOpenFlowError, type Message } from '@ovnkube/openflow';

/** A switch that agrees to everything and keeps what it was sent, to compare with what `ovs-ofctl` sends. */
export interface FakeSwitch {
  /** Where `ovs-ofctl` finds it, e.g. `unix:/…`. */
  readonly target: string;
  /** Whole messages that came since the last call, but for the handshake. */
  take(): Uint8Array[];
  close(): Promise<void>;
}

const HANDSHAKE: ReadonlySet<string> = new Set([
  ...['hello', 'echo_request', 'echo_reply', 'features_request', 'table_stats_request', 'table_features_request'],
  'port_desc_request',
]);
const VERSIONS = [1, 2, 3, 4, 5, 6];

const TABLE = {
  table: 0,
  command: 0,
  features: 0,
  name: 'table0',
  metadata_match: 0n,
  metadata_write: 0n,
  capabilities: 0,
  max_entries: 1,
  // The eight properties that a table must have, empty.
  properties: Uint8Array.from([0, 2, 4, 6, 8, 10, 12, 14].flatMap((type) => [0, type, 0, 4, 0, 0, 0, 0])),
};

/** Replies that a request needs so that `ovs-ofctl` goes on. */
function answers(message: Message): Message[] {
  const { version, xid } = message;
  const head = { version, xid };
  switch (message.type) {
    case 'echo_request':
      return [{ ...head, type: 'echo_reply', data: message.data }];
    case 'features_request':
      return [
        {
          ...head,
          type: 'features_reply',
          datapath_id: 1n,
          n_buffers: 0,
          n_tables: 254,
          auxiliary_id: 0,
          capabilities: 0,
          actions: 0xfff,
          ports: [],
        },
      ];
    case 'barrier_request':
      return [{ ...head, type: 'barrier_reply' }];
    case 'flow_stats_request':
      return [{ ...head, type: 'flow_stats_reply', flows: [], ...(message.name === undefined ? {} : named(message)) }];
    case 'aggregate_request':
      return [{ ...head, type: 'aggregate_reply', packet_count: 0n, byte_count: 0n, flow_count: 0, ...named(message) }];
    case 'port_desc_request':
      return [{ ...head, type: 'port_desc_reply', ports: [] }];
    case 'table_stats_request':
      return [{ ...head, type: 'table_stats_reply', tables: [] }];
    case 'table_features_request':
      return [{ ...head, type: 'table_features_reply', tables: [TABLE] }];
    case 'tlv_table_request':
      return [{ ...head, type: 'tlv_table_reply', max_option_space: 256, max_fields: 64, mappings: [] }];
    case 'bundle_control':
      return [{ ...head, type: 'bundle_control', bundle_id: message.bundle_id, control: replyOf(message.control) }];
    default:
      return [];
  }
}

function named(message: Message): { name?: string } {
  return message.name === undefined ? {} : { name: message.name.replace(' request', ' reply') };
}

type Control = Extract<Message, { type: 'bundle_control' }>['control'];
function replyOf(control: Control): Control {
  const replies: Readonly<Partial<Record<Control, Control>>> = {
    open_request: 'open_reply',
    close_request: 'close_reply',
    commit_request: 'commit_reply',
    discard_request: 'discard_reply',
  };
  return replies[control] ?? control;
}

/** Splits what a socket gives into messages. */
function receive(socket: Socket, each: (bytes: Uint8Array) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 8 && pending.length >= pending.readUInt16BE(2)) {
      const length = pending.readUInt16BE(2);
      each(Uint8Array.from(pending.subarray(0, length)));
      pending = pending.subarray(length);
    }
  });
  socket.on('error', () => undefined);
}

/** What cannot be read is kept nevertheless. */
function tryDecode(bytes: Uint8Array): Message | undefined {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (isOpenFlowError(error)) return undefined;
    throw error;
  }
}

/** Starts one on a socket of its own. */
export async function startFakeSwitch(): Promise<FakeSwitch> {
  const folder = await mkdtemp(join(tmpdir(), 'openflow-'));
  let taken: Uint8Array[] = [];
  const server: Server = createServer((socket) => {
    socket.write(encodeMessage({ type: 'hello', version: 6, xid: 1, versions: VERSIONS }));
    receive(socket, (bytes) => {
      const message = tryDecode(bytes);
      if (message === undefined || !HANDSHAKE.has(message.type)) taken.push(bytes);
      for (const answer of message === undefined ? [] : answers(message)) socket.write(encodeMessage(answer));
    });
  });
  const path = join(folder, 'switch');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  server.unref();
  return {
    target: `unix:${path}`,
    take: () => {
      const messages = taken;
      taken = [];
      return messages;
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { missing, type OpenVSwitch, startOpenVSwitch } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, type ConnectOptions, connect, type Request } from '../src/connection/index.ts';
import { formatMatch } from '../src/index.ts';
import type { OpenFlowError } from '../src/openflow-error.ts';

const absent = missing('ovs-vswitchd', 'ovs-ofctl', 'ovs-vsctl', 'ovs-appctl');
if (absent) console.warn(`connection to a real switch: skipped, ${absent}`);

/** Sends to a port, from an IPv4 address: one flow for each number. */
function flow(number: number, port = 1): Request {
  return {
    type: 'flow_mod',
    command: 'add',
    table: 0,
    priority: 100,
    match: [
      { field: 'eth_type', value: 0x800 },
      { field: 'ip_src', value: 0x0a000000 + number },
    ],
    actions: [{ type: 'output', port }],
  };
}
/** Goes back in the pipeline: Open vSwitch refuses it. */
const backwards: Request = {
  ...{ type: 'flow_mod', command: 'add', table: 5, priority: 7, match: [] },
  actions: [{ type: 'goto_table', table: 2 }],
};
/** Fits its form, and is refused only when it is carried out: the group is not there. */
const groupless: Request = {
  ...{ type: 'flow_mod', command: 'add', table: 5, priority: 8, match: [] },
  actions: [{ type: 'group', group_id: 4711 }],
};

const failure = (call: Promise<unknown>): Promise<OpenFlowError> =>
  call.then(
    () => Promise.reject(new Error('it was accepted')),
    (error) => error,
  );

describe.skipIf(absent)('a connection to ovs-vswitchd', () => {
  let ovs: OpenVSwitch;
  const open: Connection[] = [];
  let bridges = 0;
  const bridge = async (): Promise<string> => {
    const name = `c${++bridges}`;
    await ovs.addBridge(name);
    return name;
  };
  const to = async (name: string, options: Partial<ConnectOptions> = {}): Promise<Connection> => {
    const connection = await connect({ remotes: [`unix:${ovs.mgmtSocket(name)}`], ...options });
    open.push(connection);
    return connection;
  };
  const flows = async (name: string): Promise<string[]> => {
    const text = await ovs.ofctl(
      '-O',
      'OpenFlow14',
      '--no-stats',
      '--no-names',
      'dump-flows',
      `unix:${ovs.mgmtSocket(name)}`,
    );
    return text
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  };

  beforeAll(async () => {
    ovs = await startOpenVSwitch();
  });
  afterAll(async () => {
    for (const connection of open) await connection.close();
    await ovs.stop();
  });

  it.each([
    [[4], 4],
    [[5], 5],
    [[4, 5, 6], 6],
    [[4, 5], 5],
  ])('offers %j and speaks version %i', async (versions, version) => {
    const name = await bridge();
    const connection = await to(name, { versions });
    expect(connection.version).toBe(version);
    const reply = await connection.request({ type: 'features_request' });
    expect(reply).toMatchObject({ type: 'features_reply', version });
    await connection.barrier();
  });

  it('tells why when no version is common', async () => {
    const name = await bridge();
    await ovs.vsctl('set', 'bridge', name, 'protocols=[OpenFlow13]');
    const stop = new AbortController();
    const retry = ({ error }: { error: OpenFlowError }): void => stop.abort(error);
    await expect(to(name, { versions: [6], signal: stop.signal, on: { retry } })).rejects.toMatchObject({
      code: 'negotiation',
    });
  });

  it.each([4, 5, 6])('installs a bundle of flows with version %i, and reads them back', async (version) => {
    const name = await bridge();
    const connection = await to(name, { versions: [version] });
    const wanted = Array.from({ length: 2000 }, (_, number) => flow(number));
    await connection.bundle(wanted);
    expect(await flows(name)).toHaveLength(2000);
    const parts = await connection.requestAll({ type: 'flow_stats_request', match: [] });
    expect(parts.length).toBeGreaterThan(1);
    const read = parts.flatMap((part) => (part.type === 'flow_stats_reply' ? part.flows : []));
    expect(new Set(read.map(({ match }) => formatMatch(match))).size).toBe(2000);
  });

  it.each([4, 5, 6])('takes nothing of a bundle with a bad flow, and names it (version %i)', async (version) => {
    const name = await bridge();
    const connection = await to(name, { versions: [version] });
    for (const [bad, ofp] of [
      [backwards, 'OFPBIC_BAD_TABLE_ID'],
      [groupless, 'OFPBAC_BAD_OUT_GROUP'],
    ] as const) {
      const error = await failure(connection.bundle([flow(1), flow(2), bad, flow(3)]));
      expect(error).toMatchObject({ code: 'rejected', rejections: [{ index: 2, message: bad }] });
      expect(error.message).toContain(`the switch refused flow_mod add table=5,priority=${bad === backwards ? 7 : 8}`);
      expect(error.ofp).toBe(ofp);
      expect(await flows(name)).toEqual([]);
    }
    // The connection is none the worse.
    await connection.bundle([flow(1)]);
    expect(await flows(name)).toHaveLength(1);
  });

  it('names each message that is refused, and keeps the others', async () => {
    const name = await bridge();
    const connection = await to(name);
    const error = await failure(connection.send([flow(1), groupless, flow(2), backwards]));
    expect(error.rejections.map(({ index, message }) => [index, message])).toEqual([
      [1, groupless],
      [3, backwards],
    ]);
    expect(await flows(name)).toHaveLength(2);
  });

  it('tells of a posted message that was refused', async () => {
    const connection = await to(await bridge());
    const rejected = new Promise((resolve) => connection.on('rejected', resolve));
    const xid = connection.post(groupless);
    expect(await rejected).toMatchObject({ xid, message: groupless });
  });

  it('rejects a request with the error that answers it', async () => {
    const connection = await to(await bridge());
    const error = await failure(connection.request({ type: 'queue_stats_request', port_no: 77, queue_id: 1 }));
    expect(error).toMatchObject({ code: 'rejected', ofp: 'OFPQOFC_BAD_PORT' });
  });

  it('gives up a call when its signal says so, and goes on', async () => {
    const name = await bridge();
    const connection = await to(name);
    const reason = new Error('enough');
    const many = Array.from({ length: 20_000 }, (_, number) => flow(number));
    const stop = new AbortController();
    const call = connection.bundle(many, { signal: stop.signal });
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(connection.barrier({ signal: stop.signal })).rejects.toBe(reason);
    await connection.barrier();
    expect(await flows(name)).toEqual([]);
  });

  it('hands over packet-ins, and counts those that nobody was quick enough for', async () => {
    const name = await bridge();
    await ovs.vsctl(
      'add-port',
      name,
      `${name}p1`,
      '--',
      'set',
      'interface',
      `${name}p1`,
      'type=dummy',
      'ofport_request=1',
    );
    const connection = await to(name, {
      setup: [
        { type: 'set_config', flags: 0, miss_send_len: 0xffff },
        { type: 'set_packet_in_format', format: 2 },
      ],
    });
    const userdata = new Uint8Array([1, 2]);
    await connection.send([
      {
        type: 'flow_mod',
        command: 'add',
        table: 0,
        priority: 5,
        match: [],
        actions: [{ type: 'controller', userdata }],
      },
    ]);
    const packetIns = connection.packetIns({ capacity: 3 });
    const receive = (id: number): Promise<string> =>
      ovs.appctl(
        'netdev-dummy/receive',
        `${name}p1`,
        `in_port(1),eth(src=50:54:00:00:00:0${id},dst=50:54:00:00:00:0a),eth_type(0x1234)`,
      );
    const waiting = packetIns.next();
    await receive(1);
    const { value } = await waiting;
    expect(value).toMatchObject({ type: 'packet_in', reason: 'action', userdata, table: 0 });
    expect([...(value?.data.subarray(0, 12) ?? [])]).toEqual([0x50, 0x54, 0, 0, 0, 10, 0x50, 0x54, 0, 0, 0, 1]);
    for (const id of [2, 3, 4, 5, 6]) await receive(id);
    await connection.barrier();
    // The switch's own threads bring packets up: they come when they come.
    await expect.poll(() => packetIns.size + packetIns.dropped, { timeout: 20_000 }).toBe(5);
    expect([packetIns.size, packetIns.dropped]).toEqual([3, 2]);
    const sources: (number | undefined)[] = [];
    for await (const packet of packetIns) {
      sources.push(packet.data[11]);
      if (sources.length === 3) break;
    }
    expect(sources).toEqual([2, 3, 4]);
  });
});

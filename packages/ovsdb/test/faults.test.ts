import { connect as connectSocket } from 'node:net';
import { missing, type OvsdbServer } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Operation, type OvsdbClient } from '../src/index.ts';
import { type CuttingProxy, startProxy, unknownMethod } from './cutting-proxy.ts';
import { firstDifference, mirror, mirrors, remoteOf, startZoo, until } from './zoo.ts';

const long = process.env['OVNKUBE_LONG'] === '1';

const animals: readonly Operation[] = [
  { op: 'insert', table: 'Animal', row: { name: 'Ælf "x"', legs: 4, sizes: [1, 2], tags: { a: 'b' } } },
  { op: 'insert', table: 'Animal', row: { name: '\u{1d11e}', weight: 0.5, chip: 123456789012345678n } },
];

describe.skipIf(missing('ovsdb-server', 'ovsdb-client'))('a connection that breaks', () => {
  let server: OvsdbServer;
  let proxy: CuttingProxy;
  let direct: OvsdbClient;
  const open = (remote: string): Promise<OvsdbClient> =>
    connect({ remotes: [remote], database: 'Zoo', backoff: { minMs: 1, maxMs: 1 } });

  beforeAll(async () => {
    server = await startZoo();
    proxy = await startProxy(server.socket);
    direct = await open(remoteOf(server));
    expect((await direct.transact(animals)).status).toBe('committed');
  });
  afterAll(async () => {
    await direct.close();
    await proxy.close();
    await server.stop();
  });

  /** The replica holds what the direct one holds, and that is what the server holds. */
  const same = (client: OvsdbClient): void => {
    for (const name of ['Animal', 'Keeper']) {
      const rows = (one: OvsdbClient): unknown => new Map([...one.table(name).rows()].map((row) => [row._uuid, row]));
      expect(rows(client)).toEqual(rows(direct));
    }
  };

  it('syncs however the first session is cut: at every byte of the first image', async () => {
    const whole = await open(proxy.remote);
    const total = proxy.received;
    await whole.close();
    expect(await firstDifference(remoteOf(server), direct)).toBeUndefined();
    const image = 900;
    let tried = 0;
    for (let at = 0; at < total; at += long || at >= total - image ? 1 : 11) {
      proxy.cutAt(at);
      const client = await open(proxy.remote);
      same(client);
      await client.close();
      tried++;
    }
    expect(tried).toBeGreaterThanOrEqual(image);
  }, 300_000);

  it('syncs from chunks of one byte', async () => {
    proxy.chunk(1);
    const client = await open(proxy.remote);
    proxy.chunk(Number.POSITIVE_INFINITY);
    same(client);
    await client.close();
  });

  it('loses and doubles nothing when cut at every byte of an update and its reply', async () => {
    const client = await open(proxy.remote);
    const told = mirror(client);
    const seen = { committed: 0, unknown: 0 };
    for (let at = 0; seen.committed < 5; at++) {
      await until(client, () => client.connected, 'connected');
      proxy.cutAt(proxy.received + at);
      const name = `k${at}`;
      const { status } = await client.transact([
        { op: 'insert', table: 'Keeper', row: { name, seq: at } },
        { op: 'update', table: 'Animal', where: [['legs', '==', 4]], row: { sizes: [at, at + 1], tags: { at: name } } },
      ]);
      if (status !== 'committed' && status !== 'unknown') throw new Error(status);
      seen[status]++;
      await until(client, () => client.connected, 'connected again');
      const read = await direct.transact([{ op: 'select', table: 'Keeper', where: [['name', '==', name]] }]);
      const rows = read.status === 'committed' && read.results[0]?.op === 'select' ? read.results[0].rows.length : -1;
      expect(rows).toBeGreaterThanOrEqual(status === 'committed' ? 1 : 0);
      expect(rows).toBeLessThanOrEqual(1);
      if (rows === 1)
        await until(client, () => [...client.table('Keeper').rows()].some((row) => row['name'] === name), name);
      same(client);
    }
    proxy.cutAt(Number.POSITIVE_INFINITY);
    expect(seen.unknown).toBeGreaterThan(200);
    expect(await firstDifference(remoteOf(server), client)).toBeUndefined();
    expect(mirrors(told, client, ['Animal', 'Keeper'])).toBeUndefined();
    await client.close();
  });

  it('falls back to monitor_cond and monitor, with conditions all the same', async () => {
    for (const refused of [
      ['monitor_cond_since'],
      ['monitor_cond_since', 'monitor_cond_change'],
      ['monitor_cond_since', 'monitor_cond'],
    ]) {
      proxy.refuse(refused);
      const client = await connect({
        remotes: [proxy.remote],
        database: 'Zoo',
        backoff: { minMs: 1, maxMs: 1 },
        tables: { Animal: {}, Keeper: { columns: ['seq'], where: [['seq', '<', 2]] } },
      });
      const seqs = (): unknown[] => [...client.table('Keeper').rows()].map((row) => row['seq']).sort();
      await direct.transact([
        { op: 'delete', table: 'Keeper', where: [] },
        ...[1, 2, 3].map((seq) => ({ op: 'insert', table: 'Keeper', row: { seq } }) as const),
      ]);
      await until(client, () => seqs().join() === '1', `one row with ${refused.join()} refused`);
      await direct.transact([{ op: 'mutate', table: 'Keeper', where: [], mutations: [['seq', '-=', 1]] }]);
      await until(client, () => seqs().join() === '0,1', 'two rows');
      await direct.transact([
        { op: 'mutate', table: 'Keeper', where: [], mutations: [['seq', '+=', 1]] },
        { op: 'update', table: 'Animal', where: [], row: { legs: 5 } },
      ]);
      await until(client, () => seqs().join() === '1', 'one row again');
      expect(await client.setCondition('Keeper', [['seq', '>', 1]]).catch((error: Error) => error.message)).toBe(
        refused.includes('monitor_cond_change') ? 'monitor_cond_change: unknown method' : undefined,
      );
      if (!refused.includes('monitor_cond_change')) expect(seqs()).toEqual([2, 3]);
      await client.close();
    }
    proxy.refuse([]);
  });

  it('fetches anew what an update does not fit, and tells only the difference', async () => {
    await direct.transact([{ op: 'insert', table: 'Keeper', row: { name: 'fits', seq: 1 } }]);
    const client = await open(proxy.remote);
    const told = mirror(client);
    const events: unknown[] = [];
    client.on('inconsistent', ({ error }) => events.push(error.code));
    client.on('resynced', (event) => events.push(event));
    const [row] = client.table('Keeper').rows();
    const stray = '00000000-0000-4000-8000-000000000001';
    const misfits = [
      { Keeper: { [stray]: { modify: { seq: 9 } } } },
      { Keeper: { [String(row?._uuid)]: { modify: { seq: 9 } }, [stray]: { delete: null } } },
      { Keeper: { [String(row?._uuid)]: { modify: { seq: 'nine' } } } },
      { Plant: { [stray]: { insert: {} } } },
    ];
    for (const [index, updates] of misfits.entries()) {
      proxy.inject(JSON.stringify({ method: 'update3', params: [`replica-${index + 1}`, stray, updates], id: null }));
      await until(client, () => events.length === 2 * (index + 1) && client.connected, `misfit ${index}`);
    }
    expect(events).toEqual(misfits.flatMap(() => ['protocol', { full: true, changed: 0 }]));
    // One that fits and is wrong all the same is put right by the next full image.
    proxy.inject(
      JSON.stringify({
        method: 'update3',
        params: ['replica-5', stray, { Keeper: { [String(row?._uuid)]: { modify: { seq: 9 } } } }],
        id: null,
      }),
    );
    await until(client, () => client.table('Keeper').get(String(row?._uuid))?.['seq'] === 9, 'the lie');
    proxy.inject('{"method":"monitor_canceled","params":["replica-5"],"id":null}');
    await until(client, () => client.table('Keeper').get(String(row?._uuid))?.['seq'] === row?.['seq'], 'the truth');
    expect(mirrors(told, client, ['Animal', 'Keeper'])).toBeUndefined();
    await client.close();
  });

  it('answers as the real server where the proxy answers in its place', async () => {
    const socket = connectSocket(server.socket);
    socket.write('{"method":"monitor_of_the_future","params":[],"id":1}');
    const reply = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(JSON.parse(reply.toString())).toEqual({ id: 1, error: unknownMethod });
  });
});

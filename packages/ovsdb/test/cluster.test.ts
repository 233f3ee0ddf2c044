import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missing, type OvsdbServer, run, scratch, startOvsdbServer } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectOptions, connect, type Outcome, type OvsdbClient } from '../src/index.ts';
import { firstDifference, mirror, mirrors, remoteOf, until, zooSchema } from './zoo.ts';

/** Three real servers that keep one Zoo. */
async function startCluster(): Promise<OvsdbServer[]> {
  const dir = await scratch('raft');
  const schema = join(dir, 'zoo.ovsschema');
  await writeFile(schema, JSON.stringify(zooSchema));
  const address = (n: number): string => `unix:${dir}/raft${n}`;
  const servers: OvsdbServer[] = [];
  for (const n of [1, 2, 3]) {
    const own = join(dir, `${n}`);
    await mkdir(own);
    const file = join(own, 'zoo.db');
    if (n === 1) await run('ovsdb-tool', ['create-cluster', file, schema, address(n)]);
    else await run('ovsdb-tool', ['join-cluster', file, 'Zoo', address(n), address(1)]);
    servers.push(await startOvsdbServer({ databases: [file], dir: own }));
  }
  return servers;
}

describe.skipIf(missing('ovsdb-server', 'ovsdb-client', 'ovsdb-tool'))('a cluster of three', () => {
  let servers: OvsdbServer[];
  const clients: OvsdbClient[] = [];
  const open = async (options: Partial<ConnectOptions> = {}): Promise<OvsdbClient> => {
    const remotes = servers.map(remoteOf);
    const client = await connect({ remotes, database: 'Zoo', backoff: { minMs: 20, maxMs: 100 }, ...options });
    clients.push(client);
    return client;
  };
  const serverAt = (remote: string): OvsdbServer => {
    const server = servers.find((one) => remoteOf(one) === remote);
    if (!server) throw new Error(`no server at ${remote}`);
    return server;
  };

  beforeAll(async () => {
    servers = await startCluster();
    // Each is part of the cluster once a client accepts it.
    for (const server of servers) await open({ remotes: [remoteOf(server)], leaderOnly: false });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    for (const server of servers) await server.kill();
  });

  it('finds the leader, and reads from followers what was written there', async () => {
    const leader = await open();
    const read = await Promise.all(servers.map((server) => open({ remotes: [remoteOf(server)], leaderOnly: false })));
    expect(read.map(({ remote }) => remote)).toContain(leader.remote);
    expect((await leader.transact([{ op: 'insert', table: 'Keeper', row: { name: 'everywhere' } }])).status).toBe(
      'committed',
    );
    for (const follower of read) {
      await until(follower, () => follower.table('Keeper').size === 1, 'the row has come');
      // Written through a follower, read there when the transaction is over.
      expect(
        (await follower.transact([{ op: 'mutate', table: 'Keeper', where: [], mutations: [['seq', '+=', 1]] }])).status,
      ).toBe('committed');
    }
    await until(leader, () => [...leader.table('Keeper').rows()][0]?.['seq'] === 3, 'three writes');
  });

  it('loses and doubles no acknowledged write when the leader is killed under load, again and again', async () => {
    const writer = await open();
    const told = mirror(writer);
    const outcomes = new Map<string, Outcome['status']>();
    let counter = 0;
    let stop = false;
    const write = async (): Promise<void> => {
      while (!stop) {
        const name = `w${counter++}`;
        const { status } = await writer.transact([{ op: 'insert', table: 'Keeper', row: { name } }]);
        outcomes.set(name, status);
      }
    };
    const load = Promise.all(Array.from({ length: 16 }, write));
    const committed = (): number => [...outcomes.values()].filter((status) => status === 'committed').length;
    for (const end of ['kill', 'stop'] as const) {
      const before = committed();
      await until(writer, () => committed() > before + 200, 'the load has begun');
      const gone = serverAt(writer.remote);
      await gone[end]();
      const then = committed();
      await until(
        writer,
        () => writer.connected && writer.remote !== remoteOf(gone) && committed() > then + 200,
        'load on the next leader',
      );
      await gone.restart();
    }
    stop = true;
    await load;
    await until(writer, () => writer.connected, 'in sync');
    const count = new Map<string, number>();
    const read = await writer.transact([{ op: 'select', table: 'Keeper', where: [], columns: ['name'] }]);
    if (read.status !== 'committed' || read.results[0]?.op !== 'select') throw new Error(read.status);
    for (const row of read.results[0].rows) count.set(String(row['name']), (count.get(String(row['name'])) ?? 0) + 1);
    for (const [name, status] of outcomes) {
      const found = count.get(name) ?? 0;
      const right = status === 'committed' ? found === 1 : status === 'unknown' ? found <= 1 : found === 0;
      if (!right) throw new Error(`${name}: the outcome was ${status}, and it is there ${found} times`);
    }
    expect(committed()).toBeGreaterThan(800);
    for (const server of servers) {
      const reader = await open({ remotes: [remoteOf(server)], leaderOnly: false });
      await until(
        reader,
        () => reader.table('Keeper').size === writer.table('Keeper').size,
        'the server has caught up',
      );
      expect(await firstDifference(remoteOf(server), reader)).toBeUndefined();
      expect(await firstDifference(remoteOf(server), writer)).toBeUndefined();
    }
    expect(mirrors(told, writer, ['Animal', 'Keeper'])).toBeUndefined();
  });
});

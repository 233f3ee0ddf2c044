import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missing, type OvsdbServer, run } from '@ovnkube/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type ChangeBatch,
  connect,
  isOvsdbError,
  type Operation,
  type OvsdbClient,
  requireNone,
  verify,
} from '../src/index.ts';
import { firstDifference, mirror, mirrors, remoteOf, startZoo, until, zooSchema } from './zoo.ts';

const tables = ['Animal', 'Keeper'];
const id = '8a1dbdb8-416f-4ce9-affa-3332691714b6';

const cow: Operation = {
  op: 'insert',
  table: 'Animal',
  'uuid-name': 'cow',
  row: {
    name: 'cow "Ælfgifu" \u{1d11e} \u0001',
    legs: 4,
    weight: 612.25,
    tame: true,
    twin: id,
    nickname: 'moo',
    chip: 9007199254740993n,
    sizes: [3, 1, 2],
    foods: ['hay', 'grass'],
    friends: ['cow'],
    tags: { color: 'brown', ['__proto__']: 'x', '': 'empty' },
    counts: { milk: 20, ['hairs']: 123456789012345678n },
    cages: { 7: 'south', '-1': 'cellar' },
    relations: { self: 'cow' },
  },
};

describe.skipIf(missing('ovsdb-server', 'ovsdb-client'))('a replica of a real server', () => {
  let server: OvsdbServer;
  let db: OvsdbClient;
  const clients: OvsdbClient[] = [];
  const open = async (options: Partial<Parameters<typeof connect>[0]> = {}): Promise<OvsdbClient> => {
    const client = await connect({
      remotes: [remoteOf(server)],
      database: 'Zoo',
      backoff: { minMs: 5, maxMs: 50 },
      ...options,
    });
    clients.push(client);
    return client;
  };
  const equals = async (client = db): Promise<void> => {
    expect(await firstDifference(remoteOf(server), client)).toBeUndefined();
  };

  beforeAll(async () => {
    server = await startZoo();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    db = await open();
  });
  afterEach(async () => {
    const wipe = tables.map((table): Operation => ({ op: 'delete', table, where: [] }));
    const cleaner = await open();
    await cleaner.transact(wipe);
    for (const client of clients.splice(0)) await client.close();
  });

  it('holds every form of column as the server does, and reads its own writes', async () => {
    const told = mirror(db);
    const outcome = await db.transact([cow, { op: 'insert', table: 'Animal', row: { name: 'bare' } }], {
      comment: 'two animals',
    });
    if (outcome.status !== 'committed') throw new Error(JSON.stringify(outcome));
    const row = db.table('Animal').get(String(outcome.uuids.get('cow')));
    expect(row).toMatchObject({
      ...cow.row,
      foods: ['grass', 'hay'],
      sizes: [1, 2, 3],
      friends: [row?._uuid],
      relations: { self: row?._uuid },
    });
    expect(Object.isFrozen(row) && Object.isFrozen(row?.['tags'])).toBe(true);
    await equals();
    expect(mirrors(told, db, tables)).toBeUndefined();
    const late = await open();
    await equals(late);
    expect([...late.table('Animal').rows()].find(({ _uuid }) => _uuid === row?._uuid)).toEqual(row);
  });

  it('applies differences of sets, maps and optional values as the server means them', async () => {
    const made = await db.transact([cow]);
    const uuid = made.status === 'committed' ? made.uuids.get('cow') : undefined;
    const where = [['_uuid', '==', uuid]] as const;
    const steps: Operation[] = [
      { op: 'mutate', table: 'Animal', where, mutations: [['sizes', 'insert', [5, 4]]] },
      {
        op: 'mutate',
        table: 'Animal',
        where,
        mutations: [
          ['sizes', 'delete', [1]],
          ['legs', '-=', 1],
        ],
      },
      {
        op: 'mutate',
        table: 'Animal',
        where,
        mutations: [
          ['tags', 'delete', ['color']],
          ['tags', 'insert', { a: 'b', c: 'd' }],
        ],
      },
      { op: 'mutate', table: 'Animal', where, mutations: [['counts', 'delete', { milk: 20 }]] },
      { op: 'update', table: 'Animal', where, row: { nickname: undefined, chip: undefined, tags: { a: 'z' } } },
      { op: 'update', table: 'Animal', where, row: { nickname: '', foods: [], sizes: [-5, 2 ** 40], legs: -3 } },
    ];
    for (const step of steps) {
      expect(await db.transact([step])).toMatchObject({ status: 'committed', results: [{ count: 1 }] });
      await equals();
    }
  });

  it('gives one net batch for each transaction, and indexes follow', async () => {
    const byLegs = db.table('Animal').createIndex('legs', ['legs']);
    const byFood = db.table('Animal').createIndex('food', (row) => row['foods'] as readonly string[]);
    const batches: ChangeBatch[] = [];
    db.subscribe((batch) => {
      batches.push(batch);
      // Inside a listener, everything is in place already.
      expect(byFood.find('hay')).toHaveLength(batches.length === 1 ? 2 : 1);
    });
    const animal = (name: string, foods: string[]): Operation => ({
      op: 'insert',
      table: 'Animal',
      row: { name, legs: 4, foods },
    });
    await db.transact([animal('a', ['hay']), animal('b', ['hay', 'fish']), animal('c', [])]);
    expect(byLegs.find(4)).toHaveLength(3);
    await db.transact([
      { op: 'delete', table: 'Animal', where: [['name', '==', 'a']] },
      { op: 'update', table: 'Animal', where: [['name', '==', 'c']], row: { legs: 2, name: 'a' } },
    ]);
    expect(batches.map(({ tables: changed }) => changed.get('Animal')?.size)).toEqual([3, 2]);
    expect(byLegs.find(4).map((row) => row['name'])).toEqual(['b']);
    expect(byLegs.find(2).map((row) => row['name'])).toEqual(['a']);
    expect(byFood.find('fish')).toEqual(byLegs.find(4));
  });

  it('replicates what a condition selects, and tells the difference when it changes', async () => {
    const some = await open({ tables: { Animal: { columns: ['name'], where: [['legs', '==', 2]] } } });
    const told = mirror(some);
    const animals = [2, 2, 4, 6].map(
      (legs, n): Operation => ({ op: 'insert', table: 'Animal', row: { name: `n${n}`, legs } }),
    );
    await db.transact(animals);
    await until(some, () => some.table('Animal').size === 2, 'two of two legs');
    const names = (): unknown[] => [...some.table('Animal').rows()].map((row) => row['name']).sort();
    await some.setCondition('Animal', [
      ['legs', '>', 3],
      ['name', '==', 'n0'],
    ]);
    expect(names()).toEqual(['n0', 'n2', 'n3']);
    await db.transact([{ op: 'update', table: 'Animal', where: [['name', '==', 'n3']], row: { legs: 1 } }]);
    await until(some, () => some.table('Animal').size === 2, 'n3 has left');
    expect(names()).toEqual(['n0', 'n2']);
    await some.setCondition('Animal', []);
    expect(names()).toEqual([]);
    await some.setCondition('Animal', [true]);
    expect(names()).toEqual(['n0', 'n1', 'n2', 'n3']);
    expect(mirrors(told, some, ['Animal'])).toBeUndefined();
    await expect(some.setCondition('Plant', [])).rejects.toMatchObject({ code: 'unknown table' });
  });

  it('tells only the difference after the server was restarted', async () => {
    await db.transact([cow]);
    const told = mirror(db);
    const events: unknown[] = [];
    db.on('resynced', (event) => events.push(event));
    await server.kill();
    await until(db, () => !db.connected, 'the loss is noticed');
    // Behind the client's back: one row more.
    const file = join(server.dir, 'db0.db');
    await run('ovsdb-tool', [
      'transact',
      file,
      JSON.stringify(['Zoo', { op: 'insert', table: 'Keeper', row: { name: 'k', seq: 1 } }]),
    ]);
    await server.restart();
    await until(db, () => db.connected, 'connected again');
    expect(events).toEqual([{ full: true, changed: 1 }]);
    await equals();
    expect(mirrors(told, db, tables)).toBeUndefined();
  });

  it('gives outcomes as values', async () => {
    expect(await db.transact([])).toEqual({ status: 'unchanged' });
    const first = await db.transact([
      requireNone('Animal', [['name', '==', 'x']]),
      { op: 'insert', table: 'Animal', row: { name: 'x' } },
    ]);
    expect(first.status).toBe('committed');
    expect(
      await db.transact([
        requireNone('Animal', [['name', '==', 'x']]),
        { op: 'insert', table: 'Animal', row: { name: 'x' } },
      ]),
    ).toEqual({ status: 'tryAgain' });
    const twice = await db.transact([{ op: 'insert', table: 'Animal', row: { name: 'x' } }]);
    expect(twice).toMatchObject({
      status: 'aborted',
      errors: [{ operation: undefined, error: 'constraint violation' }],
    });
    const bad = await db.transact([
      { op: 'comment', comment: 'c' },
      { op: 'delete', table: 'Keeper', where: [] },
      { op: 'abort' },
    ]);
    expect(bad).toMatchObject({ status: 'aborted', errors: [{ operation: 2, error: 'aborted' }] });
    expect(await db.transact([{ op: 'delete', table: 'Keeper', where: [] }], { lock: 'nobody' })).toEqual({
      status: 'notLocked',
    });
    const [row] = db.table('Animal').rows();
    if (!row) throw new Error('no row');
    await db.transact([{ op: 'update', table: 'Animal', where: [], row: { legs: 9 } }]);
    expect(await db.transact([verify('Animal', row, ['legs']), { op: 'delete', table: 'Animal', where: [] }])).toEqual({
      status: 'tryAgain',
    });
    const selected = await db.transact([
      { op: 'select', table: 'Animal', where: [['legs', '>=', 9]], columns: ['name', 'tags'] },
    ]);
    expect(selected).toMatchObject({ results: [{ op: 'select', rows: [{ name: 'x', tags: {} }] }] });
  });

  it('runs a function again on the rows of that time, until it is written', async () => {
    const other = await open();
    await db.transact([{ op: 'insert', table: 'Keeper', row: { name: 'k', seq: 0 } }]);
    const add = async (client: OvsdbClient): Promise<void> => {
      const outcome = await client.transact(() => {
        const [row] = client.table('Keeper').rows();
        if (!row) throw new Error('no keeper here yet');
        const seq = Number(row['seq']) + 1;
        return [verify('Keeper', row, ['seq']), { op: 'update', table: 'Keeper', where: [], row: { seq } }];
      });
      expect(outcome.status).toBe('committed');
    };
    await until(other, () => other.table('Keeper').size === 1, 'the keeper');
    await Promise.all([db, other, db, other, db, other].map(add));
    const seq = (): unknown => [...db.table('Keeper').rows()][0]?.['seq'];
    await until(db, () => seq() === 6, 'all six additions, none lost');
  });

  it('increments and tells the new value', async () => {
    const made = await db.transact([{ op: 'insert', table: 'Keeper', row: { seq: 41 }, 'uuid-name': 'k' }]);
    const uuid = made.status === 'committed' ? String(made.uuids.get('k')) : '';
    const target = { table: 'Keeper', uuid, column: 'seq' };
    expect(await db.increment(target)).toMatchObject({ value: 42, outcome: { status: 'committed' } });
    const values = await Promise.all([1, 2, 3].map(() => db.increment(target)));
    expect(values.map(({ value }) => value)).toEqual([43, 44, 45]);
  });

  it('refuses what the server could not take before anything is sent', async () => {
    const refused = async (operation: Operation): Promise<string> => {
      const error: unknown = await db.transact([operation]).catch((thrown: unknown) => thrown);
      if (!isOvsdbError(error)) throw new Error(`not refused: ${String(error)}`);
      return `${error.code}: ${error.message}`;
    };
    expect(await refused({ op: 'insert', table: 'Plant', row: {} })).toBe(
      'unknown table: database Zoo (version 1.0.0) has no table Plant',
    );
    expect(await refused({ op: 'insert', table: 'Animal', row: { wings: 2 } })).toBe(
      "unknown column: table Animal has no column wings in the server's schema",
    );
    expect(await refused({ op: 'insert', table: 'Animal', row: { legs: 'four' } })).toBe(
      'value: Animal.legs: "four" is not an integer',
    );
    expect(await refused({ op: 'insert', table: 'Animal', row: { legs: undefined } })).toContain('Animal.legs');
    expect(await refused({ op: 'insert', table: 'Animal', row: { tags: ['a'] } })).toContain('is not a map');
    expect(await refused({ op: 'delete', table: 'Animal', where: [['name', '<', 'x']] })).toContain(
      '"<" needs an integer or real column',
    );
    expect(await refused({ op: 'insert', table: 'Animal', row: { twin: 'no id' } })).toContain(
      'neither a UUID nor the uuid-name',
    );
  });

  it('lists what an older server lacks, and does without', async () => {
    const old = await open({ tables: { Animal: ['name', 'wings'], Plant: ['name'] } });
    expect(old.missing).toEqual({ tables: ['Plant'], columns: new Map([['Animal', ['wings']]]) });
    expect(old.table('Plant').exists).toBe(false);
    expect(old.table('Animal').columns).toEqual(['name']);
  });

  it('cancels a transaction that waits, and gives up connecting', async () => {
    const waits: Operation = {
      op: 'wait',
      table: 'Keeper',
      where: [],
      columns: ['name'],
      until: '!=',
      rows: [],
      timeout: 60_000,
    };
    const controller = new AbortController();
    const waiting = db.transact([waits], { signal: controller.signal });
    await db.transact([{ op: 'select', table: 'Keeper', where: [] }]);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const nowhere = connect({
      remotes: [`unix:${server.dir}/nothing`],
      database: 'Zoo',
      signal: AbortSignal.timeout(20),
    });
    await expect(nowhere).rejects.toThrow('timeout');
    await expect(connect({ remotes: ['unix'], database: 'Zoo' })).rejects.toMatchObject({ code: 'remote' });
  });

  it('holds, passes and steals locks, and asks again after a restart', async () => {
    const other = await open();
    const mine = db.lock('l');
    await mine.acquired();
    const theirs = other.lock('l');
    const written = { op: 'insert', table: 'Keeper', row: { name: 'locked' } } as const;
    expect((await db.transact([written], { lock: 'l' })).status).toBe('committed');
    expect((await other.transact([written], { lock: 'l' })).status).toBe('notLocked');
    await theirs.steal();
    await theirs.acquired();
    await until(db, () => !mine.held, 'mine is stolen');
    await theirs.release();
    await mine.acquired();
    await server.stop();
    await until(db, () => !mine.held, 'lost with the connection');
    await server.restart();
    await mine.acquired();
    await mine.release();
    expect(mine.held).toBe(false);
  });

  it('follows a conversion of the schema', async () => {
    await db.transact([cow, { op: 'insert', table: 'Keeper', row: { name: 'k', seq: 5 } }]);
    const told = mirror(db);
    const versions: string[] = [];
    db.on('schemaChanged', ({ schema }) => versions.push(schema.version));
    const { seq: _, ...keeper } = zooSchema.tables.Keeper.columns;
    const newer = {
      ...zooSchema,
      version: '2.0.0',
      tables: {
        ...zooSchema.tables,
        Keeper: { isRoot: true, columns: { ...keeper, age: { type: 'integer' } } },
        Plant: { isRoot: true, columns: { name: { type: 'string' } } },
      },
    };
    const file = join(server.dir, 'newer.ovsschema');
    await writeFile(file, JSON.stringify(newer));
    await run('ovsdb-client', ['convert', remoteOf(server), file]);
    await until(db, () => db.connected && db.schema.version === '2.0.0', 'the new schema');
    await equals();
    expect(mirrors(told, db, tables)).toBeUndefined();
    expect([...db.table('Keeper').rows()][0]).toEqual({ _uuid: expect.any(String), name: 'k', age: 0 });
    expect((await db.transact([{ op: 'insert', table: 'Plant', row: { name: 'p' } }])).status).toBe('committed');
    expect(db.table('Plant').size).toBe(1);
    const older = join(server.dir, 'zoo.ovsschema');
    await run('ovsdb-client', ['convert', remoteOf(server), older]);
    await until(db, () => db.connected && db.schema.version === '1.0.0', 'the old schema');
    expect(db.table('Plant').exists).toBe(false);
    await equals();
    expect(versions).toEqual(['2.0.0', '1.0.0']);
  });
});

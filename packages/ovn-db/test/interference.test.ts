import type { Operation, Row } from '@ovnkube/ovsdb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, type DesiredRow, idKey, ref } from '../src/index.ts';
import { controller, idOf, nb, owned, owns, type World, world } from './northbound.ts';

const looked = ['Logical_Switch', 'Logical_Switch_Port', 'Port_Group', 'ACL', 'Address_Set'] as const;
type Looked = (typeof looked)[number];

/** What a random step desires. Ports and ACLs name a parent that may or may not be there. */
interface Wish {
  readonly switches: readonly { readonly name: string; readonly subnet: string }[];
  readonly ports: readonly { readonly name: string; readonly parent: string; readonly address: string }[];
  readonly groups: readonly { readonly name: string; readonly ports: readonly string[] }[];
  readonly acls: readonly { readonly name: string; readonly group: string; readonly priority: number }[];
  readonly sets: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

const some = (prefix: string, count: number) => fc.nat(count - 1).map((i) => `${prefix}${i}`);
const list = <T extends { readonly name: string }>(arbitrary: fc.Arbitrary<T>, maxLength: number) =>
  fc.uniqueArray(arbitrary, { selector: ({ name }) => name, maxLength });
const address = fc.nat(9).map((i) => `10.0.0.${i}`);
const wish: fc.Arbitrary<Wish> = fc.record({
  switches: list(fc.record({ name: some('s', 3), subnet: address }), 3),
  ports: list(fc.record({ name: some('p', 6), parent: fc.oneof(some('s', 3), fc.constant('foreign')), address }), 6),
  groups: list(fc.record({ name: some('g', 2), ports: fc.uniqueArray(some('p', 6)) }), 2),
  acls: list(fc.record({ name: some('a', 3), group: some('g', 2), priority: fc.nat(9) }), 3),
  sets: list(fc.record({ name: some('as', 2), addresses: fc.uniqueArray(address) }), 2),
});

function desiredRows(wish: Wish): readonly DesiredRow[] {
  return [
    ...wish.switches.map(({ name, subnet }) =>
      nb(
        'Logical_Switch',
        name,
        { other_config: { subnet }, external_ids: owned('Switch', name) },
        { ownedKeys: { other_config: ['subnet'] } },
      ),
    ),
    ...wish.ports.map(({ name, parent, address }) =>
      nb(
        'Logical_Switch_Port',
        name,
        { addresses: [address], external_ids: owned('Port', name) },
        { parents: [{ table: 'Logical_Switch', name: parent, column: 'ports' }] },
      ),
    ),
    ...wish.groups.map(({ name, ports }) =>
      nb('Port_Group', name, {
        ports: ports.map((port) => ref('Logical_Switch_Port', port)),
        external_ids: owned('Group', name),
      }),
    ),
    ...wish.acls.map(({ name, group, priority }) =>
      nb(
        'ACL',
        idOf('ACL', name),
        { action: 'drop', direction: 'to-lport', match: 'ip', priority, external_ids: owned('ACL', name) },
        { parents: [{ table: 'Port_Group', name: group, column: 'acls' }] },
      ),
    ),
    ...wish.sets.map(({ name, addresses }) => nb('Address_Set', name, { addresses, external_ids: owned('Set', name) })),
  ];
}

/** What somebody else does, to a random one of the rows that are there. */
type Deed =
  | { readonly kind: 'delete'; readonly table: 'Logical_Switch' | 'Port_Group' | 'Address_Set'; readonly which: number }
  | { readonly kind: 'empty'; readonly table: Looked; readonly which: number }
  | { readonly kind: 'rename'; readonly table: Looked; readonly which: number }
  | { readonly kind: 'disown'; readonly table: Looked; readonly which: number }
  | { readonly kind: 'move'; readonly which: number; readonly to: number }
  | { readonly kind: 'stray'; readonly name: string }
  | { readonly kind: 'double'; readonly name: string };

const which = fc.nat(20);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('delete' as const),
    table: fc.constantFrom('Logical_Switch' as const, 'Port_Group' as const, 'Address_Set' as const),
    which,
  }),
  fc.record({ kind: fc.constant('empty' as const), table: fc.constantFrom(...looked), which }),
  fc.record({ kind: fc.constant('rename' as const), table: fc.constantFrom(...looked), which }),
  fc.record({ kind: fc.constant('disown' as const), table: fc.constantFrom(...looked), which }),
  fc.record({ kind: fc.constant('move' as const), which, to: which }),
  fc.record({ kind: fc.constant('stray' as const), name: some('s', 3) }),
  fc.record({ kind: fc.constant('double' as const), name: some('s', 3) }),
);

const emptied: { readonly [table in Looked]: Operation & { readonly op: 'update' } } = {
  Logical_Switch: {
    op: 'update',
    table: 'Logical_Switch',
    where: [],
    row: { ports: [], other_config: { theirs: 'x' } },
  },
  Logical_Switch_Port: { op: 'update', table: 'Logical_Switch_Port', where: [], row: { addresses: ['unknown'] } },
  Port_Group: { op: 'update', table: 'Port_Group', where: [], row: { ports: [], acls: [] } },
  ACL: { op: 'update', table: 'ACL', where: [], row: { priority: 12_345, match: 'ip4' } },
  Address_Set: { op: 'update', table: 'Address_Set', where: [], row: { addresses: ['9.9.9.9'] } },
};

/** The operations of a deed, given the rows that are there. */
function operations(deed: Deed, rowsOf: (table: string) => readonly Row[]): readonly Operation[] {
  const pick = (table: string, index: number): Row | undefined => {
    const rows = rowsOf(table);
    return rows[index % Math.max(rows.length, 1)];
  };
  if (deed.kind === 'stray' || deed.kind === 'double') {
    const name = deed.kind === 'stray' ? `stray-${deed.name}` : deed.name;
    return [{ op: 'insert', table: 'Logical_Switch', row: { name, external_ids: owned('Switch', name) } }];
  }
  if (deed.kind === 'move') {
    const [port, to] = [pick('Logical_Switch_Port', deed.which), pick('Logical_Switch', deed.to)];
    if (!port || !to) return [];
    return [
      {
        op: 'mutate',
        table: 'Logical_Switch',
        where: [['ports', 'includes', [port._uuid]]],
        mutations: [['ports', 'delete', [port._uuid]]],
      },
      {
        op: 'mutate',
        table: 'Logical_Switch',
        where: [['_uuid', '==', to._uuid]],
        mutations: [['ports', 'insert', [port._uuid]]],
      },
    ];
  }
  const row = pick(deed.table, deed.which);
  if (!row) return [];
  const where = [['_uuid', '==', row._uuid]] as const;
  if (deed.kind === 'delete') return [{ op: 'delete', table: deed.table, where }];
  if (deed.kind === 'empty') return [{ ...emptied[deed.table], where }];
  const ids = { ...Object(row['external_ids']) };
  if (deed.kind === 'rename') {
    const change =
      deed.table === 'ACL'
        ? { external_ids: { ...ids, [idKey]: idOf('ACL', 'renamed') } }
        : { name: `renamed-${row._uuid}` };
    return [{ op: 'update', table: deed.table, where, row: change }];
  }
  // A disowned row of no desired name would be somebody else's for ever, so only rows known by name are disowned.
  return deed.table === 'ACL' ? [] : [{ op: 'update', table: deed.table, where, row: { external_ids: {} } }];
}

/** A database client that keeps what is written through it. */
const recording = (db: Database, written: (readonly Operation[])[]): Database => ({
  database: db.database,
  schema: db.schema,
  table: (name) => db.table(name),
  subscribe: (listener, options) => db.subscribe(listener, options),
  on: (event, listener) => db.on(event, listener),
  transact(writes, options) {
    written.push(writes);
    return db.transact(writes, options);
  },
});

let at: World;
beforeAll(async () => {
  at = await world();
});
afterAll(() => at.close());

/** The database as names, in the plainest way: who is there, with what, in whom. Foreign rows count only where ours depend on them. */
function content(): unknown {
  const table = (name: Looked): readonly Row[] => [...at.other.table(name).rows()] as readonly Row[];
  const nameOf = (of: Looked, uuid: unknown): string => {
    const row = table(of).find(({ _uuid }) => _uuid === uuid);
    return of === 'ACL' ? String(Object(row?.['external_ids'])[idKey]) : String(row?.['name']);
  };
  const members = (row: Row, column: string, of: Looked): string[] =>
    Object(row[column])
      .map((uuid: unknown) => nameOf(of, uuid))
      .sort();
  const mine = (name: Looked): readonly Row[] => table(name).filter((row) => owns(name, row));
  const byName = (rows: readonly (readonly [string, unknown])[]): unknown =>
    Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    counts: looked.map((name) => mine(name).length),
    switches: byName(mine('Logical_Switch').map((row) => [String(row['name']), Object(row['other_config'])['subnet']])),
    ports: byName(mine('Logical_Switch_Port').map((row) => [String(row['name']), row['addresses']])),
    parents: byName(
      mine('Logical_Switch_Port').map(({ _uuid, name }) => [
        String(name),
        table('Logical_Switch')
          .filter((row) => Object(row['ports']).includes(_uuid))
          .map((row) => row['name']),
      ]),
    ),
    groups: byName(
      mine('Port_Group').map((row) => [
        String(row['name']),
        { ports: members(row, 'ports', 'Logical_Switch_Port'), acls: members(row, 'acls', 'ACL') },
      ]),
    ),
    acls: byName(mine('ACL').map((row) => [nameOf('ACL', row._uuid), [row['priority'], row['match']]])),
    sets: byName(mine('Address_Set').map((row) => [String(row['name']), [...Object(row['addresses'])].sort()])),
  };
}

/** The same, of a wish: what has its parent is there. Rows that somebody else has disowned in time can be parents too. */
function expected(wish: Wish): unknown {
  const others = (table: Looked): string[] =>
    ([...at.other.table(table).rows()] as readonly Row[])
      .filter((row) => !owns(table, row))
      .map(({ name }) => String(name));
  const parents = new Set([...wish.switches.map(({ name }) => name), ...others('Logical_Switch')]);
  const groups = new Set([...wish.groups.map(({ name }) => name), ...others('Port_Group')]);
  const ports = wish.ports.filter(({ parent }) => parents.has(parent));
  const acls = wish.acls.filter(({ group }) => groups.has(group));
  const there = new Set([...ports.map(({ name }) => name), ...others('Logical_Switch_Port')]);
  const byName = (rows: readonly (readonly [string, unknown])[]): unknown =>
    Object.fromEntries([...rows].sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    counts: [wish.switches, ports, wish.groups, acls, wish.sets].map(({ length }) => length),
    switches: byName(wish.switches.map(({ name, subnet }) => [name, subnet])),
    ports: byName(ports.map(({ name, address }) => [name, [address]])),
    parents: byName(ports.map(({ name, parent }) => [name, [parent]])),
    groups: byName(
      wish.groups.map(({ name, ports: members }) => [
        name,
        {
          ports: members.filter((port) => there.has(port)).sort(),
          acls: acls.flatMap((acl) => (acl.group === name ? [idOf('ACL', acl.name)] : [])).sort(),
        },
      ]),
    ),
    acls: byName(acls.map(({ name, priority }) => [idOf('ACL', name), [priority, 'ip']])),
    sets: byName(wish.sets.map(({ name, addresses }) => [name, [...addresses].sort()])),
  };
}

const numRuns = process.env['OVNKUBE_LONG'] === '1' ? 2_000 : 60;

describe('after any wishes and any interference', () => {
  it('the database is what is desired, and nothing is written any more', { timeout: 20 * 60_000 }, async () => {
    const step = fc.record({
      wish: fc.option(wish, { nil: undefined, freq: 2 }),
      deeds: fc.array(deed, { maxLength: 3 }),
      wait: fc.boolean(),
    });
    /** Both replicas show what the server holds now. */
    const inSync = async (): Promise<void> => {
      for (const client of [at.db, at.other]) await client.transact([{ op: 'select', table: 'NB_Global', where: [] }]);
    };
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      await at.interfere(
        ...(['Logical_Switch', 'Port_Group', 'Address_Set'] as const).map(
          (table): Operation => ({ op: 'delete', table, where: [] }),
        ),
        { op: 'insert', table: 'Logical_Switch', row: { name: 'foreign' } },
      );
      at.desire();
      const reconciler = at.reconcile({ delay: () => () => undefined });
      let current: Wish = { switches: [], ports: [], groups: [], acls: [], sets: [] };
      for (const { wish: next, deeds, wait } of steps) {
        if (next) {
          current = next;
          at.desire(...desiredRows(next));
        }
        if (wait) await reconciler.converged();
        for (const each of deeds) {
          const writes = operations(each, (table) => [...at.other.table(table as Looked).rows()] as readonly Row[]);
          // A deed on a row that is gone meanwhile fails, as it would in life.
          if (writes.length > 0) await at.other.transact(writes);
        }
        await inSync();
        await reconciler.converged();
        await inSync();
        expect(content()).toEqual(expected(current));
        expect(reconciler.problems().filter(({ kind }) => kind !== 'waiting')).toEqual([]);
      }
      reconciler.stop();
      const written: (readonly Operation[])[] = [];
      const again = at.reconcile({ database: recording(at.db, written) });
      await again.converged();
      again.stop();
      expect(written).toEqual([]);
    });
    await fc.assert(property, { numRuns, endOnFailure: true });
  });

  it('rows of others are never touched', async () => {
    const foreign = {
      name: 'theirs',
      other_config: { a: 'b' },
      external_ids: { 'k8s.ovn.org/owner-controller': `${controller}-2` },
    };
    at.desire();
    const reconciler = at.reconcile();
    await at.interfere({ op: 'insert', table: 'Logical_Switch', row: foreign });
    at.desire(...desiredRows({ switches: [{ name: 's0', subnet: 'x' }], ports: [], groups: [], acls: [], sets: [] }));
    await reconciler.converged();
    at.desire();
    await reconciler.converged();
    expect([...at.db.table('Logical_Switch').rows()].filter(({ name }) => name === 'theirs')).toMatchObject([foreign]);
  });
});

import { type Operation, uuid } from '@ovnkube/ovsdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DesiredMember, type DesiredRow, ref } from '../src/index.ts';
import { idOf, nb, owned, type World, world } from './northbound.ts';

let at: World;
beforeEach(async () => {
  at = await world();
});
afterEach(() => at.close());

const lswitch = (name: string, config: Record<string, string> = {}): DesiredRow =>
  nb('Logical_Switch', name, { other_config: config, external_ids: owned('Switch', name) });
const port = (
  name: string,
  parent: string,
  addresses: readonly string[] = [`0a:58:0a:80:00:03 10.128.0.3`],
): DesiredRow =>
  nb(
    'Logical_Switch_Port',
    name,
    { addresses, external_ids: owned('Port', name) },
    { parents: [{ table: 'Logical_Switch', name: parent, column: 'ports' }] },
  );

const names = (table: 'Logical_Switch' | 'Logical_Switch_Port' | 'Port_Group'): string[] =>
  [...at.db.table(table).rows()].map(({ name }) => name).sort();
const switchOf = (name: string) => [...at.db.table('Logical_Switch').rows()].find((row) => row.name === name);
const portOf = (name: string) => [...at.db.table('Logical_Switch_Port').rows()].find((row) => row.name === name);
const portsOf = (name: string): string[] =>
  (switchOf(name)?.ports ?? []).map((uuid) => at.db.table('Logical_Switch_Port').get(uuid)?.name ?? '?').sort();

describe('a reconciler', () => {
  it('writes what is desired in one transaction, and nothing once it is there, also after a restart', async () => {
    const reconciler = at.reconcile();
    at.desire(
      port('ns_pod', 'node-1'),
      nb('Port_Group', 'a1', {
        external_ids: owned('Namespace', 'ns'),
        ports: [ref('Logical_Switch_Port', 'ns_pod')],
      }),
      lswitch('node-1', { subnet: '10.128.0.0/23' }),
      nb(
        'ACL',
        idOf('NetworkPolicy', 'deny'),
        {
          action: 'drop',
          direction: 'to-lport',
          match: 'ip',
          priority: 1000,
          external_ids: owned('NetworkPolicy', 'deny'),
        },
        { parents: [{ table: 'Port_Group', name: 'a1', column: 'acls' }] },
      ),
      nb(
        'NAT',
        idOf('NAT', 'snat'),
        {
          type: 'snat',
          external_ip: '1.2.3.4',
          logical_ip: '10.128.0.0/14',
          exempted_ext_ips: ref('Address_Set', 'a2'),
        },
        { parents: [{ table: 'Logical_Router', name: 'GR_node-1', column: 'nat' }] },
      ),
      nb('Logical_Router', 'GR_node-1', { external_ids: owned('Router', 'GR_node-1') }),
      nb('Address_Set', 'a2', { addresses: ['10.0.0.1', '10.0.0.2'], external_ids: owned('AddressSet', 'a2') }),
    );
    await reconciler.converged();
    expect(reconciler.statistics).toMatchObject({ transactions: 1, operations: 7 });
    expect(portsOf('node-1')).toEqual(['ns_pod']);
    const [group] = at.db.table('Port_Group').rows();
    expect(group?.ports).toEqual([portOf('ns_pod')?._uuid]);
    expect(group?.acls).toHaveLength(1);
    expect([...at.db.table('NAT').rows()][0]?.exempted_ext_ips).toBe([...at.db.table('Address_Set').rows()][0]?._uuid);
    expect(reconciler.problems()).toEqual([]);

    reconciler.stop();
    const again = at.reconcile();
    await again.converged();
    expect(again.statistics).toMatchObject({ transactions: 0, operations: 0 });
  });

  it('adds and takes away a port by one mutation of its switch, whatever else the switch holds', async () => {
    const reconciler = at.reconcile();
    const crowd = Array.from({ length: 50 }, (_, i) => port(`p${i}`, 's'));
    at.desire(lswitch('s'), ...crowd);
    await reconciler.converged();
    const before = reconciler.statistics;
    at.desired.set('Logical_Switch_Port/extra', port('extra', 's'));
    await reconciler.converged();
    expect(reconciler.statistics.operations - before.operations).toBe(2);
    expect(portsOf('s')).toHaveLength(51);
    at.desired.delete('Logical_Switch_Port/extra');
    await reconciler.converged();
    expect(reconciler.statistics.operations - before.operations).toBe(3);
    expect(names('Logical_Switch_Port')).toHaveLength(50);
    expect(reconciler.statistics.rowsCompared - before.rowsCompared).toBeLessThan(12);
  });

  it('moves a port between switches, and deletes a switch with its ports', async () => {
    const reconciler = at.reconcile();
    at.desire(lswitch('a'), lswitch('b'), port('p', 'a'), port('q', 'a'));
    await reconciler.converged();
    const moved = portOf('p')?._uuid;
    at.desire(lswitch('b'), port('p', 'b'));
    await reconciler.converged();
    expect(names('Logical_Switch')).toEqual(['b']);
    expect(names('Logical_Switch_Port')).toEqual(['p']);
    expect(portOf('p')?._uuid).toBe(moved);
    at.desire();
    await reconciler.converged();
    expect(names('Logical_Switch')).toEqual([]);
    expect(names('Logical_Switch_Port')).toEqual([]);
    expect(reconciler.problems()).toEqual([]);
  });

  it('leaves columns, map keys and rows alone that are not its own', async () => {
    await at.interfere(
      { op: 'insert', table: 'Logical_Switch', row: { name: 'theirs', other_config: { a: 'b' } } },
      {
        op: 'insert',
        table: 'Logical_Switch',
        row: { name: 's', other_config: { mine: 'old', stale: 'x', theirs: 'kept' } },
      },
    );
    const reconciler = at.reconcile();
    at.desire(
      nb(
        'Logical_Switch',
        's',
        { other_config: { mine: 'new' }, external_ids: owned('Switch', 's') },
        { ownedKeys: { other_config: ['mine', 'stale'] } },
      ),
      nb(
        'Logical_Switch_Port',
        'p',
        { external_ids: owned('Port', 'p') },
        { parents: [{ table: 'Logical_Switch', name: 's', column: 'ports' }] },
      ),
    );
    await reconciler.converged();
    expect(names('Logical_Switch')).toEqual(['s', 'theirs']);
    expect(switchOf('s')?.other_config).toEqual({ mine: 'new', theirs: 'kept' });
    const uuid = portOf('p')?._uuid ?? '';
    await at.interfere({
      op: 'update',
      table: 'Logical_Switch_Port',
      where: [['_uuid', '==', uuid]],
      row: { up: true },
    });
    await reconciler.converged();
    expect(portOf('p')?.up).toBe(true);
    at.desired.delete('Logical_Switch/s');
    at.desired.delete('Logical_Switch_Port/p');
    await reconciler.converged();
    expect(names('Logical_Switch')).toEqual(['theirs']);
  });

  it('puts right what others delete, edit and add behind its back', async () => {
    const reconciler = at.reconcile();
    at.desire(lswitch('a', { subnet: '10.0.0.0/24' }), lswitch('b'), port('p', 'a'), port('q', 'b'));
    await reconciler.converged();
    await at.interfere({ op: 'delete', table: 'Logical_Switch', where: [['name', '==', 'a']] });
    await reconciler.converged();
    expect(portsOf('a')).toEqual(['p']);
    expect(switchOf('a')?.other_config).toEqual({ subnet: '10.0.0.0/24' });

    await at.interfere(
      { op: 'update', table: 'Logical_Switch', where: [['name', '==', 'a']], row: { other_config: {} } },
      {
        op: 'update',
        table: 'Logical_Switch_Port',
        where: [['name', '==', 'q']],
        row: { addresses: ['unknown'], name: 'renamed' },
      },
      { op: 'insert', table: 'Logical_Switch', row: { name: 'stray', external_ids: owned('Switch', 'stray') } },
      { op: 'insert', table: 'Logical_Switch', row: { name: 'a', external_ids: owned('Switch', 'a') } },
    );
    await reconciler.converged();
    expect(names('Logical_Switch')).toEqual(['a', 'b']);
    expect(switchOf('a')?.other_config).toEqual({ subnet: '10.0.0.0/24' });
    expect(portsOf('a')).toEqual(['p']);
    expect(portsOf('b')).toEqual(['q']);
    expect(names('Logical_Switch_Port')).toEqual(['p', 'q']);

    // A port put into a second switch, and taken out of its own.
    const uuid = portOf('p')?._uuid ?? '';
    await at.interfere(
      { op: 'mutate', table: 'Logical_Switch', where: [['name', '==', 'b']], mutations: [['ports', 'insert', [uuid]]] },
      { op: 'mutate', table: 'Logical_Switch', where: [['name', '==', 'a']], mutations: [['ports', 'delete', [uuid]]] },
    );
    await reconciler.converged();
    expect([portsOf('a'), portsOf('b')]).toEqual([['p'], ['q']]);
    expect(portOf('p')?._uuid).toBe(uuid);
    expect(reconciler.problems()).toEqual([]);
  });

  it('keeps the memberships that another feature desires', async () => {
    const members = at.graph.input<DesiredMember>('members');
    const group = (name: string) => nb('Port_Group', name, { external_ids: owned('Group', name) });
    const reconciler = at.reconcile({ members });
    const isolate: DesiredMember = {
      parent: { table: 'Port_Group', name: 'g1', column: 'ports' },
      child: { table: 'Logical_Switch_Port', name: 'p' },
    };
    at.graph.commit(() => {
      at.desire(lswitch('s'), port('p', 's'), group('g1'), group('g2'));
      members.set('policy/p', isolate);
    });
    await reconciler.converged();
    const membersOf = (name: string) => [...at.db.table('Port_Group').rows()].find((row) => row.name === name)?.ports;
    const uuid = portOf('p')?._uuid;
    expect([membersOf('g1'), membersOf('g2')]).toEqual([[uuid], []]);
    const { operations } = reconciler.statistics;
    members.set('policy/p', { ...isolate, parent: { ...isolate.parent, name: 'g2' } });
    await reconciler.converged();
    expect([membersOf('g1'), membersOf('g2')]).toEqual([[], [uuid]]);
    expect(reconciler.statistics.operations - operations).toBe(2);
    members.delete('policy/p');
    await reconciler.converged();
    expect([membersOf('g1'), membersOf('g2')]).toEqual([[], []]);
    expect(portOf('p')?._uuid).toBe(uuid);
  });

  it('inserts rows that live by a reference together with what refers to them', async () => {
    const reconciler = at.reconcile();
    const acl = (sampled: boolean): DesiredRow =>
      nb(
        'ACL',
        idOf('ACL', 'x'),
        {
          action: 'drop',
          direction: 'to-lport',
          match: 'ip',
          priority: 1,
          external_ids: owned('ACL', 'x'),
          sample_new: sampled ? ref('Sample', '7') : undefined,
        },
        { parents: [{ table: 'Logical_Switch', name: 's', column: 'acls' }] },
      );
    at.desire(lswitch('s'), acl(false));
    await reconciler.converged();
    at.desire(lswitch('s'), nb('Sample', '7', { metadata: 7 }), acl(true));
    await reconciler.converged();
    const [row] = at.db.table('ACL').rows();
    expect(at.db.table('Sample').get(row?.sample_new ?? '')?.metadata).toBe(7);
    expect(reconciler.problems()).toEqual([]);
    at.desire(lswitch('s'), acl(false));
    await reconciler.converged();
    expect(at.db.table('Sample').size).toBe(0);
  });
});

describe('rows that cannot be written', () => {
  it('wait for what they refer to, and go in when it comes', async () => {
    const reconciler = at.reconcile({ graph: at.graph });
    at.desire(
      lswitch('s'),
      port('p', 'absent'),
      port('q', 's'),
      nb('Port_Group', 'g', {
        external_ids: owned('G', 'g'),
        ports: [ref('Logical_Switch_Port', 'q'), ref('Logical_Switch_Port', 'nobody')],
      }),
    );
    await reconciler.converged();
    expect(names('Logical_Switch_Port')).toEqual(['q']);
    expect(names('Port_Group')).toEqual(['g']);
    expect(at.problems).toEqual([
      {
        kind: 'waiting',
        key: 'Logical_Switch_Port/p',
        for: ['Logical_Switch/absent'],
        why: 'desired "Logical_Switch_Port/p"',
      },
      { kind: 'waiting', key: 'Port_Group/g', for: ['Logical_Switch_Port/nobody'], why: 'desired "Port_Group/g"' },
    ]);
    // One is desired by us, the other one made by somebody else.
    at.desired.set('Logical_Switch/absent', lswitch('absent'));
    await at.interfere(
      { op: 'insert', table: 'Logical_Switch_Port', row: { name: 'nobody' }, 'uuid-name': 'n' },
      { op: 'mutate', table: 'Logical_Switch', where: [['name', '==', 's']], mutations: [['ports', 'insert', ['n']]] },
    );
    await reconciler.converged();
    expect(portsOf('absent')).toEqual(['p']);
    expect([...at.db.table('Port_Group').rows()][0]?.ports).toHaveLength(2);
    expect(reconciler.problems()).toEqual([]);
  });

  it('do not keep the others out, whether the client, an operation or the commit refuses them', async () => {
    const reconciler = at.reconcile({ delay: () => () => undefined });
    const binding = (name: string): DesiredRow => ({
      table: 'Address_Set',
      name,
      columns: { addresses: ['10.0.0.1'], external_ids: owned('AddressSet', name) },
    });
    await at.interfere({
      op: 'insert',
      table: 'Sample_Collector',
      row: { id: 1, name: 'one', probability: 1, set_id: 1 },
    });
    const good = Array.from({ length: 40 }, (_, i) => binding(`good${i}`));
    const noMap: DesiredRow = {
      table: 'Logical_Switch',
      name: 'no-map',
      columns: { name: 'no-map', copp: { a: 'b' } },
    };
    const illTyped: DesiredRow = { table: 'Logical_Switch', name: 'ill', columns: { other_config: 'no map' } };
    const outOfRange = nb(
      'ACL',
      idOf('ACL', 'range'),
      { action: 'drop', direction: 'to-lport', match: 'ip', priority: 40_000, external_ids: owned('ACL', 'range') },
      { parents: [{ table: 'Logical_Switch', name: 's', column: 'acls' }] },
    );
    // Another collector has that name already, which only the identity by name makes a conflict: the index is on id.
    const conflict = nb('Sample_Collector', 'two', {
      id: 1,
      name: 'two',
      probability: 1,
      set_id: 2,
      external_ids: owned('C', 'two'),
    });
    reconciler.stop();
    const strict = at.reconcile({
      delay: () => () => undefined,
      identities: { Sample_Collector: { kind: 'columns', columns: ['name'] } },
    });
    at.desire(...good.slice(0, 20), noMap, illTyped, outOfRange, conflict, lswitch('s'), ...good.slice(20));
    await strict.converged();
    expect(at.db.table('Address_Set').size).toBe(40);
    expect(names('Logical_Switch')).toEqual(['no-map', 's']);
    expect(at.problems.map((problem) => (problem.kind === 'refused' ? problem.key : problem.kind)).sort()).toEqual(
      [outOfRange, noMap, illTyped, conflict].map(({ table, name }) => `${table}/${name}`).sort(),
    );
    const reasons = strict.problems().map((problem) => (problem.kind === 'refused' ? problem.reason : ''));
    expect(reasons.some((reason) => /constraint violation/.test(reason))).toBe(true);
    // Made good, they are written.
    at.desired.set(
      'Sample_Collector/two',
      nb('Sample_Collector', 'two', { id: 2, name: 'two', probability: 1, set_id: 2, external_ids: owned('C', 'two') }),
    );
    at.desired.delete('Logical_Switch/ill');
    at.desired.delete('Logical_Switch/no-map');
    at.desired.delete(`ACL/${outOfRange.name}`);
    await strict.converged();
    expect(at.db.table('Sample_Collector').size).toBe(2);
    expect(strict.problems()).toEqual([]);
  });

  it('are tried again when their time has come', async () => {
    const timers: (() => void)[] = [];
    const reconciler = at.reconcile({
      delay: (_ms, run) => {
        timers.push(run);
        return () => undefined;
      },
      identities: { Sample_Collector: { kind: 'columns', columns: ['name'] } },
    });
    await at.interfere({
      op: 'insert',
      table: 'Sample_Collector',
      row: { id: 1, name: 'one', probability: 1, set_id: 1 },
    });
    at.desire(
      nb('Sample_Collector', 'two', { id: 1, name: 'two', probability: 1, set_id: 2, external_ids: owned('C', 'two') }),
    );
    await reconciler.converged();
    expect(reconciler.problems()).toMatchObject([{ kind: 'refused', key: 'Sample_Collector/two' }]);
    await at.interfere({ op: 'delete', table: 'Sample_Collector', where: [['name', '==', 'one']] });
    await reconciler.converged();
    expect(timers).toHaveLength(1);
    for (const run of timers) run();
    await reconciler.converged();
    expect([...at.db.table('Sample_Collector').rows()].map(({ name }) => name)).toEqual(['two']);
    expect(reconciler.problems()).toEqual([]);
    expect(at.problems).toHaveLength(1);
  });
});

describe('the way to the server', () => {
  it('may break: what is desired meanwhile is written afterwards, with a reason told', async () => {
    const retries: string[] = [];
    const reconciler = at.reconcile({ onRetry: ({ reason }) => retries.push(reason) });
    at.desire(lswitch('a'));
    await reconciler.converged();
    await at.server.kill();
    at.desire(lswitch('b'), port('p', 'b'));
    const converged = reconciler.converged();
    await at.server.restart();
    await converged;
    expect(names('Logical_Switch')).toEqual(['b']);
    expect(portsOf('b')).toEqual(['p']);
    expect(retries.length).toBeGreaterThan(0);
    expect(reconciler.problems()).toEqual([]);
  });

  it('waits for a lock', async () => {
    const theirs = at.other.lock('reconciler');
    await theirs.acquired();
    const ours = at.db.lock('reconciler');
    let tell = (_reason: string): void => undefined;
    const told = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const reconciler = at.reconcile({ lock: 'reconciler', onRetry: ({ reason }) => tell(reason) });
    at.desire(lswitch('a'));
    expect(await told).toMatch(/lock reconciler is not held/);
    expect(names('Logical_Switch')).toEqual([]);
    await theirs.release();
    await reconciler.converged();
    expect(names('Logical_Switch')).toEqual(['a']);
    await ours.release();
  });

  it('ends with stop: whoever waits is told', async () => {
    const reconciler = at.reconcile();
    at.desire(lswitch('a'));
    const converged = reconciler.converged();
    reconciler.stop();
    await expect(converged).rejects.toMatchObject({ code: 'stopped' });
    await expect(reconciler.converged()).rejects.toMatchObject({ code: 'stopped' });
    const abandoned = at.reconcile();
    at.desire(lswitch('b'));
    await expect(abandoned.converged(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    await abandoned.converged();
    expect(names('Logical_Switch')).toEqual(['b']);
  });
});

describe('names that pass to other rows', () => {
  it('take those along that refer to them, also where the server would not let go of the old row', async () => {
    const reconciler = at.reconcile();
    at.desire(
      nb('Logical_Router', 'r', { external_ids: owned('Router', 'r') }),
      nb('Address_Set', 'as', { addresses: ['10.0.0.1'], external_ids: owned('Set', 'as') }),
      nb(
        'NAT',
        idOf('NAT', 'n'),
        {
          type: 'snat',
          external_ip: '1.1.1.1',
          logical_ip: '10.0.0.0/8',
          exempted_ext_ips: ref('Address_Set', 'as'),
          external_ids: owned('NAT', 'n'),
        },
        { parents: [{ table: 'Logical_Router', name: 'r', column: 'nat' }] },
      ),
    );
    await reconciler.converged();
    await at.interfere({ op: 'update', table: 'Address_Set', where: [], row: { name: 'renamed' } });
    await reconciler.converged();
    const sets = [...at.db.table('Address_Set').rows()];
    expect(sets.map(({ name }) => name)).toEqual(['as']);
    expect([...at.db.table('NAT').rows()].map((row) => row.exempted_ext_ips)).toEqual([sets[0]?._uuid]);
    expect(reconciler.problems()).toEqual([]);
  });

  it('are let go of by those that refer to them, when they are no longer desired', async () => {
    const reconciler = at.reconcile();
    at.desire(
      nb('Logical_Router', 'r', { external_ids: owned('Router', 'r') }),
      nb('Address_Set', 'as', { external_ids: owned('Set', 'as') }),
      nb(
        'NAT',
        idOf('NAT', 'n'),
        {
          type: 'snat',
          external_ip: '1.1.1.1',
          logical_ip: '10.0.0.0/8',
          exempted_ext_ips: ref('Address_Set', 'as'),
          external_ids: owned('NAT', 'n'),
        },
        { parents: [{ table: 'Logical_Router', name: 'r', column: 'nat' }] },
      ),
    );
    await reconciler.converged();
    const { transactions } = reconciler.statistics;
    at.desired.delete('Address_Set/as');
    await reconciler.converged();
    expect(at.db.table('Address_Set').size).toBe(0);
    expect([...at.db.table('NAT').rows()].map((row) => row.exempted_ext_ips)).toEqual([undefined]);
    expect(reconciler.problems()).toMatchObject([{ kind: 'waiting', for: ['Address_Set/as'] }]);
    expect(reconciler.statistics.transactions).toBe(transactions + 1);
    at.desired.set('Address_Set/as', nb('Address_Set', 'as', { external_ids: owned('Set', 'as') }));
    await reconciler.converged();
    expect(reconciler.problems()).toEqual([]);
    expect(reconciler.statistics.transactions).toBe(transactions + 2);
  });

  it('stay with our row when somebody else makes another one of the same name', async () => {
    const reconciler = at.reconcile();
    at.desire(lswitch('s'), port('p', 's'));
    await reconciler.converged();
    const before = [reconciler.statistics.transactions, switchOf('s')?._uuid];
    const ids = ['00000000-0000-4000-8000-000000000000', 'ffffffff-ffff-4fff-bfff-ffffffffffff'];
    await at.interfere(
      ...ids.map((id): Operation => ({ op: 'insert', table: 'Logical_Switch', row: { name: 's' }, uuid: uuid(id) })),
    );
    await reconciler.converged();
    expect(names('Logical_Switch')).toEqual(['s', 's', 's']);
    expect(reconciler.statistics.transactions).toBe(before[0]);
    expect([...at.db.table('Logical_Switch').rows()].find(({ ports }) => ports.length > 0)?._uuid).toBe(before[1]);
  });

  it('are those of a singleton whatever it is called', async () => {
    await at.interfere({ op: 'insert', table: 'NB_Global', row: { options: { theirs: '1', mine: '1' } } });
    const reconciler = at.reconcile({ tables: ['NB_Global'], owns: () => false });
    at.desire(nb('NB_Global', '.', { name: 'node-1', options: { mine: '2' } }, { ownedKeys: { options: ['mine'] } }));
    await reconciler.converged();
    expect([...at.db.table('NB_Global').rows()]).toMatchObject([
      { name: 'node-1', options: { theirs: '1', mine: '2' } },
    ]);
    expect(reconciler.statistics).toMatchObject({ transactions: 1, operations: 2 });
  });
});

describe('what a change costs', () => {
  it('does not grow with the number of rows, and a large start comes in several transactions', async () => {
    const reconciler = at.reconcile({ maxRows: 500 });
    const crowd = Array.from({ length: 2_000 }, (_, i) => port(`p${i}`, `s${i % 20}`));
    at.desire(...Array.from({ length: 20 }, (_, i) => lswitch(`s${i}`)), ...crowd);
    await reconciler.converged();
    expect(at.db.table('Logical_Switch_Port').size).toBe(2_000);
    expect(reconciler.statistics.transactions).toBe(5);
    const before = reconciler.statistics;
    at.desired.set('Logical_Switch_Port/p7', port('p7', 's7', ['unknown']));
    await reconciler.converged();
    const { operations, rowsCompared } = reconciler.statistics;
    expect(operations - before.operations).toBe(1);
    expect(rowsCompared - before.rowsCompared).toBeLessThanOrEqual(2);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, scratch } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import { acknowledged, type DesiredRow, formatProblem } from '../src/index.ts';
import { idOf, nb, nbSchema, owned, world } from './northbound.ts';

/** The northbound schema without a table and some columns, as an older OVN had it. */
async function olderSchema(): Promise<string> {
  const schema = JSON.parse(await readFile(nbSchema, 'utf8'));
  const { tables } = schema;
  delete tables.Sample_Collector;
  delete tables.Sample;
  delete tables.ACL.columns.tier;
  delete tables.ACL.columns.sample_new;
  delete tables.ACL.columns.sample_est;
  delete tables.Load_Balancer.columns.name;
  const file = join(await scratch('schema'), 'older.ovsschema');
  await writeFile(file, JSON.stringify({ ...schema, version: '6.0.0' }));
  return file;
}

const rows: readonly DesiredRow[] = [
  nb('Logical_Switch', 's', { external_ids: owned('Switch', 's') }),
  ...['x', 'y'].map((name) =>
    nb(
      'ACL',
      idOf('ACL', name),
      { action: 'drop', direction: 'to-lport', match: 'ip', priority: 1, tier: 2, external_ids: owned('ACL', name) },
      { parents: [{ table: 'Logical_Switch', name: 's', column: 'acls' }] },
    ),
  ),
  nb('Sample_Collector', '1', { id: 1, name: 'one', probability: 1, set_id: 1, external_ids: owned('C', '1') }),
  nb('Load_Balancer', 'lb', { external_ids: owned('LB', 'lb') }),
];

it('what an older schema lacks is left out and said once; after a conversion it is written', async () => {
  const at = await world(await olderSchema());
  try {
    const reconciler = at.reconcile();
    at.desire(...rows);
    await reconciler.converged();
    expect(at.db.table('ACL').size).toBe(2);
    expect(at.db.table('Load_Balancer').size).toBe(0);
    expect(at.problems.map(formatProblem).sort()).toEqual([
      'the database has no column ACL.tier: it is left out',
      'the database has no column Load_Balancer.name: rows of this table have no names without it and are left out',
      'the database has no table Sample: its rows are left out',
      'the database has no table Sample_Collector: its rows are left out',
    ]);
    const told = at.problems.length;
    await at.interfere({ op: 'delete', table: 'Logical_Switch', where: [] });
    await reconciler.converged();
    expect(at.db.table('ACL').size).toBe(2);
    expect(at.problems).toHaveLength(told);

    const converted = new Promise((resolve) => at.db.on('schemaChanged', resolve));
    await run('ovsdb-client', ['convert', `unix:${at.server.socket}`, nbSchema]);
    await converted;
    await reconciler.converged();
    expect(reconciler.problems()).toEqual([]);
    expect([...at.db.table('ACL').rows()].map(({ tier }) => tier)).toEqual([2, 2]);
    expect(at.db.table('Sample_Collector').size).toBe(1);
    expect(at.db.table('Load_Balancer').size).toBe(1);
  } finally {
    await at.close();
  }
});

it('an acknowledgement waits until others have come as far', async () => {
  const at = await world();
  try {
    await expect(acknowledged(at.db, 'sb_cfg')).rejects.toMatchObject({ code: 'replica' });
    await at.interfere({ op: 'insert', table: 'NB_Global', row: { nb_cfg: 4, sb_cfg: 4 } });
    let done = false;
    const waiting = acknowledged(at.db, 'sb_cfg').then((sequence) => {
      done = true;
      return sequence;
    });
    // Somebody else comes half way first.
    const seen = new Promise<void>((resolve) => {
      at.other.subscribe(
        () => {
          if ([...at.other.table('NB_Global').rows()].some(({ nb_cfg }) => nb_cfg === 5)) resolve();
        },
        { initial: true },
      );
    });
    await seen;
    await at.interfere({ op: 'update', table: 'NB_Global', where: [], row: { hv_cfg: 5 } });
    expect(done).toBe(false);
    await at.interfere({ op: 'update', table: 'NB_Global', where: [], row: { sb_cfg: 5 } });
    expect(await waiting).toBe(5);
    await expect(acknowledged(at.db, 'sb_cfg', AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  } finally {
    await at.close();
  }
});

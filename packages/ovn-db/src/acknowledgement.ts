import type { OvsdbClient } from '@ovnkube/ovsdb';
import { OvnDbError } from './error.ts';
import type { OVN_Northbound } from './generated/ovn-nb.ts';

/**
 * Resolves once everything written to the northbound database before the call has come as far as `column` says
 * (ovn-nb(5) NB_Global): `sb_cfg` for the southbound database, `hv_cfg` for the flows of every chassis. Returns the sequence
 * number. Throws OvnDbError `replica` where the database has no NB_Global row or its client does not replicate it; rejects
 * with the signal's reason.
 */
export async function acknowledged(
  database: OvsdbClient<OVN_Northbound>,
  column: 'sb_cfg' | 'hv_cfg',
  signal?: AbortSignal,
): Promise<number> {
  const table = database.table('NB_Global');
  const [global] = table.rows();
  if (!global || !table.columns.includes(column) || !table.columns.includes('nb_cfg'))
    throw new OvnDbError(
      'replica',
      `NB_Global of ${database.database} must have a row, and its columns nb_cfg and ${column} must be replicated`,
      { table: 'NB_Global', column },
    );
  const target = { table: 'NB_Global', uuid: global._uuid, column: 'nb_cfg' };
  const { outcome, value } = await database.increment(target, [], signal ? { signal } : {});
  if (value === undefined)
    throw new OvnDbError('replica', `nb_cfg of NB_Global was not written: ${outcome.status}`, {
      table: 'NB_Global',
      column: 'nb_cfg',
    });
  const sequence = Number(value);
  await until(database, () => (table.get(global._uuid)?.[column] ?? 0) >= sequence, signal);
  return sequence;
}

/** Resolves once `reached` holds, which is looked at with every change of the replica. */
function until(
  database: OvsdbClient<OVN_Northbound>,
  reached: () => boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      unsubscribe();
      signal?.removeEventListener('abort', aborted);
    };
    const aborted = (): void => {
      over();
      reject(signal?.reason);
    };
    const look = (): void => {
      if (!reached()) return;
      over();
      resolve();
    };
    const unsubscribe = database.subscribe(look);
    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted) aborted();
    else look();
  });
}

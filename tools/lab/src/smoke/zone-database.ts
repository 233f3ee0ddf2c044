import { readFile, stat } from 'node:fs/promises';
import { connect, type OvsdbClient } from '@ovnkube/ovsdb';
import { LabError } from '../error.ts';
import type { Lab } from '../lab-config.ts';
import { nodeFiles } from '../open-vswitch.ts';
import type { NodePlace } from '../underlay.ts';

/** A zone's northbound and southbound database, as replicas. */
export interface ZoneDatabase {
  readonly nb: OvsdbClient;
  readonly sb: OvsdbClient;
  close(): void;
}

export async function openZone(lab: Lab, node: NodePlace): Promise<ZoneDatabase> {
  const files = nodeFiles(lab.state, node.name);
  const end = new AbortController();
  const open = (remote: string, database: string): Promise<OvsdbClient> =>
    connect({ remotes: [remote], database, signal: end.signal });
  const [nb, sb] = await Promise.all([open(files.nb, 'OVN_Northbound'), open(files.sb, 'OVN_Southbound')]);
  return { nb, sb, close: () => end.abort() };
}

/** Wait until `done` holds of the replicas; the milliseconds it took. Rejects with what `left` says after `milliseconds`. */
export async function whenZone(
  zone: ZoneDatabase,
  options: { readonly left: (zone: ZoneDatabase) => readonly string[]; readonly milliseconds: number },
): Promise<number> {
  const begin = performance.now();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      const rows = options.left(zone);
      reject(new LabError('NOT_READY', `after ${options.milliseconds} ms still there: ${rows.join(', ')}`));
    }, options.milliseconds);
    const look = (): void => {
      if (options.left(zone).length > 0) return;
      clearTimeout(timer);
      resolve();
    };
    zone.nb.subscribe(look);
    zone.sb.subscribe(look);
    look();
  });
  return performance.now() - begin;
}

/** All rows of a zone that speak of another node, by the names and owners that ovn-kubernetes.md §2.5 gives them. */
export function rowsOfRemoteNode({ nb, sb }: ZoneDatabase, node: string): readonly string[] {
  const routes = nb.table('Logical_Router_Static_Route').rows();
  const ports = nb.table('Logical_Switch_Port').rows();
  const chassis = sb.table('Chassis').rows();
  return [
    ...[...ports].filter((row) => row['name'] === `tstor-${node}`).map(() => `NB port tstor-${node}`),
    ...[...routes]
      .filter((row) => Object(row['external_ids'])['ic-node'] === node)
      .map((row) => `NB route ${String(row['ip_prefix'])}`),
    ...[...chassis].filter((row) => row['hostname'] === node).map((row) => `SB chassis ${String(row['name'])}`),
  ];
}

/** Sizes of a node's three database files. Every transaction that changes a persistent column lengthens its file (ovsdb(5)). */
export async function databaseSizes(lab: Lab, node: NodePlace): Promise<ReadonlyMap<string, number>> {
  const { folder } = nodeFiles(lab.state, node.name);
  const files = ['conf.db', 'ovnnb_db.db', 'ovnsb_db.db'].map((file) => `${folder}/${file}`);
  return new Map(await Promise.all(files.map(async (file) => [file, (await stat(file)).size] as const)));
}

/** What was written to the files since `before`, each file's transactions as text; empty when nothing was. */
export async function writtenSince(before: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const texts = await Promise.all(
    [...before].map(async ([file, size]) => {
      const added = (await readFile(file)).subarray(size).toString('utf8');
      return added === '' ? [] : [`${file.replace(/.*\//, '')}: ${added.slice(0, 400)}`];
    }),
  );
  return texts.flat();
}

import { isJsonArray, isJsonObject, type Json } from './json.ts';
import type { DatabaseSchema } from './schema.ts';

/** What the row of table Database of `_Server` says about one database (ovsdb-server(5)). */
export interface ServerDatabase {
  readonly name: string;
  readonly model: string;
  readonly connected: boolean;
  readonly leader: boolean;
  readonly cid: string | undefined;
  readonly sid: string | undefined;
  readonly index: number | undefined;
}

const wantedColumns = ['name', 'model', 'connected', 'leader', 'cid', 'sid', 'index'];

/** Parameters to monitor `_Server` with: what an older server lacks is not asked for. */
export function serverMonitor(schema: DatabaseSchema, monitorId: string): readonly Json[] {
  const known = schema.tables.get('Database')?.columns;
  return ['_Server', monitorId, { Database: [{ columns: wantedColumns.filter((column) => known?.has(column)) }] }];
}

/** The rows of `_Server`'s table Database, kept by monitor_cond updates. */
export class ServerDatabases {
  private readonly rows = new Map<string, Record<string, Json>>();

  update(updates: Json): void {
    const table = isJsonObject(updates) ? updates['Database'] : undefined;
    if (!isJsonObject(table)) return;
    for (const uuid of Object.keys(table)) {
      const update = table[uuid];
      if (!isJsonObject(update)) continue;
      const { initial, insert, modify } = update;
      const whole = initial ?? insert;
      if (isJsonObject(whole)) this.rows.set(uuid, { ...whole });
      else if (isJsonObject(modify)) this.rows.set(uuid, { ...this.rows.get(uuid), ...modify });
      else this.rows.delete(uuid);
    }
  }

  get(name: string): ServerDatabase | undefined {
    for (const row of this.rows.values()) if (row['name'] === name) return serverDatabase(name, row);
    return undefined;
  }
}

/** Columns of at most one element: a difference replaces, and an empty set is none. */
function serverDatabase(name: string, row: Readonly<Record<string, Json>>): ServerDatabase {
  const { model, connected, leader, index } = row;
  const id = (json: Json | undefined): string | undefined => {
    const text = isJsonArray(json) && json[0] === 'uuid' ? json[1] : undefined;
    return typeof text === 'string' ? text : undefined;
  };
  return {
    name,
    model: typeof model === 'string' ? model : 'standalone',
    connected: connected === true,
    leader: leader === true,
    cid: id(row['cid']),
    sid: id(row['sid']),
    index: typeof index === 'number' ? index : undefined,
  };
}

/** What a client demands of a server. */
export interface ServerDemands {
  readonly leaderOnly: boolean;
  /** The cluster that was used before. */
  readonly cid: string | undefined;
  /** The highest log index seen in that cluster: going back would show an older database. In another cluster it says nothing. */
  readonly minIndex: number;
}

/** Why a server's database cannot be used now; undefined if it can. */
export function unsuitable(
  database: ServerDatabase | undefined,
  name: string,
  demands: ServerDemands,
): string | undefined {
  if (!database) return `it has no database ${name}`;
  if (database.model === 'standalone') return undefined;
  if (!database.connected)
    return `its ${name} is not connected to ${database.model === 'relay' ? 'its source' : 'its cluster'}`;
  if (database.model !== 'clustered') return undefined;
  if (demands.leaderOnly && !database.leader) return `it is not the leader of ${name}`;
  if (database.cid === demands.cid && database.index !== undefined && database.index < demands.minIndex)
    return `its ${name} is behind what was seen before: index ${database.index} < ${demands.minIndex}`;
  return undefined;
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OvsdbServer, type OvsdbServerOptions, run, scratch, startOvsdbServer } from '@ovnkube/testing';
import {
  type Json,
  type OvsdbClient,
  parseColumnType,
  parseJson,
  parseValue,
  type Row,
  sameValue,
  type Value,
} from '../src/index.ts';

const key = (type: string): object => ({ key: type, min: 0, max: 'unlimited' });
const optional = (type: string): object => ({ key: type, min: 0, max: 1 });
const map = (from: string, to: string): object => ({ key: from, value: to, min: 0, max: 'unlimited' });

/** A database with a column of every form. */
export const zooSchema = {
  name: 'Zoo',
  version: '1.0.0',
  tables: {
    Animal: {
      isRoot: true,
      indexes: [['name']],
      columns: {
        name: { type: 'string' },
        legs: { type: 'integer' },
        weight: { type: 'real' },
        tame: { type: 'boolean' },
        twin: { type: 'uuid' },
        nickname: { type: optional('string') },
        chip: { type: optional('integer') },
        house: { type: optional('uuid') },
        sizes: { type: key('integer') },
        foods: { type: key('string') },
        friends: { type: { key: { type: 'uuid', refTable: 'Animal', refType: 'weak' }, min: 0, max: 'unlimited' } },
        tags: { type: map('string', 'string') },
        counts: { type: map('string', 'integer') },
        cages: { type: map('integer', 'string') },
        relations: { type: map('string', 'uuid') },
      },
    },
    Keeper: { isRoot: true, columns: { name: { type: 'string' }, seq: { type: 'integer' } } },
  },
};

export const remoteOf = (server: OvsdbServer): string => `unix:${server.socket}`;

/** A real server with an empty Zoo. */
export async function startZoo(
  options: Partial<OvsdbServerOptions> = {},
  schema: object = zooSchema,
): Promise<OvsdbServer> {
  const dir = options.dir ?? (await scratch('zoo'));
  const file = join(dir, 'zoo.ovsschema');
  await writeFile(file, JSON.stringify(schema));
  return startOvsdbServer({ ...options, dir, schemas: [file] });
}

interface DumpedTable {
  readonly caption: string;
  readonly headings: readonly string[];
  readonly data: readonly (readonly Json[])[];
}

function parsed(line: string): DumpedTable {
  const isTable = (json: unknown): json is DumpedTable =>
    typeof json === 'object' && json !== null && 'caption' in json;
  const table = parseJson(line);
  if (!isTable(table)) throw new Error(`ovsdb-client printed ${line}`);
  return table;
}

/** What `ovsdb-client dump` says: values by column, by row, by table. */
export async function dump(
  remote: string,
  client: OvsdbClient,
  database = 'Zoo',
): Promise<Map<string, Map<string, Record<string, Value>>>> {
  const text = await run('ovsdb-client', [
    '--no-leader-only',
    '--format=json',
    '--data=json',
    'dump',
    remote,
    database,
  ]);
  const tables = new Map<string, Map<string, Record<string, Value>>>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const { caption, headings, data } = parsed(line);
    const name = caption.replace(/ table$/, '');
    const rows = new Map<string, Record<string, Value>>();
    for (const cells of data) {
      const row: Record<string, Value> = {};
      for (const [index, column] of headings.entries()) {
        const type = client.schema.tables.get(name)?.columns.get(column)?.type ?? parseColumnType('uuid');
        row[column] = parseValue(type, cells[index] ?? null);
      }
      rows.set(String(row['_uuid']), row);
    }
    tables.set(name, rows);
  }
  return tables;
}

/** The first thing in which the replica and `ovsdb-client dump` differ; undefined where they are the same. */
export async function firstDifference(
  remote: string,
  client: OvsdbClient,
  database = 'Zoo',
): Promise<string | undefined> {
  for (const [name, rows] of await dump(remote, client, database)) {
    const table = client.table(name);
    if (table.size !== rows.size) return `${name} has ${table.size} rows, the server ${rows.size}`;
    for (const [uuid, expected] of rows) {
      const row = table.get(uuid);
      if (!row) return `${name} ${uuid} is missing`;
      const different = Object.keys(expected).find((column) => !sameValue(row[column], expected[column]));
      if (different !== undefined)
        return `${name} ${uuid} ${different}: ${String(row[different])}, the server has ${String(expected[different])}`;
    }
  }
  return undefined;
}

/** Resolves once `met` is true, looked at now and after every batch and event of the client. */
export function until(client: OvsdbClient, met: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
  if (met()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stops: (() => void)[] = [];
    const timer = setTimeout(() => finish(() => reject(new Error(`not within ${timeoutMs} ms: ${what}`))), timeoutMs);
    const finish = (then: () => void): void => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      then();
    };
    const look = (): void => {
      if (met()) finish(resolve);
    };
    stops.push(client.subscribe(look));
    for (const event of [
      'connected',
      'disconnected',
      'resynced',
      'schemaChanged',
      'lock',
      'retry',
      'inconsistent',
    ] as const)
      stops.push(client.on(event, look));
  });
}

/** A replica kept only from the batches, to see that they tell everything. */
export function mirror(client: OvsdbClient): { readonly rows: Map<string, Row>; readonly problems: string[] } {
  const rows = new Map<string, Row>();
  const problems: string[] = [];
  client.subscribe(
    ({ tables }) => {
      for (const [table, changes] of tables) {
        for (const [uuid, { old, new: next }] of changes) {
          const id = `${table} ${uuid}`;
          if (rows.get(id) !== old) problems.push(`${id}: the old row is not what was told before`);
          if (next) rows.set(id, next);
          else rows.delete(id);
        }
      }
    },
    { initial: true },
  );
  return { rows, problems };
}

/** Does the mirror hold just what the client's tables hold? */
export function mirrors(
  { rows, problems }: ReturnType<typeof mirror>,
  client: OvsdbClient,
  tables: readonly string[],
): string | undefined {
  if (problems.length > 0) return problems[0];
  let count = 0;
  for (const name of tables) {
    for (const row of client.table(name).rows()) {
      count++;
      if (rows.get(`${name} ${row._uuid}`) !== row) return `${name} ${row._uuid} was not told`;
    }
  }
  return count === rows.size ? undefined : `${rows.size} rows were told, ${count} are there`;
}

import { type Condition, formatCondition, meetsAny } from './condition.ts';
import type { OvsdbError } from './error.ts';
import { ImageSink } from './image-sink.ts';
import { isJsonArray, isJsonObject, type Json } from './json.ts';
import type { Replica } from './replica.ts';
import { isUnknownMethod, type Reply, type Rpc, requestError } from './rpc.ts';
import type { DatabaseSchema } from './schema.ts';
import { tableSchema } from './table-columns.ts';
import { zeroUuid } from './uuid.ts';
import type { Row } from './value.ts';

type MonitorMethod = 'monitor_cond_since' | 'monitor_cond' | 'monitor';

const fallback: { readonly [Method in MonitorMethod]?: MonitorMethod } = {
  monitor_cond_since: 'monitor_cond',
  monitor_cond: 'monitor',
};

/** How a start ended: the replica equals the server's database, or not. */
export type MonitorStart =
  | { readonly status: 'synced'; readonly full: boolean; readonly changed: number }
  | { readonly status: 'failed'; readonly error: OvsdbError };

/**
 * The one monitor of a replica. It outlives connections: it knows the transaction that the replica is at, so that after a
 * reconnect the server sends what happened since (ovsdb-server(7) §4.1.15), or everything when it no longer knows.
 */
export class DataMonitor {
  private readonly replica: Replica;
  private readonly conditions: Map<string, readonly Condition[]>;
  private lastId: string = zeroUuid;
  private count = 0;
  /** Names under which updates are accepted: two while a change of conditions is under way. */
  private names: readonly string[] = [];
  private method: MonitorMethod = 'monitor_cond_since';
  private unacknowledged = 0;
  private running: { readonly rpc: Rpc; readonly schema: DatabaseSchema } | undefined;

  constructor(replica: Replica, conditions: ReadonlyMap<string, readonly Condition[]>) {
    this.replica = replica;
    this.conditions = new Map(conditions);
  }

  /** Monitor over a new connection, or anew over the same one. `done` is called with the reply, before any update. */
  start(rpc: Rpc, schema: DatabaseSchema, done: (start: MonitorStart) => void): void {
    if (this.running?.rpc === rpc && this.names[0] !== undefined)
      rpc.request('monitor_cancel', [this.names[0]], () => undefined);
    if (this.running?.rpc !== rpc) this.method = 'monitor_cond_since';
    this.running = { rpc, schema };
    this.request(rpc, schema, done);
  }

  private request(rpc: Rpc, schema: DatabaseSchema, done: (start: MonitorStart) => void): void {
    const { method } = this;
    const name = this.newName();
    this.names = [];
    const sink = method === 'monitor' ? undefined : new ImageSink(this.replica.codecs());
    const params = [
      schema.name,
      name,
      this.requests(schema),
      ...(method === 'monitor_cond_since' ? [this.lastId] : []),
    ];
    const onReply = (reply: Reply): void => {
      const { error } = reply;
      if (error === null) {
        this.names = [name];
        done({ status: 'synced', ...this.synchronise(reply.result, sink) });
        return;
      }
      const next = isUnknownMethod(error) ? fallback[method] : undefined;
      if (!next) {
        done({ status: 'failed', error: requestError(method, error) });
        return;
      }
      this.method = next;
      this.request(rpc, schema, done);
    };
    rpc.request(method, params, onReply, sink);
  }

  private newName(): string {
    this.count++;
    return `replica-${this.count}`;
  }

  /** `<monitor-requests>`: the tables with their columns and conditions. */
  private requests(schema: DatabaseSchema): Json {
    const requests: Record<string, Json> = {};
    for (const [table, codec] of this.replica.codecs()) {
      const where = this.method === 'monitor' ? undefined : this.where(schema, table);
      requests[table] = [{ columns: [...codec.columns.keys()], ...(where && { where }) }];
    }
    return requests;
  }

  private where(schema: DatabaseSchema, table: string): Json[] | undefined {
    const conditions = this.conditions.get(table);
    if (!conditions) return undefined;
    const described = tableSchema(schema, table);
    // A server takes an empty list for "all"; here it is "one of none".
    return conditions.length === 0 ? [false] : conditions.map((condition) => formatCondition(described, condition));
  }

  private synchronise(result: Json, sink: ImageSink | undefined): { full: boolean; changed: number } {
    const { replica } = this;
    if (!sink) return { full: true, changed: replica.replace(this.imageOf1(result)) };
    if (this.method === 'monitor_cond') return { full: true, changed: replica.replace(sink.completed(result)) };
    const [found, lastId, updates = {}] = isJsonArray(result) ? result : [];
    const changed =
      found === true ? replica.commit(replica.update2(updates), 'resync') : replica.replace(sink.completed(updates));
    if (typeof lastId === 'string') this.lastId = lastId;
    return { full: found !== true, changed };
  }

  /** The image of a plain monitor: each row under `new`; conditions are applied here. */
  private imageOf1(result: Json): ImageSink['image'] {
    const image: ImageSink['image'] = new Map();
    for (const [table, codec] of this.replica.codecs()) {
      const rows = new Map<string, Row>();
      const updates = isJsonObject(result) ? result[table] : undefined;
      for (const [uuid, update] of Object.entries(isJsonObject(updates) ? updates : {})) {
        const json = isJsonObject(update) ? update['new'] : undefined;
        const row = isJsonObject(json) ? codec.row(uuid, json) : undefined;
        if (row && this.keeps(table, row)) rows.set(uuid, row);
      }
      image.set(table, rows);
    }
    return image;
  }

  private keeps(table: string, row: Row): boolean {
    const where = this.conditions.get(table);
    return where === undefined || meetsAny(row, where);
  }

  /** Apply a notification if it is this monitor's. Throws OvsdbError `protocol` where it does not fit. */
  update(method: string, params: readonly Json[]): void {
    const [name] = params;
    if (typeof name !== 'string' || !this.names.includes(name)) return;
    if (method === 'update3') {
      const [, lastId, updates = {}] = params;
      this.replica.commit(this.replica.update2(updates), 'update');
      if (typeof lastId === 'string') this.lastId = lastId;
    } else if (method === 'update2') this.replica.commit(this.replica.update2(params[1] ?? {}), 'update');
    else if (method === 'update')
      this.replica.commit(
        this.replica.update1(params[1] ?? {}, (table, row) => this.keeps(table, row)),
        'update',
      );
  }

  isNamed(name: Json | undefined): boolean {
    return typeof name === 'string' && this.names.includes(name);
  }

  /** The server ended the monitor by itself: its name is free, and what follows starts from nothing known. */
  canceled(): void {
    this.names = [];
    this.forget();
  }

  /** The connection is gone. What was asked of it and not confirmed may or may not be in the rows we have. */
  stop(): void {
    this.running = undefined;
    this.names = [];
    if (this.unacknowledged > 0) this.forget();
    this.unacknowledged = 0;
  }

  /** Have everything sent the next time. */
  forget(): void {
    this.lastId = zeroUuid;
  }

  /** Change a table's condition; `done` is called once the rows are here. False: a plain monitor, which has to start anew. */
  setCondition(table: string, where: readonly Condition[], done: (error: OvsdbError | undefined) => void): boolean {
    const { running } = this;
    const [name] = this.names;
    const before = this.conditions.get(table);
    this.conditions.set(table, where);
    if (!running || name === undefined || this.method === 'monitor') return false;
    let request: Json;
    try {
      request = { [table]: [{ where: this.where(running.schema, table) ?? [] }] };
    } catch (error) {
      this.restoreCondition(table, before);
      throw error;
    }
    const next = this.newName();
    this.names = [next, ...this.names];
    this.unacknowledged++;
    running.rpc.request('monitor_cond_change', [name, next, request], ({ error }) => {
      this.unacknowledged--;
      this.names = this.names.filter((held) => held !== (error === null ? name : next));
      if (error !== null) this.restoreCondition(table, before);
      done(error === null ? undefined : requestError('monitor_cond_change', error));
    });
    return true;
  }

  private restoreCondition(table: string, before: readonly Condition[] | undefined): void {
    if (before) this.conditions.set(table, before);
    else this.conditions.delete(table);
  }
}

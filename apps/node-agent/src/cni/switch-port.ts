import { CniError, type PodArgs } from '@ovnkube/cni';
import type { ChangeBatch, Operation, Outcome, OvsdbClient, ReplicaTable, Row, RowIndex, Value } from '@ovnkube/ovsdb';
import { type Attachment, hostInterface, logicalPort } from './attachment.ts';
import { waitedFor } from './pod-source.ts';

/**
 * A replica of the Open_vSwitch database with at least Bridge (name, ports), Port (name, interfaces) and Interface (name, ofport,
 * error, external_ids). An OvsdbClient has this shape.
 */
export interface SwitchDatabase {
  readonly connected: boolean;
  table(name: 'Bridge' | 'Port' | 'Interface'): ReplicaTable<Row>;
  subscribe(listener: (batch: ChangeBatch) => void): () => void;
  transact: OvsdbClient['transact'];
}

/** An Interface as we look at it. */
export interface SwitchInterface {
  readonly uuid: string;
  readonly name: string;
  /** Undefined until ovs-vswitchd has seen it; -1 when it could not make it. */
  readonly ofport: number | undefined;
  readonly error: string | undefined;
  readonly ids: Readonly<Record<string, unknown>>;
}

/** ovn-controller sets it once every flow of the port is in the switch (ovs-vswitchd.conf.db(5) knows it as `ovn-installed`). */
export const isInstalled = (found: SwitchInterface | undefined): boolean => found?.ids['ovn-installed'] === 'true';

/** The pods' ports of one bridge. */
export class SwitchPorts {
  readonly #db: SwitchDatabase;
  readonly bridge: string;
  readonly #byName: RowIndex<Row>;
  readonly #byLogicalPort: RowIndex<Row>;
  readonly #bySandbox: RowIndex<Row>;
  readonly #portOfInterface: RowIndex<Row>;
  readonly #bridges: RowIndex<Row>;
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #end: () => void;

  constructor(db: SwitchDatabase, bridge = 'br-int') {
    this.#db = db;
    this.bridge = bridge;
    const interfaces = db.table('Interface');
    const external = (key: string) => (row: Row) =>
      [mapOf(row['external_ids'])[key]].filter((id) => typeof id === 'string');
    this.#byName = interfaces.createIndex('cni-name', ['name']);
    this.#byLogicalPort = interfaces.createIndex('cni-iface-id', external('iface-id'));
    this.#bySandbox = interfaces.createIndex('cni-sandbox', external('sandbox'));
    this.#portOfInterface = db.table('Port').createIndex('cni-interfaces', (row) => texts(row['interfaces']));
    this.#bridges = db.table('Bridge').createIndex('cni-name', ['name']);
    this.#end = db.subscribe(({ tables }) => {
      for (const change of tables.get('Interface')?.values() ?? []) {
        const name = String((change.new ?? change.old)?.['name']);
        for (const listener of [...(this.#listeners.get(name) ?? [])]) listener();
      }
    });
  }

  close(): void {
    this.#end();
  }

  /** Why no port can be made now, one sentence each. */
  problems(): readonly string[] {
    if (!this.#db.connected) return ['there is no connection to the Open_vSwitch database'];
    return this.#bridges.find(this.bridge).length > 0 ? [] : [`the bridge ${this.bridge} does not exist`];
  }

  get(name: string): SwitchInterface | undefined {
    const [row] = this.#byName.find(name);
    return row && interfaceOf(row);
  }

  /** The ports that one sandbox has. */
  ofSandbox(containerId: string): readonly SwitchInterface[] {
    return this.#bySandbox.find(containerId).map(interfaceOf);
  }

  /** Every port that an ADD of ours made. */
  all(): readonly SwitchInterface[] {
    const found: SwitchInterface[] = [];
    for (const row of this.#db.table('Interface').rows()) {
      const entry = interfaceOf(row);
      if (typeof entry.ids['sandbox'] === 'string') found.push(entry);
    }
    return found;
  }

  /**
   * Put the attachment's host end on the bridge. Other ports that claim to be the same logical port go in the same transaction:
   * they are what a sandbox of the pod before this one left.
   */
  async add(
    attachment: Attachment,
    pod: PodArgs,
    ids: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    const name = hostInterface(attachment);
    const outcome = await this.#db.transact(
      () => {
        const problems = this.problems();
        if (problems.length > 0) throw new CniError('try-again-later', problems.join('; '));
        const stale = [...this.#byLogicalPort.find(logicalPort(pod)), ...this.#byName.find(name)];
        return [
          ...this.#removal(stale.map(({ _uuid }) => _uuid)),
          { op: 'insert', table: 'Interface', 'uuid-name': 'iface', row: { name, external_ids: ids } },
          {
            op: 'insert',
            table: 'Port',
            'uuid-name': 'port',
            // ovs-ctl removes transient ports at the next start of the machine, when their links are gone.
            row: { name, interfaces: ['iface'], other_config: { transient: 'true' } },
          },
          {
            op: 'mutate',
            table: 'Bridge',
            where: [['name', '==', this.bridge]],
            mutations: [['ports', 'insert', ['port']]],
          },
        ];
      },
      { comment: `ovnkube: CNI ADD ${pod.namespace}/${pod.name}`, signal },
    );
    requireCommitted(outcome, `adding ${name} to ${this.bridge}`);
  }

  /** Remove ports by the ids of their Interfaces; what is gone already is no error. */
  async remove(interfaces: readonly SwitchInterface[], why: string, signal?: AbortSignal): Promise<void> {
    if (interfaces.length === 0) return;
    const outcome = await this.#db.transact(() => this.#removal(interfaces.map(({ uuid }) => uuid)), {
      comment: `ovnkube: ${why}`,
      ...(signal ? { signal } : {}),
    });
    requireCommitted(outcome, `removing ${interfaces.map(({ name }) => name).join(', ')} from ${this.bridge}`);
  }

  #removal(interfaces: readonly string[]): Operation[] {
    const ports = new Set(interfaces.flatMap((uuid) => this.#portOfInterface.find(uuid).map((row) => row._uuid)));
    if (ports.size === 0) return [];
    // Ports and Interfaces are no roots: without a reference they are gone (RFC 7047 §3.2 isRoot).
    return [
      {
        op: 'mutate',
        table: 'Bridge',
        where: [['name', '==', this.bridge]],
        mutations: [['ports', 'delete', [...ports]]],
      },
    ];
  }

  /** Wait until OVN's flows for the port are in the switch. Throws when the switch cannot make the port, or when it is removed. */
  async installed(name: string, signal: AbortSignal): Promise<SwitchInterface> {
    return await new Promise<SwitchInterface>((resolve, reject) => {
      const settle = (action: () => void): void => {
        listeners.delete(look);
        if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
        signal.removeEventListener('abort', abort);
        action();
      };
      const look = (): void => {
        const found = this.get(name);
        if (found === undefined) {
          settle(() => reject(new CniError('try-again-later', `port ${name} was removed from ${this.bridge}`)));
        } else if (found.ofport === -1 && found.error !== undefined) {
          settle(() => reject(new CniError('io-failure', `Open vSwitch cannot use ${name}: ${found.error}`)));
        } else if (isInstalled(found)) {
          settle(() => resolve(found));
        }
      };
      const abort = (): void => settle(() => reject(waitedFor(signal, missingStep(this.get(name)))));
      const listeners = this.#listeners.get(name) ?? new Set();
      this.#listeners.set(name, listeners.add(look));
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      else look();
    });
  }
}

/** Who is to blame when a port does not come up. */
function missingStep(found: SwitchInterface | undefined): string {
  if (found?.ofport === undefined) return 'ovs-vswitchd to make the port (Interface.ofport)';
  return `ovn-controller to install the flows of ${String(found.ids['iface-id'])} (Interface.external_ids:ovn-installed)`;
}

function requireCommitted(outcome: Outcome, what: string): void {
  switch (outcome.status) {
    case 'committed':
    case 'unchanged':
      return;
    case 'aborted': {
      const errors = outcome.errors.map(({ error, details }) => `${error}: ${details}`).join('; ');
      throw new CniError('io-failure', `${what}: the Open_vSwitch database refused: ${errors}`);
    }
    case 'tryAgain':
    case 'notLocked':
    case 'unknown':
      throw new CniError('try-again-later', `${what}: the Open_vSwitch database did not answer (${outcome.status})`);
  }
}

function interfaceOf(row: Row): SwitchInterface {
  const { ofport, error } = row;
  return {
    uuid: row._uuid,
    name: String(row['name']),
    ofport: typeof ofport === 'number' ? ofport : undefined,
    error: typeof error === 'string' && error !== '' ? error : undefined,
    ids: mapOf(row['external_ids']),
  };
}

const mapOf = (value: Value): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};

/** A set of ids; a column whose schema has at most one is a text alone. */
const texts = (value: Value): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((atom) => typeof atom === 'string');

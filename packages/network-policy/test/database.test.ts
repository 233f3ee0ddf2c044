import { fileURLToPath } from 'node:url';
import { networkPolicyOwns, northboundTables } from '@ovnkube/network-policy';
import {
  type DesiredRow,
  desiredEntry,
  hashName,
  type OVN_Northbound,
  type RowReconciler,
  reconcileRows,
  rowsOf,
} from '@ovnkube/ovn-db';
import { connect, type Operation, type OvsdbClient } from '@ovnkube/ovsdb';
import { missing, startOvsdbServer } from '@ovnkube/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networks, node, TestCluster } from './cluster.ts';

const skip = missing('ovsdb-server');
const schema = fileURLToPath(import.meta.resolve('@ovnkube/ovn-db/schema/ovn-nb.ovsschema'));
const nb = rowsOf<OVN_Northbound>();

/** What another package makes: a switch with the ports of the pods, and the group of all ports. */
const topology = (pods: readonly string[]): readonly DesiredRow[] => [
  nb('Logical_Switch', 'n1', {}),
  nb('Port_Group', hashName('default-network-controller:Cluster:clusterPortGroup'), {}),
  ...pods.map((name) =>
    nb('Logical_Switch_Port', name, {}, { parents: [{ table: 'Logical_Switch', name: 'n1', column: 'ports' }] }),
  ),
];

describe.skipIf(skip)('in a real database', () => {
  const end = new AbortController();
  const written: Operation[] = [];
  const cluster = new TestCluster(networks.ipv4);
  const others = cluster.graph.input<DesiredRow>('others');
  const desired = cluster.graph.union<DesiredRow>('desired', [cluster.compiled.northbound, others]);
  let server: Awaited<ReturnType<typeof startOvsdbServer>>;
  let database: OvsdbClient<OVN_Northbound>;
  let reconciler: RowReconciler;

  const pod = (name: string, place: number) =>
    cluster.pod({ namespace: 'x', name, labels: { app: 'a' }, addresses: [`10.128.0.${place}`] });
  const reconcile = () => {
    const owns = networkPolicyOwns(networks.ipv4);
    return reconcileRows({
      database: {
        database: database.database,
        schema: database.schema,
        table: (name) => database.table(name as keyof OVN_Northbound),
        subscribe: (listener, options) => database.subscribe(listener, options),
        on: (event, listener) => database.on(event, listener),
        transact: (operations, options) => {
          written.push(...operations);
          return database.transact(operations, options);
        },
      },
      desired,
      members: cluster.compiled.members,
      tables: [...northboundTables, 'Logical_Switch', 'Logical_Switch_Port'],
      owns,
    });
  };
  const change = async (what: () => void): Promise<readonly string[]> => {
    written.length = 0;
    cluster.graph.commit(what);
    await reconciler.converged();
    return written.map(({ op, table }: { op: string; table?: string }) => `${op} ${table}`).sort();
  };
  const names = ['a', 'b', 'c', 'd'] as const;

  beforeAll(async () => {
    server = await startOvsdbServer({ schemas: [schema] });
    database = await connect<OVN_Northbound>({
      remotes: [`unix:${server.socket}`],
      database: 'OVN_Northbound',
      signal: end.signal,
    });
    cluster.graph.commit(() => {
      cluster.nodes.set('n1', node(undefined, ['10.128.0.0/23']));
      cluster.namespace('x');
      for (const [at, name] of names.entries()) pod(name, 10 + at);
      others.replace(topology(names.map((name) => `x_${name}`)).map(desiredEntry));
      const same = { podSelector: { matchLabels: { app: 'a' } } };
      cluster.policy('x', 'p', { podSelector: {}, ingress: [{ from: [same], ports: [{ port: 80 }] }] });
    });
    reconciler = reconcile();
    await reconciler.converged();
  });
  afterAll(async () => {
    reconciler?.stop();
    end.abort();
    await server?.stop();
  });

  it('the rows are taken as they are', () => {
    expect(reconciler.problems()).toEqual([]);
    const groups = [...database.table('Port_Group').rows()];
    expect(groups.map(({ ports }) => ports.length).sort()).toEqual([0, 4, 4]);
    expect(groups.map(({ acls }) => acls.length).sort()).toEqual([1, 2, 2]);
    const [set] = database.table('Address_Set').rows();
    expect(set?.addresses).toHaveLength(4);
    expect([...database.table('ACL').rows()]).toHaveLength(6);
  });

  it('a pod that comes is one transaction: its port, its groups and its sets, each changed by what comes', async () => {
    const before = reconciler.statistics.transactions;
    const operations = await change(() => {
      pod('e', 20);
      others.replace(topology([...names, 'e'].map((name) => `x_${name}`)).map(desiredEntry));
    });
    expect(operations).toEqual([
      'insert Logical_Switch_Port',
      'mutate Address_Set',
      'mutate Logical_Switch',
      'mutate Port_Group',
      'mutate Port_Group',
    ]);
    expect(reconciler.statistics.transactions - before).toBe(1);
  });

  it('a pod that changes its labels leaves its sets by what goes', async () => {
    expect(
      await change(() => cluster.pod({ namespace: 'x', name: 'e', labels: { app: 'b' }, addresses: ['10.128.0.20'] })),
    ).toEqual(['mutate Address_Set']);
  });

  it('a start with the same objects writes nothing', async () => {
    reconciler.stop();
    written.length = 0;
    reconciler = reconcile();
    await reconciler.converged();
    expect(written).toEqual([]);
  });

  it('a policy that goes takes its rows along', async () => {
    await change(() => cluster.networkPolicies.delete('x/p'));
    expect(database.table('Port_Group').size).toBe(1);
    expect(database.table('Address_Set').size).toBe(0);
    expect([...database.table('ACL').rows()].map(({ priority }) => priority)).toEqual([1001, 1001, 1001]);
  });
});

import { type RowReconciler, reconcileRows } from '@ovnkube/ovn-db';
import { connect } from '@ovnkube/ovsdb';
import { northboundTables, southboundTables, topologyOwns } from '@ovnkube/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cluster, type ZoneUnderTest, zoneOf } from './cluster.ts';
import { Ovn, ovnMissing } from './ovn.ts';

const skip = ovnMissing();

describe.skipIf(skip)('the rows written by the reconciler', () => {
  const cluster = new Cluster('ipv4,ipv6');
  const end = new AbortController();
  let ovn: Ovn;
  let zone: ZoneUnderTest;
  let northbound: RowReconciler;
  let southbound: RowReconciler;

  const filled = (): ZoneUnderTest => {
    const made = zoneOf(cluster, 'n1');
    made.graph.commit(() => {
      for (const name of ['n1', 'n2']) made.nodes.set(name, cluster.node(name));
      for (const [key, pod] of pods) made.pods.set(key, pod);
    });
    return made;
  };
  const pods = new Map(
    ['a', 'b', 'c'].map((name) => {
      cluster.node('n1');
      return [`ns/${name}`, cluster.pod('ns', name, 'n1')] as const;
    }),
  );
  const reconcile = async (
    from: ZoneUnderTest,
    database: 'OVN_Northbound' | 'OVN_Southbound',
  ): Promise<RowReconciler> => {
    const client = await connect({ remotes: [ovn.remote(database)], database, signal: end.signal });
    return reconcileRows({
      database: client,
      desired: database === 'OVN_Northbound' ? from.northbound : from.southbound,
      tables: database === 'OVN_Northbound' ? northboundTables : southboundTables,
      owns: topologyOwns(cluster.network),
    });
  };
  const settled = () => Promise.all([northbound.converged(), southbound.converged()]);

  beforeAll(async () => {
    ovn = await Ovn.start();
    await ovn.sbctl('chassis-add', 'chassis-n1', 'geneve', '172.18.0.2');
    zone = filled();
    southbound = await reconcile(zone, 'OVN_Southbound');
    northbound = await reconcile(zone, 'OVN_Northbound');
    await settled();
  });
  afterAll(async () => {
    northbound?.stop();
    southbound?.stop();
    end.abort();
    await ovn?.stop();
  });

  const ports = async () =>
    (await ovn.nbctl('lsp-list', 'n1'))
      .match(/\((\S+)\)/g)
      ?.sort()
      .join(' ');

  it('are all there, and ovn-northd has no complaint', async () => {
    expect([...northbound.problems(), ...southbound.problems()]).toEqual([]);
    await ovn.nbctl('--wait=sb', 'sync');
    expect(await ovn.complaints()).toEqual([]);
    expect(await ports()).toBe('(k8s-n1) (ns_a) (ns_b) (ns_c) (stor-n1)');
    expect(await ovn.nbctl('--bare', '--columns=name', 'list', 'Logical_Router')).toMatch(/GR_n1/);
    expect(await ovn.sbctl('show')).toContain('Chassis chassis-n2\n    hostname: n2\n    Encap geneve');
  });

  it('follow a pod in one transaction of its own', async () => {
    const before = northbound.statistics;
    const { transactions, operations } = before;
    zone.pods.delete('ns/c');
    await settled();
    expect(await ports()).toBe('(k8s-n1) (ns_a) (ns_b) (stor-n1)');
    expect(northbound.statistics.transactions - transactions).toBe(1);
    // Out of its switch and its port group; what nobody holds is gone.
    expect(northbound.statistics.operations - operations).toBeLessThanOrEqual(4);
  });

  it('come back after interference', async () => {
    await ovn.nbctl('--if-exists', 'lsp-del', 'ns_a');
    await ovn.nbctl('lr-route-del', 'ovn_cluster_router');
    await ovn.sbctl('chassis-del', 'chassis-n2');
    await ovn.nbctl('set', 'Logical_Switch', 'transit_switch', 'other_config:requested-tnl-key=7');
    // The interference reaches the replica in its own time: wait for what is to be seen in the database itself.
    await ovn.nbctl('--timeout=20', 'wait-until', 'Logical_Switch_Port', 'ns_a', 'type=""');
    await ovn.sbctl('--timeout=20', 'wait-until', 'Chassis', 'chassis-n2', 'hostname=n2');
    await ovn.nbctl(
      '--timeout=20',
      'wait-until',
      'Logical_Switch',
      'transit_switch',
      'other_config:requested-tnl-key=16711683',
    );
    await settled();
    expect(await ports()).toBe('(k8s-n1) (ns_a) (ns_b) (stor-n1)');
    const routes = await ovn.nbctl(
      '--bare',
      '--columns=ip_prefix',
      'find',
      'Logical_Router_Static_Route',
      'external_ids:ic-node=n2',
    );
    expect(routes.split('\n').filter(Boolean)).toHaveLength(4);
  });

  it('are found as they should be after a restart: not one row is written', async () => {
    northbound.stop();
    southbound.stop();
    pods.delete('ns/c');
    zone = filled();
    northbound = await reconcile(zone, 'OVN_Northbound');
    southbound = await reconcile(zone, 'OVN_Southbound');
    await settled();
    expect([northbound.statistics.transactions, southbound.statistics.transactions]).toEqual([0, 0]);
  });

  it('of a node that is gone are gone', async () => {
    zone.nodes.delete('n2');
    await settled();
    expect(await ovn.nbctl('show')).not.toContain('n2');
    expect(await ovn.nbctl('find', 'Logical_Router_Static_Route', 'external_ids:ic-node=n2')).toBe('');
    expect(await ovn.sbctl('show')).not.toContain('chassis-n2');
    expect((await ovn.sbctl('--bare', '--columns=ip', 'list', 'Encap')).trim()).toBe('172.18.0.2');
  });
});

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Graph } from '@ovnkube/incremental';
import { connect } from '@ovnkube/ovsdb';
import { run, startDaemon, startOpenVSwitch, startOvsdbServer } from '@ovnkube/testing';
import { describe, expect, it } from 'vitest';
import { acknowledged, type DesiredRow, desiredEntry, type OVN_Northbound, reconcileRows } from '../src/index.ts';
import { nb, nbSchema, owned, owns, sbSchema, tables } from './northbound.ts';
import { type Ovn, oracle, ovn2303, ovn2603 } from './real-ovn.ts';

describe('the schema files', () => {
  const upstream: readonly (readonly [string, string])[] = [
    [nbSchema, join(oracle, 'usr/share/ovn/ovn-nb.ovsschema')],
    [sbSchema, join(oracle, 'usr/share/ovn/ovn-sb.ovsschema')],
  ];
  for (const [ours, theirs] of upstream)
    it.skipIf(!existsSync(theirs))(`say what ${theirs.split('/').at(-1)} of OVN 26.03 says`, async () => {
      const [a, b]: unknown[] = await Promise.all(
        [ours, theirs].map(async (file) => JSON.parse(await readFile(file, 'utf8'))),
      );
      expect(a).toEqual(b);
    });
});

/** Both databases in one server, a switch, and the given release's northd and controller on them. */
async function startZone(ovn: Ovn) {
  const databases = await startOvsdbServer({ schemas: [nbSchema, sbSchema] });
  const remote = `unix:${databases.socket}`;
  const ovs = await startOpenVSwitch();
  const env = { ...process.env, OVS_RUNDIR: ovs.dir, OVN_RUNDIR: ovs.dir };
  const start = (program: string, ...args: string[]) => {
    const logFile = join(ovs.dir, `${program.split('/').at(-1)}.log`);
    return startDaemon([program, '--no-chdir', ...args], { logFile, env });
  };
  const northd = await start(ovn.northd, `--ovnnb-db=${remote}`, `--ovnsb-db=${remote}`);
  await ovs.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'datapath_type=dummy', 'fail-mode=secure');
  const ids = ['system-id=chassis-1', `ovn-remote=${remote}`, 'ovn-encap-type=geneve', 'ovn-encap-ip=127.0.0.1'];
  await ovs.vsctl('set', 'open', '.', ...ids.map((id) => `external_ids:${id}`));
  const controller = await start(ovn.controller, `unix:${ovs.dbSocket}`);
  return {
    remote,
    ovs,
    nbctl: (...args: string[]) => run(ovn.nbctl, [`--db=${remote}`, '--timeout=30', ...args], { env }),
    async stop() {
      await controller.stop();
      await northd.stop();
      await ovs.stop();
      await databases.stop();
    },
  };
}

const rows: readonly DesiredRow[] = [
  nb('Logical_Switch', 'node-1', {
    other_config: { subnet: '10.128.0.0/23' },
    external_ids: owned('Switch', 'node-1'),
  }),
  nb(
    'Logical_Switch_Port',
    'ns_pod',
    { addresses: ['0a:58:0a:80:00:03 10.128.0.3'], external_ids: owned('Port', 'ns_pod') },
    { parents: [{ table: 'Logical_Switch', name: 'node-1', column: 'ports' }] },
  ),
  nb('Logical_Router', 'ovn_cluster_router', { external_ids: owned('Router', 'ovn_cluster_router') }),
];

for (const [release, ovn] of [
  ['26.03', ovn2603()],
  ['23.03', ovn2303()],
] as const)
  describe.skipIf(!ovn)(`OVN ${release} on our schema files`, () => {
    it('takes reconciled rows down to the flows of a chassis, and its tools work on them', async () => {
      if (!ovn) return;
      const zone = await startZone(ovn);
      const db = await connect<OVN_Northbound>({ remotes: [zone.remote], database: 'OVN_Northbound' });
      const graph = new Graph();
      const desired = graph.input<DesiredRow>('desired');
      const reconciler = reconcileRows({ database: db, desired, tables, owns });
      try {
        desired.replace(rows.map(desiredEntry));
        await reconciler.converged();
        await zone.ovs.vsctl(
          'add-port',
          'br-int',
          'pod',
          '--',
          'set',
          'interface',
          'pod',
          'type=dummy',
          'external_ids:iface-id=ns_pod',
        );
        expect(await acknowledged(db, 'sb_cfg', AbortSignal.timeout(30_000))).toBeGreaterThan(0);
        await acknowledged(db, 'hv_cfg', AbortSignal.timeout(30_000));
        expect(await zone.nbctl('show')).toMatch(
          /switch .* \(node-1\)\n +port ns_pod\n +addresses: \["0a:58:0a:80:00:03 10.128.0.3"\]/,
        );
        await zone.nbctl('wait-until', 'Logical_Switch_Port', 'ns_pod', 'up=true');
        expect(await zone.ovs.ofctl('dump-flows', zone.ovs.mgmtSocket('br-int'))).toContain('actions=');
        // What northd and the controller wrote is none of our columns: nothing to put right.
        const { transactions } = reconciler.statistics;
        await zone.nbctl(
          '--wait=hv',
          'ls-add',
          'by-hand',
          '--',
          'lsp-add',
          'by-hand',
          'by-hand-port',
          '--',
          'lr-del',
          'ovn_cluster_router',
        );
        await reconciler.converged();
        expect(reconciler.statistics.transactions).toBe(transactions + 1);
        expect(await zone.nbctl('lr-list')).toContain('(ovn_cluster_router)');
        expect(await zone.nbctl('ls-list')).toContain('(by-hand)');
      } finally {
        reconciler.stop();
        await db.close();
        await zone.stop();
      }
    });
  });

/**
 * What an ADD costs in the server itself: a pod's link, the port in a real ovs-vswitchd, the wait for it. In ovn-controller's place
 * a listener says at once that flows are installed, so this is the part that is ours and Open vSwitch's.
 * usage: node -C @ovnkube/source bench/cni-add.ts [PODS] [PER-SECOND]
 */
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@ovnkube/ovsdb';
import { startOpenVSwitch } from '@ovnkube/testing';
import { add, del } from '../src/cni/operations.ts';
import { pod, podNetworks, request, sandbox, testNode } from '../test/cni/node.ts';

const pods = Number(process.argv[2] ?? 100);
const perSecond = Number(process.argv[3] ?? 20);
const ovs = await startOpenVSwitch();
await ovs.addBridge('br-int');
const db = await connect({ remotes: [`unix:${ovs.dbSocket}`], database: 'Open_vSwitch' });
db.subscribe(({ tables }) => {
  for (const [uuid, { new: row }] of tables.get('Interface') ?? []) {
    const ids = row?.['external_ids'];
    if (typeof row?.['ofport'] !== 'number' || typeof ids !== 'object' || 'ovn-installed' in ids || !('sandbox' in ids))
      continue;
    const mutations = [['external_ids', 'insert', { 'ovn-installed': 'true' }]] as const;
    void db.transact([{ op: 'mutate', table: 'Interface', where: [['_uuid', '==', uuid]], mutations }]);
  }
});

for (const checksumOffload of [true, false]) {
  const node = await testNode(db, { checksumOffload });
  const boxes = [];
  for (let index = 0; index < pods; index++) boxes.push(await sandbox());
  const times = { ADD: [] as number[], DEL: [] as number[] };
  const signal = AbortSignal.timeout(120_000);
  const timed = async (command: 'ADD' | 'DEL', work: Promise<unknown>): Promise<void> => {
    const before = performance.now();
    await work;
    times[command].push(performance.now() - before);
  };
  const running: Promise<void>[] = [];
  for (const [index, box] of boxes.entries()) {
    node.table.set(pod(`p${index}`, 'u', podNetworks(10 + (index % 200), ['ipv4', 'ipv6'])));
    running.push(timed('ADD', add(node, request('ADD', box, `p${index}`, 'u'), signal)));
    await delay(1000 / perSecond);
  }
  await Promise.all(running);
  for (const [index, box] of boxes.entries())
    await timed('DEL', del(node, request('DEL', box, `p${index}`, 'u'), signal));
  for (const [command, taken] of Object.entries(times)) {
    const sorted = taken.toSorted((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1).padStart(6);
    console.log(
      `${command}  p50 ${at(0.5)}  p99 ${at(0.99)}  max ${at(1)} ms  ` +
        `(${pods} dual-stack pods at ${perSecond}/s, checksum offload ${checksumOffload ? 'left on' : 'switched off'})`,
    );
  }
  for (const { space } of boxes) await space.remove();
  await node.space.remove();
}
await db.close();
await ovs.stop();

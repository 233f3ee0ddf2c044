import { apply, parseManifest } from '../api/manifest.ts';
import { type Pod, podIPs } from '../api/objects.ts';
import { waitFor } from '../api/watch.ts';
import { startNodeAgent } from '../apps.ts';
import { LabError } from '../error.ts';
import { podsReady } from '../first-look.ts';
import type { Lab } from '../lab-config.ts';
import { findOvn } from '../ovn.ts';
import { silentProgress } from '../progress.ts';
import { describe, endpoints, reachability, succeeded } from '../reachability.ts';
import type { NodePlace } from '../underlay.ts';
import { agentReady, crashAgent } from './agent.ts';
import type { SmokeContext } from './context.ts';
import { openZone, rowsOfRemoteNode, whenZone, type ZoneDatabase } from './zone-database.ts';

const portNames = ({ nb }: ZoneDatabase): readonly string[] =>
  [...nb.table('Logical_Switch_Port').rows()].map((row) => String(row['name']));

async function withZone<T>(lab: Lab, node: NodePlace, work: (zone: ZoneDatabase) => Promise<T>): Promise<T> {
  const zone = await openZone(lab, node);
  try {
    return await work(zone);
  } finally {
    zone.close();
  }
}

/** A pod deleted while its node's agent is down: nothing of it is left once the agent is back, and its node takes new pods. */
export async function checkPodDeletedWhileAway({ lab, client, pods, tally }: SmokeContext): Promise<void> {
  const [victim] = pods;
  const node = lab.nodes.find(({ name }) => name === victim?.node);
  if (victim === undefined || node === undefined) return;
  await tally.check(`${victim.name} deleted while the agent of ${node.name} is down: its port goes`, async () => {
    await crashAgent(lab, node);
    await client.json(`/api/v1/namespaces/default/pods/${victim.name}`, { method: 'DELETE' });
    await waitFor<Pod>(client, '/api/v1/pods', (found) => !found.has(`default/${victim.name}`), {
      what: `pod ${victim.name} gone from the API`,
      seconds: 20,
    });
    startNodeAgent(lab, node, await findOvn(lab.config.ovnBin, silentProgress));
    await agentReady(lab, node);
    return withZone(lab, node, async (zone) => {
      const left = (current: ZoneDatabase): readonly string[] =>
        portNames(current).filter((name) => name === `default_${victim.name}`);
      return `${Math.round(await whenZone(zone, { left, milliseconds: 5000 }))} ms after the agent was ready`;
    });
  });
  await tally.check(`a new pod on ${node.name} gets an address of its own and reaches all others`, async () => {
    const [manifest] = parseManifest(newPod('late', node.name), 'late');
    if (manifest === undefined) return undefined;
    await apply(client, [manifest]);
    const ready = await podsReady(client, ['default/late']);
    const taken = ready.filter((pod) => pod.metadata.name !== 'late' && pod.spec.hostNetwork !== true).flatMap(podIPs);
    const late = ready.find((pod) => pod.metadata.name === 'late');
    const twice = late === undefined ? [] : podIPs(late).filter((ip) => taken.includes(ip));
    if (twice.length > 0) throw new LabError('NOT_READY', `${twice.join(', ')} belongs to another pod too`);
    const failures = (await reachability(await endpoints(lab, client, 'default'))).filter((reach) => !succeeded(reach));
    if (failures.length > 0) throw new LabError('NOT_READY', failures.map(describe).join('; '));
    return late === undefined ? undefined : podIPs(late).join(' ');
  });
}

const newPod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: default, labels: { app: web } }
spec:
  nodeSelector: { kubernetes.io/hostname: ${node} }
  containers:
    - { name: web, image: "registry.k8s.io/e2e-test-images/agnhost:2.53", args: [netexec, --http-port=8080] }
`;

/** A node deleted: every row that speaks of it is gone from every other zone within a second. */
export async function checkNodeDeletion({ lab, client, tally }: SmokeContext): Promise<void> {
  const gone = lab.nodes.at(-1);
  if (gone === undefined) return;
  await crashAgent(lab, gone);
  const others = lab.nodes.filter((node) => node !== gone);
  const zones = await Promise.all(others.map((node) => openZone(lab, node)));
  const left = (zone: ZoneDatabase): readonly string[] => rowsOfRemoteNode(zone, gone.name);
  await tally.check(`${gone.name} deleted: its rows leave every other zone within a second`, async () => {
    const rows = zones.reduce((count, zone) => count + left(zone).length, 0);
    if (rows === 0) throw new LabError('NOT_FOUND', `no zone had a row of ${gone.name} before`);
    const begin = performance.now();
    await client.json(`/api/v1/nodes/${gone.name}`, { method: 'DELETE' });
    await Promise.all(zones.map((zone) => whenZone(zone, { left, milliseconds: 1000 })));
    return `${rows} rows gone in ${Math.round(performance.now() - begin)} ms`;
  });
  for (const zone of zones) zone.close();
}

import { LabError } from '../error.ts';
import { probe } from '../reachability.ts';
import type { SmokeContext } from './context.ts';
import { openZone } from './zone-database.ts';

/** Names that a zone's northbound database must hold, as upstream writes them (ovn-kubernetes.md §2.2, §2.3). */
const namesOf = (node: string): Readonly<Record<string, readonly string[]>> => ({
  Logical_Switch: [node, 'join', 'transit_switch', `ext_${node}`],
  Logical_Router: ['ovn_cluster_router', `GR_${node}`],
  Logical_Switch_Port: [`stor-${node}`, `k8s-${node}`, `tstor-${node}`, `jtor-GR_${node}`],
  Logical_Router_Port: [`rtos-${node}`, `rtots-${node}`, `rtoj-GR_${node}`, `rtoe-GR_${node}`],
});

/** Upstream's names are there, every other node is known, and a node reaches its own pods as its kubelet has to. */
export async function checkTopology({ lab, pods, tally }: SmokeContext): Promise<void> {
  for (const node of lab.nodes) {
    await tally.check(`${node.name}: the northbound database has upstream's names`, async () => {
      const zone = await openZone(lab, node);
      try {
        const missing = Object.entries(namesOf(node.name)).flatMap(([table, names]) => {
          const found = new Set([...zone.nb.table(table).rows()].map((row) => row['name']));
          const remote = lab.nodes.filter((other) => other !== node && table === 'Logical_Switch_Port');
          return [...names, ...remote.map(({ name }) => `tstor-${name}`)].filter((name) => !found.has(name));
        });
        if (missing.length > 0) throw new LabError('NOT_FOUND', `missing: ${missing.join(', ')}`);
        return undefined;
      } finally {
        zone.close();
      }
    });
    const own = pods.filter((pod) => pod.node === node.name).flatMap(({ addresses }) => addresses);
    const answers = await probe(node.namespace, own);
    const failures = answers
      .filter(({ ping, http }) => !ping || !http)
      .map(({ address }) => `${node.name} → ${address}`);
    tally.count(`${node.name}: the node reaches its own pods`, own.length, failures);
  }
}

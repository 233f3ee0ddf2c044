import type { ApiClient } from './api/client.ts';
import { apply, parseManifest } from './api/manifest.ts';
import { hasCondition, objectKey, type Pod } from './api/objects.ts';
import { waitFor } from './api/watch.ts';
import { exampleManifest } from './example.ts';
import { kubeconfigFile, type Lab } from './lab-config.ts';
import type { Progress } from './progress.ts';
import {
  describe,
  type Endpoint,
  endpoints,
  type Reach,
  reachability,
  reachabilityTable,
  succeeded,
} from './reachability.ts';
import { formatTable } from './table.ts';

/** What a newcomer is shown. */
export interface FirstLook {
  readonly pods: readonly Endpoint[];
  readonly reaches: readonly Reach[];
  readonly failed: readonly Reach[];
}

/** Wait until the pods of these keys (`default/web-1`) are Ready. */
export function podsReady(client: ApiClient, keys: readonly string[], seconds = 60): Promise<readonly Pod[]> {
  const missing = (found: ReadonlyMap<string, Pod>): readonly string[] =>
    keys.filter((key) => {
      const pod = found.get(key);
      return pod === undefined || !hasCondition(pod, 'Ready');
    });
  const what = (found: ReadonlyMap<string, Pod>): string => {
    const [first = '', ...others] = missing(found);
    const message = found.get(first)?.status?.message;
    return `pod ${first}${message ? ` (${message})` : ''}${others.length > 0 ? ` and ${others.length} others` : ''} Ready`;
  };
  return waitFor<Pod>(client, '/api/v1/pods', (found) => missing(found).length === 0, { what, seconds });
}

/** Start the example's pods, two a node, and try every pair. */
export async function firstLook(lab: Lab, client: ApiClient, progress: Progress): Promise<FirstLook> {
  const manifest = parseManifest(exampleManifest(lab.config.nodes * 2), 'example');
  await progress.step(`Example: ${manifest.length} pods on ${lab.config.nodes} nodes, every pod Ready`, async () => {
    await apply(client, manifest);
    await podsReady(client, manifest.map(objectKey));
  });
  const pods = await endpoints(lab, client, 'default');
  const reaches = await progress.step('Who reaches whom: ping and HTTP, every pair, both directions', () =>
    reachability(pods),
  );
  return { pods, reaches, failed: reaches.filter((reach) => !succeeded(reach)) };
}

export function printFirstLook(lab: Lab, { pods, reaches, failed }: FirstLook): void {
  const { state, config } = lab;
  const name = config.name === 'lab' ? '' : ` --name ${config.name}`;
  console.log(`\n${formatTable(reachabilityTable(pods, reaches))}`);
  const families = config.families.join(', then ');
  console.log(
    `${reaches.length - failed.length} of ${reaches.length} connections work (a mark for ${families}: ping and HTTP).`,
  );
  for (const reach of failed) console.log(`  ${describe(reach)}`);
  const [first, other] = [pods[0], pods.findLast(({ node }) => node !== pods[0]?.node)];
  console.log(`
Next:
  npm run lab -- get pods${name}
  npm run lab -- ping ${first?.name ?? 'web-1'} ${other?.name ?? 'web-2'}${name}
  npm run lab -- exec ${first?.name ?? 'web-1'}${name} -- ip address
  npm run lab -- nbctl node1${name} show
  npm run lab -- status${name}
  export KUBECONFIG=${kubeconfigFile(state)}; kubectl get pods -o wide
  npm run lab -- down${name}`);
}

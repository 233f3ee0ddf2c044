import { type KubeObject, type List, objectKey } from '../api/objects.ts';
import { waitFor } from '../api/watch.ts';
import { startMasterController, startNodeAgent } from '../apps.ts';
import { LabError } from '../error.ts';
import { findOvn } from '../ovn.ts';
import { silentProgress } from '../progress.ts';
import { agentReady, crashAgent, crashMaster } from './agent.ts';
import { farPair, type SmokeContext } from './context.ts';
import { SteadyPing } from './steady-ping.ts';
import { databaseSizes, writtenSince } from './zone-database.ts';

/** Versions of all nodes and pods: whoever writes an annotation raises one. */
async function objectVersions({ client }: SmokeContext): Promise<string> {
  const lists = await Promise.all(
    ['nodes', 'pods'].map((resource) => client.json<List<KubeObject>>(`/api/v1/${resource}`)),
  );
  return lists
    .flatMap(({ items }) => items.map((object) => `${objectKey(object)}@${object.metadata.resourceVersion}`))
    .join(' ');
}

/** kill -9 of a node agent and its restart: no database row written, no API object changed, no packet lost. */
export async function checkAgentRestart(context: SmokeContext): Promise<void> {
  const { lab, pods, tally } = context;
  const [from, to] = farPair(pods);
  const node = lab.nodes.find(({ name }) => name === from.node);
  const [address] = to.addresses;
  if (node === undefined || address === undefined) return;
  const ping = await SteadyPing.start(from.namespace, address);
  const ovn = await findOvn(lab.config.ovnBin, silentProgress);
  await ping.answers(20);
  const before = { sizes: await databaseSizes(lab, node), versions: await objectVersions(context) };
  await tally.check(`${node.name}: agent killed and restarted`, async () => {
    await crashAgent(lab, node);
    await ping.answers(20);
    startNodeAgent(lab, node, ovn);
    const milliseconds = await agentReady(lab, node);
    await ping.answers(100);
    return `ready ${Math.round(milliseconds)} ms after its start`;
  });
  await tally.check('  no database row was written', async () => {
    const written = await writtenSince(before.sizes);
    if (written.length > 0) throw new LabError('NOT_READY', written.join('\n'));
    return undefined;
  });
  await tally.check('  no node or pod object was changed', () => sameVersions(context, before.versions));
  await tally.check('  no packet of a ping of 100 a second was lost', () => lossless(ping));
}

async function sameVersions(context: SmokeContext, before: string): Promise<undefined> {
  const after = await objectVersions(context);
  if (after !== before) throw new LabError('NOT_READY', `${before} became ${after}`);
  return undefined;
}

async function lossless(ping: SteadyPing): Promise<string> {
  const { answered, lost } = await ping.finish();
  if (lost > 0) throw new LabError('NOT_READY', `${lost} of ${answered + lost} lost`);
  return `${answered} answered`;
}

interface Lease extends KubeObject {
  readonly spec?: { readonly renewTime?: string };
}

/** Wait until the master's Lease was renewed after `since`: one leads, and has read all nodes. */
async function leadsSince({ client }: SmokeContext, since: number): Promise<void> {
  const renewed = (leases: ReadonlyMap<string, Lease>): boolean =>
    Date.parse(leases.get('kube-system/ovn-kubernetes-master')?.spec?.renewTime ?? '') > since;
  await waitFor<Lease>(client, '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', renewed, {
    what: 'the master controller leads again',
    seconds: 30,
  });
}

/** kill -9 of the master controller and its restart: no assignment changes. */
export async function checkMasterRestart(context: SmokeContext): Promise<void> {
  const { lab, tally, pods } = context;
  const [from, to] = farPair(pods);
  const [address] = to.addresses;
  if (address === undefined) return;
  const before = await objectVersions(context);
  const ping = await SteadyPing.start(from.namespace, address);
  await tally.check('master controller killed and restarted: no object changed', async () => {
    await crashMaster(lab);
    const crashed = Date.now();
    startMasterController(lab);
    await leadsSince(context, crashed);
    await ping.answers(100);
    await sameVersions(context, before);
    return `leads ${Date.now() - crashed} ms after the crash`;
  });
  await tally.check('  no packet of a ping of 100 a second was lost', () => lossless(ping));
}

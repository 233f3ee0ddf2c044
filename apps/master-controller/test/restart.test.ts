import { join } from 'node:path';
import { Graph } from '@ovnkube/incremental';
import { readNodeAnnotations } from '@ovnkube/ipam';
import { KubeClient, loadAccess, type Node, resources, startInformer } from '@ovnkube/kube';
import { startEmbedded } from '@ovnkube/kube-embedded';
import { findBinaries, missingReason, startReal } from '@ovnkube/kube-real';
import { guardProcess, scratch } from '@ovnkube/testing';
import { describe, expect, it } from 'vitest';
import { type MasterProcess, startMaster } from './master-process.ts';

/** An API server: its kubeconfig, and how to end it. */
type Started = { readonly kubeconfig: string; stop(): Promise<void> };

const servers: Readonly<Record<string, () => Promise<Started | undefined>>> = {
  embedded: async () => {
    const kubeconfig = join(await scratch('master'), 'kubeconfig');
    const server = await startEmbedded({ kubeconfig, token: 'secret', tls: 'self-signed' });
    return { kubeconfig, stop: () => server.stop() };
  },
  real: async () => {
    const binaries = await findBinaries();
    if (!binaries) return undefined;
    return startReal({ binaries, dir: await scratch('master'), controllerManager: false, onProcess: guardProcess });
  },
};

const flags = (kubeconfig: string) => [
  ...['--kubeconfig', kubeconfig, '--cluster-subnets', '10.244.0.0/16/24,fd00:10:244::/48'],
  ...['--lease-duration', '2', '--renew-deadline', '1.5', '--retry-period', '0.3'],
];

/** Everything about a node that the controller has decided; empty while it has not. */
const share = (node: Node): string => {
  const { values } = readNodeAnnotations(node.metadata.annotations ?? {});
  return values.nodeId === undefined ? '' : JSON.stringify([values.nodeId, values.subnets, values.transitAddresses]);
};

async function follow(kubeconfig: string, signal: AbortSignal) {
  const client = new KubeClient(await loadAccess({ kubeconfig }));
  const graph = new Graph();
  const nodes = graph.input<Node>('nodes');
  await startInformer(client, resources.nodes, { graph, table: nodes, signal }).synced;
  /** Every share that a node ever had, by uid: more than one is a changed assignment. */
  const history = new Map<string, Set<string>>();
  nodes.subscribe(
    ({ changes }) => {
      for (const { new: node } of changes.values()) {
        if (!node || share(node) === '') continue;
        const shares = history.get(node.metadata.uid) ?? new Set();
        history.set(node.metadata.uid, shares.add(share(node)));
      }
    },
    { initial: true },
  );
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      let stop = (): void => undefined;
      const check = (): void => {
        if (!condition()) return;
        stop();
        resolve();
      };
      stop = nodes.subscribe(check);
      check();
    });
  return { client, nodes, history, until };
}

describe.each(Object.keys(servers))('with the %s API server', (kind) => {
  it('assigns, hands over, and changes no assignment when killed at any point', async ({ skip }) => {
    const server = await servers[kind]?.();
    if (!server) {
      console.warn(`skipped: ${missingReason()}`);
      return skip(missingReason());
    }
    const ending = new AbortController();
    const { client, nodes, history, until } = await follow(server.kubeconfig, ending.signal);
    const names = Array.from({ length: 60 }, (_, index) => `node-${index}`);
    const create = (name: string) => client.create(resources.nodes, { metadata: { name } });
    const masters: MasterProcess[] = [];
    const start = (identity: string): MasterProcess => {
      const master = startMaster(...flags(server.kubeconfig), '--identity', identity);
      masters.push(master);
      return master;
    };
    let master = start('one');
    // Killed while it assigns: after the first, the twentieth and the fortieth share, in the midst of further nodes.
    for (const [round, enough] of [1, 20, 40].entries()) {
      const creating = names.slice(round * 20, (round + 1) * 20).map(create);
      await until(() => [...nodes.entries()].filter(([, node]) => share(node) !== '').length >= enough);
      master.kill('SIGKILL');
      await master.exited;
      await Promise.all(creating);
      master = start('one');
    }
    await until(() => nodes.size === names.length && [...nodes.entries()].every(([, node]) => share(node) !== ''));

    const standby = start('two');
    const before = new Map([...nodes.entries()].map(([name, node]) => [name, share(node)]));
    master.kill('SIGTERM');
    expect(await master.exited).toBe(0);
    await client.delete(resources.nodes, { name: 'node-7' });
    await create('late');
    await until(() => share(nodes.get('late') ?? { metadata: { name: '', uid: '' } }) !== '');
    expect(JSON.parse(share(nodes.get('late') ?? { metadata: { name: '', uid: '' } }))[0]).toBe(
      JSON.parse(before.get('node-7') ?? '[]')[0],
    );
    standby.kill('SIGTERM');
    expect(await standby.exited).toBe(0);

    for (const [uid, shares] of history) expect([uid, shares.size]).toEqual([uid, 1]);
    const values = [...nodes.entries()].map(([, node]) => readNodeAnnotations(node.metadata.annotations ?? {}).values);
    expect(new Set(values.map(({ nodeId }) => nodeId)).size).toBe(names.length);
    expect(Math.max(...values.map(({ nodeId }) => nodeId ?? 0))).toBe(names.length + 1);
    expect(new Set(values.flatMap(({ subnets }) => subnets?.map(String) ?? [])).size).toBe(2 * names.length);
    ending.abort();
    await server.stop();
  }, 60_000);
});

it('serves metrics by upstream’s names, and says who leads', async () => {
  const server = await servers['embedded']?.();
  if (!server) throw new Error('the embedded server did not start');
  const { client, until, nodes } = await follow(server.kubeconfig, new AbortController().signal);
  await client.create(resources.nodes, { metadata: { name: 'a' } });
  const port = 20_000 + (process.pid % 20_000);
  const master = startMaster(...flags(server.kubeconfig), '--metrics-bind-address', `127.0.0.1:${port}`);
  await until(() => nodes.size === 1 && [...nodes.entries()].every(([, node]) => share(node) !== ''));
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toMatch(/^ovnkube_clustermanager_leader 1$/m);
  expect(text).toMatch(/^ovnkube_clustermanager_num_v4_host_subnets 256$/m);
  expect(text).toMatch(/^ovnkube_clustermanager_allocated_v4_host_subnets 1$/m);
  expect(text).toMatch(/^ovnkube_clustermanager_allocated_v6_host_subnets 1$/m);
  master.kill('SIGTERM');
  await master.exited;
  await server.stop();
});

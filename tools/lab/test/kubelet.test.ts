import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbedded } from '@ovnkube/kube-embedded';
import { guard, missing, scratch } from '@ovnkube/testing';
import { expect, it, onTestFinished } from 'vitest';
import { ApiClient } from '../src/api/client.ts';
import { hasCondition, type Node, type Pod, podIPs } from '../src/api/objects.ts';
import { follow, waitFor } from '../src/api/watch.ts';
import { removeLab } from '../src/down.ts';
import { cniFolders, Kubelet } from '../src/kubelet/kubelet.ts';
import { Scheduler } from '../src/scheduler.ts';
import { LabState } from '../src/state.ts';
import { addNamespace, nodePlace } from '../src/underlay.ts';

const reason = missing('root', 'ip', 'nsenter', 'ethtool');

/**
 * A plugin that makes a link and answers with one address. It refuses ADD while a file `refuse` lies beside it, and
 * notes each call in `calls`.
 */
const plugin = `#!/bin/sh
dir=$(dirname "$0")
input=$(cat)
echo "$CNI_COMMAND $CNI_ARGS $input" >> "$dir/calls"
[ "$CNI_COMMAND" = ADD ] || exit 0
if [ -e "$dir/refuse" ]; then echo '{"cniVersion":"1.1.0","code":11,"msg":"not yet"}'; exit 1; fi
ns=$(basename "$CNI_NETNS")
ip -n "$ns" link add "$CNI_IFNAME" type veth peer name other
echo '{"cniVersion":"1.1.0","interfaces":[{"name":"eth0"}],"ips":[{"address":"10.9.8.7/24","interface":0}]}'
`;

const configuration = { cniVersion: '1.1.0', name: 'fake', plugins: [{ type: 'fake' }] };

let made = 0;

async function cluster() {
  const state = new LabState(`kubelet${made++}x${process.pid % 100_000}`, join(await scratch('kubelet'), 'lab'));
  state.create();
  guard(['sh', '-c', `ip netns list | grep -o '^${state.prefix}[^ ]*' | xargs -rn1 ip netns delete`]);
  const server = await startEmbedded();
  const end = new AbortController();
  onTestFinished(async () => {
    end.abort();
    await server.stop();
    await removeLab(state);
  });
  const client = new ApiClient({ server: server.url });
  const node = nodePlace(state, ['ipv4'], 0);
  await addNamespace(state, node.namespace);
  const { bin, conf } = cniFolders(state, node.name);
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'fake'), plugin);
  await chmod(join(bin, 'fake'), 0o755);
  const kubelet = new Kubelet(state, node, client, () => undefined);
  await kubelet.start(end.signal);
  const scheduler = new Scheduler(client, () => undefined);
  void follow<Node>(client, '/api/v1/nodes', (change) => scheduler.nodeChanged(change), end.signal);
  void follow<Pod>(
    client,
    '/api/v1/pods',
    (change) => {
      scheduler.podChanged(change);
      if (change.kind !== 'sync' && change.object.spec.nodeName === node.name) kubelet.podChanged(change);
    },
    end.signal,
  );
  const appear = async (): Promise<void> => {
    await writeFile(join(conf, '.10-fake'), JSON.stringify(configuration));
    await rename(join(conf, '.10-fake'), join(conf, '10-fake.conflist'));
  };
  const createPod = (name: string): Promise<Pod> =>
    client.json<Pod>('/api/v1/namespaces/default/pods', {
      method: 'POST',
      body: { metadata: { name }, spec: { containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }] } },
    });
  const pod = (name: string, done: (pod: Pod | undefined) => boolean): Promise<readonly Pod[]> =>
    waitFor<Pod>(client, '/api/v1/pods', (found) => done(found.get(`default/${name}`)), { what: name, seconds: 20 });
  return { state, client, node, bin, appear, createPod, pod };
}

it.skipIf(reason)('a kubelet waits for the network, attaches pods through the plugin, and detaches them', async () => {
  const { state, client, node, bin, appear, createPod, pod } = await cluster();
  const before = await client.json<Node>(`/api/v1/nodes/${node.name}`);
  expect(hasCondition(before, 'Ready')).toBe(false);
  const { metadata } = await createPod('a');
  await appear();
  await pod('a', (found) => found?.status?.phase === 'Running');
  const running = await client.json<Pod>('/api/v1/namespaces/default/pods/a');
  expect(podIPs(running)).toEqual(['10.9.8.7']);
  expect(hasCondition(running, 'Ready')).toBe(true);

  await client.json('/api/v1/namespaces/default/pods/a', { method: 'DELETE' });
  await pod('a', (found) => found === undefined);
  const calls = await readFile(join(bin, 'calls'), 'utf8');
  expect(calls).toMatch(
    new RegExp(`^ADD IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=a;.*K8S_POD_UID=${metadata.uid}`),
  );
  const removal = calls.split('\n').find((line) => line.startsWith('DEL'));
  expect(removal).toContain('"prevResult":{"cniVersion":"1.1.0"');
  const namespaces = state.journal().filter((entry) => entry.kind === 'namespace');
  expect(namespaces).toHaveLength(2);
});

it.skipIf(reason)('a refused ADD is shown in the status, cleaned up after, and tried again', async () => {
  const { bin, appear, createPod, pod } = await cluster();
  await writeFile(join(bin, 'refuse'), '');
  await appear();
  await createPod('b');
  const [waiting] = await pod('b', (found) => found?.status?.message !== undefined);
  expect(waiting?.status?.message).toBe('CNI ADD of fake: 11 not yet');
  await rename(join(bin, 'refuse'), join(bin, 'accept'));
  await pod('b', (found) => found?.status?.phase === 'Running');
  const calls = (await readFile(join(bin, 'calls'), 'utf8')).split('\n').map((line) => line.slice(0, 3));
  expect(calls.slice(0, 2)).toEqual(['ADD', 'DEL']);
  expect(calls.filter((call) => call === 'ADD').length).toBeGreaterThanOrEqual(2);
});

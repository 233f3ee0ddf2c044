import { arch, release } from 'node:os';
import type { ApiClient } from '../api/client.ts';
import { statusText } from '../api/client.ts';
import { LabError } from '../error.ts';
import type { NodePlace } from '../underlay.ts';

const now = (): string => new Date().toISOString().replace(/\.\d+/, '');

/** What `kubectl get nodes -o wide` shows; every field is required (core/v1 NodeSystemInfo). */
const nodeInfo = {
  ...{ machineID: '', systemUUID: '', bootID: '', kubeProxyVersion: '' },
  ...{ kernelVersion: release(), osImage: 'network namespace', containerRuntimeVersion: 'lab://0.1.0' },
  ...{ kubeletVersion: 'lab', operatingSystem: 'linux', architecture: arch() === 'x64' ? 'amd64' : arch() },
};

const capacity = { cpu: '4', memory: '8Gi', pods: '500', 'ephemeral-storage': '10Gi' };

/** Create the Node object; one of that name from before is kept. */
export async function registerNode(client: ApiClient, node: NodePlace): Promise<void> {
  const { status, body } = await client.ask('/api/v1/nodes', {
    method: 'POST',
    body: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: node.name,
        labels: { 'kubernetes.io/hostname': node.name, 'kubernetes.io/os': 'linux' },
      },
    },
  });
  if (status >= 300 && status !== 409) throw new LabError('API', `node ${node.name}: ${statusText(status, body)}`);
  await publishNode(client, node, false);
}

/** Write the node's addresses and whether it is Ready. */
export async function publishNode(client: ApiClient, node: NodePlace, ready: boolean): Promise<void> {
  const reason = ready ? 'KubeletReady' : 'NetworkPluginNotReady';
  await client.patch(`/api/v1/nodes/${node.name}/status`, {
    status: {
      addresses: [
        ...node.addresses.map(({ address }) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: node.name },
      ],
      nodeInfo,
      capacity,
      allocatable: capacity,
      conditions: [
        {
          ...{ type: 'Ready', status: ready ? 'True' : 'False', reason },
          message: ready ? 'the CNI configuration is there' : 'no CNI configuration yet',
          ...{ lastHeartbeatTime: now(), lastTransitionTime: now() },
        },
      ],
    },
  });
}

/** The node's heartbeat (coordination.k8s.io Lease), by which a real kube-controller-manager tells that it is alive. */
export async function renewLease(client: ApiClient, name: string): Promise<void> {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const spec = {
    holderIdentity: name,
    leaseDurationSeconds: 40,
    renewTime: `${new Date().toISOString().slice(0, -1)}000Z`,
  };
  const answer = await client.ask(`${leases}/${name}`, {
    method: 'PATCH',
    contentType: 'application/merge-patch+json',
    body: { spec },
  });
  if (answer.status !== 404) return;
  await client.ask(leases, {
    method: 'POST',
    body: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
      spec,
    },
  });
}

import type { Pod } from '../api/objects.ts';
import type { NodePlace } from '../underlay.ts';

const condition = (type: string, status: boolean, now: string): object => ({
  type,
  status: status ? 'True' : 'False',
  lastTransitionTime: now,
});

const hostAddresses = (node: NodePlace): object => {
  const ips = node.addresses.map(({ address }) => ({ ip: address }));
  return { hostIP: ips[0]?.ip, hostIPs: ips };
};

/** Status of a pod whose sandbox is up. */
export function runningStatus(pod: Pod, node: NodePlace, addresses: readonly string[]): object {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  return {
    phase: 'Running',
    message: null,
    ...hostAddresses(node),
    podIP: addresses[0] ?? null,
    podIPs: addresses.map((ip) => ({ ip })),
    startTime: now,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => condition(type, true, now)),
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      ...{ name, image, imageID: '', ready: true, started: true, restartCount: 0 },
      state: { running: { startedAt: now } },
    })),
  };
}

/** Status of a pod whose sandbox could not be made; `message` is the network plugin's. */
export function waitingStatus(pod: Pod, node: NodePlace, message: string): object {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  return {
    phase: 'Pending',
    message,
    ...hostAddresses(node),
    conditions: [
      condition('PodScheduled', true, now),
      condition('Initialized', true, now),
      condition('ContainersReady', false, now),
      condition('Ready', false, now),
    ],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      ...{ name, image, imageID: '', ready: false, started: false, restartCount: 0 },
      state: { waiting: { reason: 'FailedCreatePodSandBox', message } },
    })),
  };
}

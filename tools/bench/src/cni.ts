import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ApiClient,
  findSandbox,
  kubeconfigFile,
  type Lab,
  LabState,
  type List,
  labConfig,
  type Pod,
  podsReady,
  readKubeconfig,
  removeLab,
  silentProgress,
  up,
} from '@ovnkube/lab';
import { cpuByPart, perPod } from './cni-cpu.ts';

const podCount = 100;
const podsPerSecond = 20;

/** Figures of one run, milliseconds. */
interface CniFigures {
  readonly pods: number;
  readonly perSecond: number;
  /** CNI ADD as its caller sees it: from the start of the plugin's process to its end. */
  readonly add: Spread;
  /** From the creation of the first pod to the last one Ready. */
  readonly wholeSeconds: number;
  /** CPU milliseconds a pod, by part: unlike times, they do not depend on what else the machine does. */
  readonly cpuPerPod: Readonly<Record<string, number>>;
  /** The plugin's process alone: VERSION, which asks nobody. */
  readonly shim: Spread;
}

interface Spread {
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Nearest-rank percentiles. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { min: at(0), p50: at(0.5), p99: at(0.99), max: at(1) };
}

/**
 * 100 pods at 20 a second on one node of a lab, by the plugin's own binary as a kubelet calls it: p50 and p99 of ADD, and the
 * start-up of the plugin's process alone.
 */
export async function cniBench(options: { readonly repeat: number; readonly json: boolean }): Promise<void> {
  const runs: CniFigures[] = [];
  for (let run = 0; run < options.repeat; run++) runs.push(await measure(`bench${process.pid % 100_000}`));
  if (options.json) console.log(JSON.stringify(runs, null, 2));
  else for (const figures of runs) print(figures);
}

async function measure(name: string): Promise<CniFigures> {
  const config = labConfig({
    ...{ name, nodes: '1', ipFamilies: 'ipv4', gatewayMode: 'shared' },
    ...{ northd: 'ovn', controller: 'ovn', kube: 'embedded' },
  });
  try {
    const lab = await up(config, silentProgress);
    const client = new ApiClient(readKubeconfig(kubeconfigFile(lab.state)));
    const shim = shimStart(lab);
    const before = cpuByPart(lab);
    const begin = performance.now();
    await createPods(client, begin);
    await podsReady(
      client,
      Array.from({ length: podCount }, (_, index) => `default/${podName(index)}`),
      120,
    );
    const wholeSeconds = (performance.now() - begin) / 1000;
    const cpuPerPod = perPod(before, cpuByPart(lab), podCount);
    const { items } = await client.json<List<Pod>>('/api/v1/namespaces/default/pods');
    const add = spread(items.map((pod) => findSandbox(lab, pod).addMilliseconds));
    return { pods: podCount, perSecond: podsPerSecond, add, wholeSeconds, cpuPerPod, shim };
  } finally {
    await removeLab(new LabState(name));
  }
}

const podName = (index: number): string => `pod-${index}`;

/** Pods on a timetable, so that a slow answer does not slow the load. */
async function createPods(client: ApiClient, begin: number): Promise<void> {
  const created: Promise<unknown>[] = [];
  for (let index = 0; index < podCount; index++) {
    await delay(Math.max(0, begin + (index * 1000) / podsPerSecond - performance.now()));
    const body = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: podName(index), namespace: 'default' } },
      spec: { nodeName: 'node1', containers: [{ name: 'pause', image: 'registry.k8s.io/pause:3.10' }] },
    };
    created.push(client.json('/api/v1/namespaces/default/pods', { method: 'POST', body }));
  }
  await Promise.all(created);
}

function shimStart(lab: Lab): Spread {
  const plugin = lab.state.path('cni-bin', 'ovn-k8s-cni-overlay');
  const times = Array.from({ length: 30 }, () => {
    const begin = performance.now();
    const { status, stderr } = spawnSync(plugin, {
      env: { ...process.env, CNI_COMMAND: 'VERSION' },
      input: '{"cniVersion":"1.1.0"}',
    });
    if (status !== 0) throw new Error(`${plugin}: VERSION: exit code ${status}: ${String(stderr)}`);
    return performance.now() - begin;
  });
  return spread(times);
}

function print({ pods, perSecond, add, wholeSeconds, cpuPerPod, shim }: CniFigures): void {
  const row = (title: string, { min, p50, p99, max }: Spread): string =>
    [title.padEnd(34), ...[min, p50, p99, max].map((value) => value.toFixed(0).padStart(7))].join('');
  console.log(`${pods} pods at ${perSecond} a second on one node, all Ready after ${wholeSeconds.toFixed(1)} s`);
  console.log(`${'milliseconds'.padEnd(34)}    min    p50    p99    max`);
  console.log(row('ADD, as the kubelet sees it', add));
  console.log(row('the plugin alone (VERSION)', shim));
  const total = Object.values(cpuPerPod).reduce((sum, value) => sum + value, 0);
  console.log(`CPU milliseconds a pod: ${total.toFixed(0)}, of them`);
  for (const [part, value] of Object.entries(cpuPerPod))
    console.log(`  ${part.padEnd(52)} ${value.toFixed(1).padStart(6)}`);
  const cores = (total * perSecond) / 1000;
  console.log(
    `${perSecond} pods a second keep ${cores.toFixed(1)} cores busy; this machine has ${availableParallelism()}.`,
  );
}

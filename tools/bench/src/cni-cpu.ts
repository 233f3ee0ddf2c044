import { readFileSync } from 'node:fs';
import type { Lab } from '@ovnkube/lab';

/** CPU milliseconds by part of a node, since the start of its processes. */
export type CpuByPart = ReadonlyMap<string, number>;

interface Times {
  readonly own: number;
  /** Of children that have ended and were waited for. */
  readonly children: number;
}

/** Clock ticks of proc_pid_stat(5) are hundredths of a second on every Linux that Node runs on. */
const tickMilliseconds = 10;

function times(pid: number): Times {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /s, '').split(' ').map(Number);
    const sum = (from: number): number => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) * tickMilliseconds;
    return { own: sum(11), children: sum(13) };
  } catch {
    return { own: 0, children: 0 };
  }
}

/** What the parts of the lab's first node, and the lab itself, have used so far. */
export function cpuByPart(lab: Lab): CpuByPart {
  const pids = new Map(
    lab.state.journal().flatMap((entry) => (entry.kind === 'process' ? [[entry.title, entry.pid]] : [])),
  );
  const of = (title: string): Times => times(pids.get(title) ?? 0);
  const program = (name: string): Times => times(Number(readFileSync(lab.state.path('node1', `${name}.pid`), 'utf8')));
  const agent = of('node1 node-agent');
  const own = of('lab');
  const databases = ['ovsdb-server', 'ovsdb-server-nb', 'ovsdb-server-sb'].map((name) => of(`node1 ${name}`).own);
  return new Map([
    ['ovs-vswitchd', of('node1 ovs-vswitchd').own],
    ['ovn-controller', program('ovn-controller').own],
    ['ovn-northd', program('ovn-northd').own],
    ['ovsdb-servers', databases.reduce((sum, value) => sum + value, 0)],
    ['node agent', agent.own],
    ['node agent: ip, ethtool', agent.children],
    ['plugin, ip netns (children of the kubelet stand-in)', own.children],
    ['API server and kubelet stand-in', own.own],
  ]);
}

/** Milliseconds that each part used between two looks, per pod. */
export const perPod = (before: CpuByPart, after: CpuByPart, pods: number): Readonly<Record<string, number>> =>
  Object.fromEntries([...after].map(([part, value]) => [part, (value - (before.get(part) ?? 0)) / pods]));

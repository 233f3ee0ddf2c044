import type { ApiClient } from './api/client.ts';
import { hasCondition, type List, type Node, objectKey, type Pod, podIPs } from './api/objects.ts';
import { kubeconfigFile, type Lab, type LabConfig } from './lab-config.ts';
import { isAlive } from './process-id.ts';
import { formatTable } from './table.ts';

/** What `status` tells. */
export interface LabStatus {
  readonly lab: LabConfig;
  readonly kubeconfig: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly ready: boolean;
    readonly addresses: readonly string[];
    readonly subnets: string;
  }[];
  readonly pods: readonly {
    readonly name: string;
    readonly node: string;
    readonly phase: string;
    readonly addresses: readonly string[];
  }[];
  readonly processes: readonly { readonly title: string; readonly pid: number; readonly alive: boolean }[];
}

export const nodeSubnets = (node: Node): string => node.metadata.annotations?.['k8s.ovn.org/node-subnets'] ?? '';

export async function labStatus(lab: Lab, client: ApiClient): Promise<LabStatus> {
  const nodes = await client.json<List<Node>>('/api/v1/nodes');
  const pods = await client.json<List<Pod>>('/api/v1/pods');
  const processes = new Map(
    lab.state
      .journal()
      .flatMap((entry) => (entry.kind === 'process' && !/ pod /.test(entry.title) ? [[entry.title, entry]] : [])),
  );
  return {
    lab: lab.config,
    kubeconfig: kubeconfigFile(lab.state),
    nodes: nodes.items.map((node) => ({
      name: node.metadata.name,
      ready: hasCondition(node, 'Ready'),
      addresses:
        node.status?.addresses?.filter(({ type }) => type === 'InternalIP').map(({ address }) => address) ?? [],
      subnets: nodeSubnets(node),
    })),
    pods: pods.items.map((pod) => ({
      name: objectKey(pod),
      node: pod.spec.nodeName ?? '',
      phase: pod.status?.phase ?? 'Pending',
      addresses: podIPs(pod),
    })),
    processes: [...processes.values()]
      .map((entry) => ({ title: entry.title, pid: entry.pid, alive: isAlive(entry) }))
      .sort((a, b) => a.title.localeCompare(b.title)),
  };
}

export function printStatus({ lab, kubeconfig, nodes, pods, processes }: LabStatus): void {
  console.log(
    `Lab "${lab.name}": ${lab.nodes} nodes, ${lab.families.join(', ')}, ${lab.gatewayMode} gateway, ${lab.kube} API\nKUBECONFIG=${kubeconfig}\n`,
  );
  console.log(
    formatTable([
      ['NODE', 'READY', 'ADDRESSES', 'SUBNETS'],
      ...nodes.map((node) => [node.name, String(node.ready), node.addresses.join(' '), node.subnets]),
    ]),
  );
  console.log(
    formatTable([
      ['POD', 'NODE', 'PHASE', 'ADDRESSES'],
      ...pods.map((pod) => [pod.name, pod.node, pod.phase, pod.addresses.join(' ')]),
    ]),
  );
  console.log(
    formatTable([
      ['PROGRAM', 'PID', 'RUNS'],
      ...processes.map(({ title, pid, alive }) => [title, String(pid), alive ? 'yes' : 'no']),
    ]),
  );
}

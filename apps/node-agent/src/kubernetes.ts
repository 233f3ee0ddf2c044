import type { Graph, InputTable } from '@ovnkube/incremental';
import {
  EventRecorder,
  KubeClient,
  type Log,
  loadAccess,
  type Node,
  type Pod,
  resources,
  startInformer,
} from '@ovnkube/kube';
import type { AgentConfig } from './config.ts';

/** The part of the cluster that a node's agent follows. */
export interface Kubernetes {
  readonly client: KubeClient;
  readonly events: EventRecorder;
  /** Every node, by name. */
  readonly nodes: InputTable<Node>;
  /** The pods of this node, by `namespace/name`: those of others concern no row of this zone. */
  readonly pods: InputTable<Pod>;
}

/** Connects and resolves with complete tables, which then follow the API server. Rejects with KubeError `config` for a bad kubeconfig. */
export async function followKubernetes(
  graph: Graph,
  config: AgentConfig,
  log: Log,
  signal: AbortSignal,
): Promise<Kubernetes> {
  const access = await loadAccess(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig });
  const client = new KubeClient(access, { fieldManager: 'ovnkube-node-agent' });
  const nodes = graph.input<Node>('kubernetes/nodes');
  const pods = graph.input<Pod>('kubernetes/pods');
  const informers = [
    startInformer(client, resources.nodes, { graph, table: nodes, signal, log }),
    startInformer(client, resources.pods, {
      graph,
      table: pods,
      fieldSelector: `spec.nodeName=${config.node}`,
      signal,
      log,
    }),
  ];
  await Promise.all(informers.map(({ synced }) => synced));
  const events = new EventRecorder(client, 'ovnkube-node-agent', { signal, log, host: config.node });
  return { client, events, nodes, pods };
}

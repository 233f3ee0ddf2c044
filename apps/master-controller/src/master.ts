import { Graph, type Table } from '@ovnkube/incremental';
import {
  AnnotationWriter,
  EventRecorder,
  KubeClient,
  type Leadership,
  type Log,
  lead,
  loadAccess,
  type Node,
  resources,
  startInformer,
} from '@ovnkube/kube';
import type { MasterConfig } from './config.ts';
import { MasterMetrics } from './metrics.ts';
import { NodeAssignment } from './node-assignment.ts';

/**
 * Follow the nodes, wait for the Lease, then assign until the signal aborts or the Lease is lost. Every candidate has its
 * table filled, so that a new leader begins with a look at what is there and not with a download.
 */
export async function runMaster(config: MasterConfig, log: Log, signal: AbortSignal): Promise<Leadership<void>> {
  const access = await loadAccess(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig });
  const client = new KubeClient(access, { fieldManager: 'ovnkube-master-controller' });
  const metrics = new MasterMetrics();
  await metrics.serve(config.metricsBindAddress, signal);
  const graph = new Graph();
  const nodes = graph.input<Node>('kubernetes/nodes');
  await startInformer(client, resources.nodes, { graph, table: nodes, signal, log }).synced;
  const election = {
    client,
    lease: { namespace: config.leaseNamespace, name: config.leaseName },
    identity: config.identity,
    leaseDurationMs: config.leaseDuration * 1000,
    renewDeadlineMs: config.renewDeadline * 1000,
    retryPeriodMs: config.retryPeriod * 1000,
    signal,
    log,
    onLeader: (identity: string | undefined) => {
      metrics.leader.set(identity === config.identity ? 1 : 0);
      log.info(
        { leader: identity },
        identity === config.identity ? 'leading' : `the leader is ${identity ?? 'nobody'}`,
      );
    },
  };
  return lead(election, (leading) => assignNodes(nodes, client, config, { log, metrics, signal: leading }));
}

/** Keep the assignments of all nodes until the signal aborts. */
function assignNodes(
  nodes: Table<Node>,
  client: KubeClient,
  config: MasterConfig,
  { log, metrics, signal }: { readonly log: Log; readonly metrics: MasterMetrics; readonly signal: AbortSignal },
): Promise<void> {
  const assignment = new NodeAssignment(config.network);
  const writer = new AnnotationWriter(client, resources.nodes, { signal, log });
  const events = new EventRecorder(client, 'ovnkube-master-controller', { signal, log });
  const stop = nodes.subscribe(
    (batch) => {
      for (const event of assignment.apply(batch)) {
        const { name } = event.node.metadata;
        const uid = nodes.get(name)?.metadata.uid;
        if (event.kind === 'annotate') {
          log.info({ node: name, annotations: event.annotations }, `node ${name} gets its share`);
          writer.write({ name, uid }, event.annotations);
        } else {
          log.warn({ node: name }, event.message);
          events.record(
            { resource: resources.nodes, name },
            { type: 'Warning', reason: 'ErrorAddingNode', message: event.message },
          );
        }
      }
      metrics.count(assignment.usage());
    },
    { initial: true },
  );
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

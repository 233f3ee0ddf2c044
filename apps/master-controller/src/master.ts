import { Graph } from '@ovnkube/incremental';
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
import { type AssignmentEvent, NodeAssignment } from './node-assignment.ts';

/**
 * Wait for the Lease, then follow the nodes and assign until the signal aborts or the Lease is lost. The nodes are listed
 * only then, at the newest version: a table filled before could lack what the leader before has written.
 */
export async function runMaster(config: MasterConfig, log: Log, signal: AbortSignal): Promise<Leadership<void>> {
  const access = await loadAccess(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig });
  const client = new KubeClient(access, { fieldManager: 'ovnkube-master-controller' });
  const metrics = new MasterMetrics();
  await metrics.serve(config.metricsBindAddress, signal);
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
  return lead(election, (leading) => assignNodes(client, config, { log, metrics, signal: leading }));
}

/** Keep the assignments of all nodes until the signal aborts. */
async function assignNodes(
  client: KubeClient,
  config: MasterConfig,
  { log, metrics, signal }: { readonly log: Log; readonly metrics: MasterMetrics; readonly signal: AbortSignal },
): Promise<void> {
  const graph = new Graph();
  const nodes = graph.input<Node>('kubernetes/nodes');
  const informer = startInformer(client, resources.nodes, { graph, table: nodes, signal, log });
  const assignment = new NodeAssignment(config.network);
  const writer = new AnnotationWriter(client, resources.nodes, { signal, log });
  const events = new EventRecorder(client, 'ovnkube-master-controller', { signal, log });
  const carryOut = (event: AssignmentEvent): void => {
    const { name } = event.node.metadata;
    const uid = nodes.get(name)?.metadata.uid;
    if (event.kind === 'annotate') {
      log.info({ node: name, annotations: event.annotations }, `node ${name} gets its share`);
      // What the assignment has not seen it must not overwrite: a leader that was paused may wake up late.
      const seen = event.node.metadata.annotations ?? {};
      const expected = Object.fromEntries(Object.keys(event.annotations).map((key) => [key, seen[key]]));
      writer.write({ name, uid }, event.annotations, expected);
    } else {
      log.warn({ node: name }, event.message);
      const warning = { type: 'Warning', reason: 'ErrorAddingNode', message: event.message } as const;
      events.record({ resource: resources.nodes, name, ...(uid !== undefined && { uid }) }, warning);
    }
  };
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await Promise.race([informer.synced.catch(() => undefined), aborted]);
  if (signal.aborted) return;
  const stop = nodes.subscribe(
    (batch) => {
      for (const event of assignment.apply(batch)) carryOut(event);
      metrics.count(assignment.usage());
    },
    { initial: true },
  );
  await aborted;
  stop();
  await informer.done;
}

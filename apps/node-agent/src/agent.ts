import { runProcess } from '@ovnkube/host';
import { Graph } from '@ovnkube/incremental';
import { isKubeError, type Log, resources } from '@ovnkube/kube';
import { startCniRole } from './cni/role.ts';
import type { CniRequestReport } from './cni/server.ts';
import { SwitchPorts } from './cni/switch-port.ts';
import type { AgentConfig } from './config.ts';
import { ovnEngines } from './engine/ovn.ts';
import { ensureEngine } from './engine/program.ts';
import { followKubernetes, type Kubernetes } from './kubernetes.ts';
import { AgentMetrics } from './metrics.ts';
import { managementPortName } from './node/management-port.ts';
import { startNode } from './node/node.ts';
import { connectSwitch } from './node/switch-database.ts';
import { addressPods } from './zone/pods.ts';
import { startZone } from './zone/zone.ts';

/**
 * The agent from start to stop: every part is started in the order in which a node comes up, and none waits by polling.
 * Resolves when the signal aborts; rejects when the node cannot be one.
 */
export async function runAgent(config: AgentConfig, log: Log, signal: AbortSignal): Promise<void> {
  const began = performance.now();
  const end = new AbortController();
  const stopping = AbortSignal.any([signal, end.signal]);
  const metrics = new AgentMetrics();
  const graph = new Graph({
    onUnitError: ({ table, unit, cause }) => {
      metrics.failures.inc();
      log.warn({ err: cause, table, unit }, `${table}: unit ${unit} failed; its rows stay as they were`);
    },
  });
  try {
    await metrics.serve(config.metricsBindAddress, stopping);
    const kubernetes = await followKubernetes(graph, config, log, stopping);
    const database = await connectSwitch(config.ovsDb, log, stopping);
    const node = await startNode(graph, { database, kubernetes }, config, log, stopping);
    for (const engine of ovnEngines(config)) {
      const { status, pid } = await ensureEngine(engine);
      log.info({ pid }, `${engine.name} ${status}`);
    }
    const zone = await startZone(graph, kubernetes, config, log, stopping);
    let ready = false;
    const cni = config.cni ? await startCni(() => (ready ? [] : ['the node has no subnet yet'])) : undefined;
    const subnets = await node.subnets;
    addressPods(kubernetes, config, subnets, log, stopping);
    ready = true;
    await zone.converged(stopping);
    await new SwitchPorts(database).installed(managementPortName, stopping);
    await cni?.removeStalePorts(stopping);
    await cni?.publish();
    metrics.ready.set((performance.now() - began) / 1000);
    log.info({ seconds: (performance.now() - began) / 1000 }, `node ${config.node} is ready: ${subnets.join(', ')}`);
    await aborted(stopping);
    await cni?.close();
    node.close();
    await zone.close();

    function startCni(problems: () => readonly string[]): ReturnType<typeof startCniRole> {
      return startCniRole({
        run: runProcess,
        db: database,
        pods: kubernetes.pods,
        fetchPod: podFetcher(kubernetes),
        mtu: config.mtu,
        datapathType: config.datapathType,
        socket: config.cniSocket,
        folder: config.cniConfDir,
        problems,
        onRequest: (report) => reportRequest(report, metrics, log),
      });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    end.abort();
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Asks the API server past the informer, for a pod that the runtime knows before it. */
const podFetcher =
  ({ client }: Kubernetes) =>
  async (namespace: string, name: string, signal: AbortSignal) => {
    try {
      const { metadata } = await client.get(resources.pods, { namespace, name }, { signal });
      const { uid, annotations } = metadata;
      return { metadata: { namespace, name, uid, ...(annotations ? { annotations } : {}) } };
    } catch (error) {
      if (isKubeError(error, 'notFound')) return undefined;
      throw error;
    }
  };

function reportRequest(
  { command, pod, containerId, seconds, error }: CniRequestReport,
  metrics: AgentMetrics,
  log: Log,
): void {
  metrics.cniRequests.observe({ command: command ?? 'none', err: String(error !== undefined) }, seconds);
  const details = { command, pod, containerId, seconds };
  if (error === undefined) log.info(details, `CNI ${command} ${pod}`);
  else log.warn({ ...details, err: error }, `CNI ${command} ${pod} failed`);
}

import { randomUUID } from 'node:crypto';
import type { Graph } from '@ovnkube/incremental';
import { type Cidr, type NodeAnnotations, parseAddress, readNodeAnnotations } from '@ovnkube/ipam';
import { AnnotationWriter, type Log, resources } from '@ovnkube/kube';
import { type DesiredRow, desiredEntry } from '@ovnkube/ovn-db';
import type { OvsdbClient } from '@ovnkube/ovsdb';
import type { AgentConfig } from '../config.ts';
import { AgentError } from '../error.ts';
import type { Kubernetes } from '../kubernetes.ts';
import { encapIps, ownAnnotations } from './annotations.ts';
import { followFacts, hostReconciler, lookAtHost } from './host.ts';
import { managementPortHost } from './management-port.ts';
import { reconcileSwitch, systemId } from './switch-database.ts';
import { switchRows } from './switch-rows.ts';

/** This host as a node: its switch, its annotations, its management port. */
export interface LocalNode {
  /** Resolves with the node's subnets once the master controller has assigned them and the management port's rows are written. */
  readonly subnets: Promise<readonly Cidr[]>;
  close(): void;
}

/** Makes the host a node and keeps it one. Rejects with AgentError `host` when it has no usable gateway interface. */
export async function startNode(
  graph: Graph,
  { database, kubernetes }: { readonly database: OvsdbClient; readonly kubernetes: Kubernetes },
  config: AgentConfig,
  log: Log,
  signal: AbortSignal,
): Promise<LocalNode> {
  const factsOptions = {
    network: config.network,
    ...(config.gatewayInterface === undefined ? {} : { gatewayInterface: config.gatewayInterface }),
  };
  let facts = await lookAtHost(factsOptions, signal);
  log.info({ facts }, `gateway interface ${facts.interface}`);
  const chassisId = systemId(database) ?? randomUUID();
  const endpoints = encapIps(config, facts);
  const rows = graph.input<DesiredRow>('node/switch-rows');
  const desire = (subnets?: readonly Cidr[]): void =>
    rows.replace(switchRows({ config, chassisId, encapIps: endpoints, subnets }).map(desiredEntry));
  desire();
  const reconciler = reconcileSwitch(database, rows, graph, log);
  const host = hostReconciler(log, signal);
  const writer = new AnnotationWriter(kubernetes.client, resources.nodes, { signal, log });

  const annotate = (): void => {
    const row = kubernetes.nodes.get(config.node);
    if (row === undefined) return;
    const existing = row.metadata.annotations ?? {};
    const subnets = subnetsOf(existing, config);
    const wanted = ownAnnotations({ config, facts, chassisId, encapIps: endpoints.map(addressOf), subnets, existing });
    const changed = Object.entries(wanted).filter(([key, value]) => existing[key] !== value);
    if (changed.length > 0) writer.write({ name: config.node, uid: row.metadata.uid }, Object.fromEntries(changed));
  };
  void followFacts(
    factsOptions,
    (found) => {
      facts = found;
      annotate();
    },
    log,
    signal,
  );

  const assigned = Promise.withResolvers<readonly Cidr[]>();
  assigned.promise.catch(() => undefined);
  signal.addEventListener('abort', () => assigned.reject(signal.reason), { once: true });
  let known = '';
  const stop = kubernetes.nodes.subscribe(
    ({ changes }) => {
      if (!changes.has(config.node)) return;
      annotate();
      const subnets = subnetsOf(kubernetes.nodes.get(config.node)?.metadata.annotations ?? {}, config);
      if (subnets === undefined || String(subnets) === known) return;
      known = String(subnets);
      desire(subnets);
      void host.set(managementPortHost({ network: config.network, subnets, mtu: config.mtu }));
      reconciler.converged(signal).then(() => assigned.resolve(subnets), assigned.reject);
    },
    { initial: true },
  );
  if (!kubernetes.nodes.has(config.node)) log.warn({}, `there is no Node object ${config.node} yet; waiting for it`);
  await reconciler.converged(signal);
  return {
    subnets: assigned.promise,
    close() {
      stop();
      reconciler.stop();
    },
  };
}

function subnetsOf(
  annotations: Readonly<Record<string, string>>,
  { network }: AgentConfig,
): NodeAnnotations['subnets'] {
  const { subnets } = readNodeAnnotations(annotations, network.name).values;
  return subnets && network.families.flatMap((family) => subnets.filter((subnet) => subnet.family === family));
}

function addressOf(text: string): NonNullable<ReturnType<typeof parseAddress>> {
  const address = parseAddress(text);
  if (address === undefined) throw new AgentError('flag', `--encap-ip ${text}: must be an IP address of this host`);
  return address;
}

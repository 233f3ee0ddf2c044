import { setTimeout as delay } from 'node:timers/promises';
import { followNamespace, HostReconciler, observe, runProcess } from '@ovnkube/host';
import type { Network } from '@ovnkube/ipam';
import type { Log } from '@ovnkube/kube';
import { type NodeFacts, nodeFacts } from './facts.ts';
import { routeProtocol } from './management-port.ts';

/** Looks at the host once. Throws AgentError `host` when it has no usable gateway interface. */
export async function lookAtHost(options: FactsOptions, signal: AbortSignal): Promise<NodeFacts> {
  return nodeFacts(await observe(runProcess, { routes: true, signal }), options);
}

export interface FactsOptions {
  readonly gatewayInterface?: string;
  readonly network: Network;
}

/** Calls `onFacts` whenever an address or a default route of the host has changed, until the signal aborts. */
export async function followFacts(
  options: FactsOptions,
  onFacts: (facts: NodeFacts) => void,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { line } of followNamespace({ signal })) {
        // A pod's link brings link-local addresses and link events only: not worth a look at the whole host.
        if (/ scope global|^(Deleted )?default /.test(line)) onFacts(await lookAtHost(options, signal));
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error }, 'the host cannot be watched or has no gateway interface now; looking again in a second');
      await delay(1000, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Keeps the management port's addresses, routes and neighbours on the host. */
export function hostReconciler(log: Log, signal: AbortSignal): HostReconciler {
  return new HostReconciler({
    owner: { protocol: routeProtocol },
    signal,
    onReport: (report) => log.debug({ report }, 'management port reconciled'),
    onError: (error) =>
      log.warn({ err: error }, 'the management port could not be reconciled; trying again at the next change'),
  });
}

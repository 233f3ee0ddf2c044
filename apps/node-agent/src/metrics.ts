import { serveMetrics } from '@ovnkube/metrics';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Metrics by upstream's names, where upstream has them. */
export class AgentMetrics {
  readonly #registry = new Registry();

  readonly ready = new Gauge({
    name: 'ovnkube_node_ready_duration_seconds',
    help: 'Seconds from the start of the agent until the node was ready for pods.',
    registers: [this.#registry],
  });

  readonly cniRequests = new Histogram({
    name: 'ovnkube_node_cni_request_duration_seconds',
    help: 'Duration of CNI requests.',
    labelNames: ['command', 'err'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120],
    registers: [this.#registry],
  });

  readonly failures = new Counter({
    name: 'ovnkube_resource_retry_failures_total',
    help: 'Objects whose rows could not be made.',
    registers: [this.#registry],
  });

  /** Serve them on HOST:PORT until the signal aborts; without an address do nothing. Rejects with MetricsAddressError. */
  async serve(address: string | undefined, signal: AbortSignal): Promise<void> {
    if (address !== undefined) await serveMetrics(this.#registry, address, signal, '--metrics-bind-address');
  }
}

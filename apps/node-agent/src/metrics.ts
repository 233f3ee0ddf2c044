import { createServer } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { AgentError } from './error.ts';

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

  /** Serve /metrics on HOST:PORT until the signal aborts; without an address do nothing. Throws AgentError `flag`. */
  async serve(address: string | undefined, signal: AbortSignal): Promise<void> {
    if (address === undefined) return;
    const [, host, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
    if (port === undefined)
      throw new AgentError('flag', `--metrics-bind-address ${address}: must be HOST:PORT, such as 127.0.0.1:9476`);
    collectDefaultMetrics({ register: this.#registry });
    const server = createServer((request, response) => {
      if (request.url !== '/metrics') {
        response.writeHead(404).end('try /metrics\n');
        return;
      }
      this.#registry.metrics().then(
        (text) => response.writeHead(200, { 'Content-Type': this.#registry.contentType }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(Number(port), host, resolve);
    });
    signal.addEventListener('abort', () => server.close(), { once: true });
  }
}

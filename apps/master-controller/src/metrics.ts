import { createServer } from 'node:http';
import type { NodeSubnetUsage } from '@ovnkube/ipam';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { FlagError } from './error.ts';

/** Metrics by upstream's names. */
export class MasterMetrics {
  readonly #registry = new Registry();

  readonly leader = new Gauge({
    name: 'ovnkube_clustermanager_leader',
    help: '1 while this process leads.',
    registers: [this.#registry],
  });

  readonly #sizes = {
    ipv4: this.#subnets('num_v4_host_subnets', 'IPv4 node subnets that the cluster subnets hold.'),
    ipv6: this.#subnets('num_v6_host_subnets', 'IPv6 node subnets that the cluster subnets hold.'),
  };
  readonly #used = {
    ipv4: this.#subnets('allocated_v4_host_subnets', 'IPv4 node subnets that nodes have.'),
    ipv6: this.#subnets('allocated_v6_host_subnets', 'IPv6 node subnets that nodes have.'),
  };

  count(usage: readonly NodeSubnetUsage[]): void {
    for (const family of ['ipv4', 'ipv6'] as const) {
      const pools = usage.filter(({ cidr }) => cidr.family === family);
      this.#sizes[family].set(pools.reduce((sum, { size }) => sum + size, 0));
      this.#used[family].set(pools.reduce((sum, { used }) => sum + used, 0));
    }
  }

  /** Serve /metrics on HOST:PORT until the signal aborts; without an address do nothing. */
  async serve(address: string | undefined, signal: AbortSignal): Promise<void> {
    if (address === undefined) return;
    const [, host, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
    if (port === undefined)
      throw new FlagError(`--metrics-bind-address ${address}: must be HOST:PORT, such as 127.0.0.1:9411`);
    collectDefaultMetrics({ register: this.#registry });
    const server = createServer((request, response) => {
      if (request.url !== '/metrics') response.writeHead(404).end('try /metrics\n');
      else
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

  #subnets(name: string, help: string): Gauge {
    return new Gauge({ name: `ovnkube_clustermanager_${name}`, help, registers: [this.#registry] });
  }
}

import type { NodeSubnetUsage } from '@ovnkube/ipam';
import { serveMetrics } from '@ovnkube/metrics';
import { Gauge, Registry } from 'prom-client';

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

  /** Serve them on HOST:PORT until the signal aborts; without an address do nothing. Rejects with MetricsAddressError. */
  async serve(address: string | undefined, signal: AbortSignal): Promise<void> {
    if (address !== undefined) await serveMetrics(this.#registry, address, signal, '--metrics-bind-address');
  }

  #subnets(name: string, help: string): Gauge {
    return new Gauge({ name: `ovnkube_clustermanager_${name}`, help, registers: [this.#registry] });
  }
}

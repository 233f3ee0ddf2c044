import { Counter, Registry } from 'prom-client';
import { afterAll, expect, it } from 'vitest';
import { MetricsAddressError, serveMetrics } from './server.ts';

const end = new AbortController();
afterAll(() => end.abort());

it('serves the registry and the process at /metrics, and nothing else', async () => {
  const registry = new Registry();
  new Counter({ name: 'pods_total', help: 'pods', registers: [registry] }).inc(3);
  const port = await serveMetrics(registry, '127.0.0.1:0', end.signal);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toContain('pods_total 3');
  expect(text).toContain('process_cpu_seconds_total');
  expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(404);
});

it.each(['9476', '127.0.0.1', '127.0.0.1:x', '203.0.113.1:1'])('refuses %s, saying why', async (address) => {
  await expect(serveMetrics(new Registry(), address, end.signal)).rejects.toThrow(MetricsAddressError);
});

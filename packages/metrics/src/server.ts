import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, type Registry } from 'prom-client';

/** An address that cannot be listened on; the message says what would be right. */
export class MetricsAddressError extends Error {
  override readonly name = 'MetricsAddressError';
}

/**
 * Serve `registry` and the process's own metrics at /metrics of HOST:PORT (`127.0.0.1:9476`, `[::1]:9476`; port 0 takes a
 * free one) until the signal aborts. Resolves with the port. Rejects with MetricsAddressError, which calls the address by
 * `setting`: the flag that it came from.
 */
export async function serveMetrics(
  registry: Registry,
  address: string,
  signal: AbortSignal,
  setting = 'metrics address',
): Promise<number> {
  const [, host, port] = /^\[?([^\]]*)\]?:(\d{1,5})$/.exec(address) ?? [];
  if (port === undefined)
    throw new MetricsAddressError(`${setting} ${address}: must be HOST:PORT, such as 127.0.0.1:9476`);
  collectDefaultMetrics({ register: registry });
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end('try /metrics\n');
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new MetricsAddressError(`${setting} ${address}: cannot be listened on: ${cause.message}`, { cause })),
    );
    server.listen(Number(port), host, resolve);
  });
  signal.addEventListener('abort', () => server.close(), { once: true });
  return (server.address() as AddressInfo).port;
}

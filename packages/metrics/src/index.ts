/** Serves the metrics of a process to Prometheus. */
export { MetricsAddressError, serveMetrics } from './server.ts';

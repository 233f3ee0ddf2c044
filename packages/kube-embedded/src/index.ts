/**
 * A Kubernetes API server in this process, for tests and the lab: generic over resources, in memory, with watches,
 * patches, server-side apply, finalizers, custom resource definitions and tables for kubectl. What controllers and
 * kubelets do is not here, but for emptying namespaces and collecting the dependents of deleted owners.
 */
export { type Certificate, selfSigned } from './certificate.ts';
export { kubeconfig } from './kubeconfig.ts';
export { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from './server.ts';

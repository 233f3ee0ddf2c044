/**
 * The CNI plugin binary `ovn-k8s-cni-overlay`: reads a request as a container runtime makes it, hands it to the node agent over
 * a unix socket and prints the answer in the version that was asked for. This entry is for tests and for embedding; the binary
 * is `dist/ovn-k8s-cni-overlay.cjs`, one file that needs nothing but Node.
 */
export { AgentAbsent, type Answer, post } from './agent.ts';
export { type Outcome, runPlugin, type Surroundings } from './plugin.ts';
export { usage } from './usage.ts';

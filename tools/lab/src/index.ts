/**
 * A cluster on one machine: nodes are network namespaces on a wire of their own, each with its own real Open vSwitch and OVN
 * databases; pods are namespaces that a kubelet's stand-in makes through the CNI plugin.
 */
export { ApiClient } from './api/client.ts';
export { readKubeconfig } from './api/kubeconfig.ts';
export type { List, Pod } from './api/objects.ts';
export { removeLab } from './down.ts';
export { LabError, type LabErrorCode } from './error.ts';
export { findSandbox } from './find-sandbox.ts';
export { podsReady } from './first-look.ts';
export type { SandboxRecord } from './kubelet/sandbox.ts';
export { kubeconfigFile, type Lab, type LabConfig, type LabFlags, labConfig, openLab } from './lab-config.ts';
export { type Progress, silentProgress, textProgress } from './progress.ts';
export { LabState } from './state.ts';
export { up } from './up.ts';

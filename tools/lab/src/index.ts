/**
 * A cluster on one machine: nodes are network namespaces on a wire of their own, each with its own real Open vSwitch and OVN
 * databases; pods are namespaces that a kubelet's stand-in makes through the CNI plugin.
 */
export { removeLab } from './down.ts';
export { LabError, type LabErrorCode } from './error.ts';
export { type Lab, type LabConfig, labConfig, openLab } from './lab-config.ts';
export { LabState } from './state.ts';
export { up } from './up.ts';

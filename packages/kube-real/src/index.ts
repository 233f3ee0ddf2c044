/**
 * A real kube-apiserver, kube-controller-manager and etcd on this machine: found in $KUBEBUILDER_ASSETS or a cache, or
 * built once through the Go module proxy, and started on free ports of one address.
 */
export { type Binaries, type BinariesOptions, cacheFolder, findBinaries, missingReason } from './binaries.ts';
export { type RealCluster, type RealOptions, startReal } from './cluster.ts';
export { KubeRealError, type KubeRealErrorCode } from './error.ts';
export { goMod, kubernetesVersion, type Program } from './go-module.ts';

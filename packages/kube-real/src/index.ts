/** A real kube-apiserver, kube-controller-manager and etcd on this machine: found, or built once, and started. */
export const name = '@ovnkube/kube-real';

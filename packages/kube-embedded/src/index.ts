/** An in-process Kubernetes API server for tests and the lab, generic over resources. */
export const name = '@ovnkube/kube-embedded';

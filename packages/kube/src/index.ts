/** Kubernetes as tables: informers, annotations, status, events and leader election. */
export const name = '@ovnkube/kube';

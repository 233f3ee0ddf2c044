/** The CNI plugin binary: hands a request to the node agent over a unix socket. */
export const name = '@ovnkube/cni-shim';

/** The CNI 1.1 specification as types and pure functions: configuration, arguments, results, errors. */
export const name = '@ovnkube/cni';

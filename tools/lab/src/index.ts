/** A cluster on one machine: nodes are network namespaces with their own real Open vSwitch and databases. */
export const name = '@ovnkube/lab';

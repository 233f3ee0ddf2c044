/** The flow compiler: OVN's expression and action language to OpenFlow matches and actions. */
export const name = '@ovnkube/logical-flow';

/** The schemas and typed rows of OVN_Northbound, OVN_Southbound and Open_vSwitch, and the row reconciler. */
export const name = '@ovnkube/ovn-db';

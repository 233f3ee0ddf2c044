import type { OVN_Northbound, OVN_Southbound } from '@ovnkube/ovn-db';

/** The northbound tables that hold rows of a topology: what a reconciler of it looks after. */
export const northboundTables = [
  'Copp',
  'Gateway_Chassis',
  'Load_Balancer_Group',
  'Logical_Router',
  'Logical_Router_Policy',
  'Logical_Router_Port',
  'Logical_Router_Static_Route',
  'Logical_Switch',
  'Logical_Switch_Port',
  'Meter',
  'Meter_Band',
  'NAT',
  'Port_Group',
  'Static_MAC_Binding',
] as const satisfies readonly (keyof OVN_Northbound)[];

/** The southbound tables that hold rows of a topology. */
export const southboundTables = ['Chassis', 'Encap'] as const satisfies readonly (keyof OVN_Southbound)[];

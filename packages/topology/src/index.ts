/** Nodes, switches, routers, gateways, interconnect and pods as northbound rows. */
export const name = '@ovnkube/topology';

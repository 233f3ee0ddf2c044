/**
 * The logical topology of a cluster network: nodes, pods and the interconnect between zones, as northbound rows (and
 * southbound chassis of other zones). Pure and incremental: a change costs the rows of the node or pod that changed.
 */
export { type Names, type NodeNames, namesOf } from './names.ts';
export type { NodeObject } from './node.ts';
export { type OwnerType, ownerTypes, topologyOwns } from './owner.ts';
export type { PodObject } from './pod-port.ts';
export { northboundTables, southboundTables } from './tables.ts';
export { type Pending, type Topology, type TopologyInputs, topology } from './topology.ts';
export type { TopologyOptions } from './zone.ts';

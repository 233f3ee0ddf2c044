/**
 * IP addresses of a cluster: which subnet a node gets, which address a pod gets, every address and MAC that follows from
 * them, and the annotations in which Kubernetes objects carry them. Pure and synchronous; runs in a browser too.
 */
export { Address, addressBits, type Family, parseAddress } from './address.ts';
export { Cidr, parseCidr } from './cidr.ts';
export {
  assertDisjoint,
  type ClusterSubnet,
  familiesOf,
  formatClusterSubnets,
  parseClusterSubnets,
  parseSubnets,
} from './cluster-subnet.ts';
export { IpamError, type IpamErrorCode } from './error.ts';
export { isMac, linkLocalOf, macOf } from './mac.ts';
export {
  clusterRouterJoinAddresses,
  defaultNetwork,
  gatewayRouterJoinAddresses,
  type MasqueradeUse,
  masqueradeAddresses,
  type Network,
  type NetworkOptions,
  transitAddresses,
  userDefinedNetwork,
} from './network.ts';
export {
  type AnnotationProblem,
  type GatewayMode,
  type L3GatewayConfig,
  type NodeAnnotations,
  type NodeAnnotationsReading,
  type NodeAnnotationsTarget,
  nodeAnnotationNames,
  readNodeAnnotations,
  writeNodeAnnotations,
} from './node-annotations.ts';
export {
  firstNodeId,
  lastNodeId,
  type NodeIdAllocation,
  NodeIdAllocator,
  type NodeIdMark,
} from './node-id-allocator.ts';
export { gatewayOf, hybridOverlayPortOf, isPodAddress, managementPortOf } from './node-subnet.ts';
export {
  type NodeSubnetAllocation,
  NodeSubnetAllocator,
  type NodeSubnetMark,
  type NodeSubnetUsage,
} from './node-subnet-allocator.ts';
export {
  PodAddressAllocator,
  type PodAddressOptions,
  type PodAllocation,
  type PodConflict,
  type PodRequest,
} from './pod-address-allocator.ts';
export {
  type PodNetwork,
  type PodNetworkInput,
  type PodNetworkReading,
  type PodNetworkRole,
  type PodNetworkWriting,
  type PodRoute,
  podNetwork,
  podNetworksAnnotation,
  readPodNetwork,
  writePodNetwork,
} from './pod-annotation.ts';

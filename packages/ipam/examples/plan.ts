import {
  defaultNetwork,
  gatewayRouterJoinAddresses,
  NodeIdAllocator,
  NodeSubnetAllocator,
  PodAddressAllocator,
  parseSubnets,
  podNetwork,
  podNetworksAnnotation,
  transitAddresses,
  writeNodeAnnotations,
  writePodNetwork,
} from '@ovnkube/ipam';

// The cluster: one value from which every address follows.
const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23,fd01::/48' });

// A node: an id and a subnet of each family; its annotations carry them.
const node = new NodeIdAllocator().allocate('worker-1');
const subnets = new NodeSubnetAllocator(network.clusterSubnets).allocate('worker-1');
if (node.status !== 'allocated' || subnets.status !== 'allocated') throw new Error('the cluster is full');
const transit = transitAddresses(network, node.id);
console.log(writeNodeAnnotations({ nodeId: node.id, subnets: subnets.subnets, transitAddresses: transit }));
console.log('gateway router', gatewayRouterJoinAddresses(network, node.id).join(' '));

// A pod: the first free address of each family, its MAC address and its routes.
const outcome = new PodAddressAllocator(subnets.subnets).allocate('uid-of-the-pod');
if (outcome.status !== 'allocated') throw new Error(`no address left in ${outcome.subnets}`);
const serviceSubnets = parseSubnets('10.96.0.0/16,fd00:10:96::/112', 'service CIDRs');
const written = writePodNetwork(undefined, podNetwork({ network, serviceSubnets, addresses: outcome.addresses }));
if (written.status === 'written') console.log(podNetworksAnnotation, written.text);

import { Cidr, gatewayRouterJoinAddresses, macOf } from '@ovnkube/ipam';
import { type DesiredRow, ref } from '@ovnkube/ovn-db';
import { nodePart } from './node.ts';
import { nb, portOfRouter, portOfSwitch, routeOf, sb, type Zone } from './zone.ts';

/** A local node's connection of the cluster router to the transit switch. */
export const transitPortPart = nodePart(
  'transit port',
  'local',
  ['nodeId', 'transitAddresses'],
  function* (zone, node) {
    const { nodeId, transitAddresses } = node.annotations;
    const own = zone.names.node(node.name);
    yield nb(
      'Logical_Router_Port',
      own.routerToTransit,
      {
        mac: macOf(transitAddresses.map(({ address }) => address)),
        networks: transitAddresses.map(String),
        options: { mcast_flood: 'true' },
        external_ids: zone.externalIds('Interconnect', { node: node.name }),
      },
      { parents: [portOfRouter(zone.names.clusterRouter)] },
    );
    yield nb(
      'Logical_Switch_Port',
      own.transitToRouter,
      {
        type: 'router',
        addresses: ['router'],
        options: { 'router-port': own.routerToTransit, 'requested-tnl-key': String(nodeId) },
        external_ids: zone.externalIds('Interconnect', { node: node.name }, { node: node.name }),
      },
      { parents: [portOfSwitch(zone.names.transitSwitch)] },
    );
  },
);

/** A node of another zone: its port on the transit switch, and routes to its pods and its gateway router. */
export const remoteNodePart = nodePart(
  'remote node',
  'remote',
  ['nodeId', 'subnets', 'chassisId', 'transitAddresses'],
  function* (zone, node) {
    const { nodeId, subnets, chassisId, transitAddresses } = node.annotations;
    const mac = macOf(transitAddresses.map(({ address }) => address));
    yield nb(
      'Logical_Switch_Port',
      zone.names.node(node.name).transitToRouter,
      {
        type: 'remote',
        addresses: [[mac, ...transitAddresses].join(' ')],
        options: { 'requested-tnl-key': String(nodeId), 'requested-chassis': chassisId },
        external_ids: zone.externalIds('Interconnect', { node: node.name }, { node: node.name }),
      },
      { parents: [portOfSwitch(zone.names.transitSwitch)] },
    );
    const join = gatewayRouterJoinAddresses(zone.network, nodeId).map(({ address }) => Cidr.host(address));
    for (const prefix of [...subnets, ...join]) {
      const via = transitAddresses.find(({ family }) => family === prefix.family);
      if (via !== undefined) yield remoteRoute(zone, node.name, String(prefix), String(via.address));
    }
  },
);

function remoteRoute(zone: Zone, node: string, prefix: string, nexthop: string): DesiredRow {
  return nb(
    'Logical_Router_Static_Route',
    zone.id('RemoteNodeRoute', { node, prefix }),
    {
      ip_prefix: prefix,
      nexthop,
      external_ids: zone.externalIds('RemoteNodeRoute', { node, prefix }, { 'ic-node': node }),
    },
    { parents: [routeOf(zone.names.clusterRouter)] },
  );
}

const genevePort = 6081;

/** A node of another zone in the southbound database: the chassis that its transit port is bound to, and its tunnel ends. */
export const remoteChassisPart = nodePart(
  'remote chassis',
  'remote',
  ['chassisId', 'encapIps'],
  function* (zone, node) {
    const { chassisId, encapIps } = node.annotations;
    const { encapPort = genevePort } = zone.options;
    const options = { csum: 'true', ...(encapPort === genevePort ? {} : { dst_port: String(encapPort) }) };
    const nameOf = (ip: string) => `geneve ${ip}`;
    for (const ip of encapIps.map(String)) {
      yield sb('Encap', nameOf(ip), { type: 'geneve', ip, options, chassis_name: chassisId });
    }
    yield sb('Chassis', chassisId, {
      hostname: node.name,
      other_config: { 'is-remote': 'true' },
      encaps: encapIps.map((ip) => ref('Encap', nameOf(String(ip)))),
      external_ids: zone.externalIds('Interconnect', { node: node.name }),
    });
  },
);

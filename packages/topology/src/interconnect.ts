import { Cidr, gatewayRouterJoinAddresses, macOf } from '@ovnkube/ipam';
import { nodePart } from './node.ts';
import { type DesiredRow, ref } from './row.ts';
import { portOfRouter, portOfSwitch, routeOf, type Zone } from './zone.ts';
import { routerSwitchPort } from './zone-rows.ts';

const owner = (node: { readonly name: string }) => ({ type: 'Interconnect', keys: { node: node.name } });

/** A local node's connection of the cluster router to the transit switch. */
export const transitPortPart = nodePart(
  'transit port',
  'local',
  ['nodeId', 'transitAddresses'],
  function* (zone, node) {
    const { nodeId, transitAddresses } = node.annotations;
    const own = zone.names.node(node.name);
    yield zone.named(
      'Logical_Router_Port',
      own.routerToTransit,
      owner(node),
      {
        mac: macOf(transitAddresses.map(({ address }) => address)),
        networks: transitAddresses.map(String),
        options: { mcast_flood: 'true' },
      },
      portOfRouter(zone.names.clusterRouter),
    );
    const port = routerSwitchPort(
      zone,
      own.transitToRouter,
      own.routerToTransit,
      owner(node),
      zone.names.transitSwitch,
      {
        'requested-tnl-key': String(nodeId),
      },
    );
    yield withNode(port, node.name);
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
    const port = zone.named(
      'Logical_Switch_Port',
      zone.names.node(node.name).transitToRouter,
      owner(node),
      {
        type: 'remote',
        addresses: [[mac, ...transitAddresses].join(' ')],
        options: { 'requested-tnl-key': String(nodeId), 'requested-chassis': chassisId },
      },
      portOfSwitch(zone.names.transitSwitch),
    );
    yield withNode(port, node.name);
    const join = gatewayRouterJoinAddresses(zone.network, nodeId).map(({ address }) => Cidr.host(address));
    for (const prefix of [...subnets, ...join]) {
      const via = transitAddresses.find(({ family }) => family === prefix.family);
      if (via !== undefined) yield remoteRoute(zone, node.name, prefix, String(via.address));
    }
  },
);

function remoteRoute(zone: Zone, node: string, prefix: Cidr, nexthop: string): DesiredRow {
  return zone.identified(
    'Logical_Router_Static_Route',
    { type: 'RemoteNodeRoute', keys: { node, prefix: String(prefix) } },
    { ip_prefix: String(prefix), nexthop, external_ids: { 'ic-node': node } },
    routeOf(zone.names.clusterRouter),
  );
}

/** Ports of the transit switch name their node, so that a person (and upstream) finds them. */
function withNode(port: DesiredRow, node: string): DesiredRow {
  const { external_ids } = port.columns;
  const ids = typeof external_ids === 'object' ? external_ids : {};
  return { ...port, columns: { ...port.columns, external_ids: { ...ids, node } } };
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
    const encaps = encapIps.map((address): DesiredRow => {
      const ip = String(address);
      return {
        table: 'Encap',
        name: `geneve/${ip}`,
        columns: { type: 'geneve', ip, options, chassis_name: chassisId },
      };
    });
    yield* encaps;
    yield zone.named('Chassis', chassisId, owner(node), {
      hostname: node.name,
      other_config: { 'is-remote': 'true' },
      encaps: encaps.map(({ table, name }) => ref(table, name)),
    });
  },
);

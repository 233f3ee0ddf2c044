import { clusterRouterJoinAddresses, macOf } from '@ovnkube/ipam';
import { type DesiredRow, hashName, ref } from '@ovnkube/ovn-db';
import { coppName } from './names.ts';
import { nb, portOfRouter, portOfSwitch, type Zone } from './zone.ts';

/** Tunnel keys of transit switches end at this one and the network id: the top of the range, agreed on by all zones. */
const transitSwitchTunnelKey = 16_711_683;

/** The port group of all ports of the cluster: pods and management ports. */
export const clusterPortGroup = (zone: Zone) => hashName(zone.id('Cluster', { name: 'clusterPortGroup' }));
/** The port group of the node switches' router ports. */
export const clusterRouterPortGroup = (zone: Zone) => hashName(zone.id('Cluster', { name: 'clusterRtrPortGroup' }));

/** The rows that a zone has whatever its nodes: routers and switches that nodes are connected to, and groups. */
export function* zoneRows(zone: Zone): Generator<DesiredRow> {
  yield* clusterRouter(zone);
  yield* joinSwitch(zone);
  yield* transitSwitch(zone);
  yield* groups(zone);
}

function* clusterRouter(zone: Zone): Generator<DesiredRow> {
  yield nb('Logical_Router', zone.names.clusterRouter, {
    options: { always_learn_from_arp_request: 'false', ...(zone.options.multicast ? { mcast_relay: 'true' } : {}) },
    copp: ref('Copp', coppName),
    external_ids: zone.externalIds('ClusterRouter', {}, { 'k8s-cluster-router': 'yes' }),
  });
}

function* joinSwitch(zone: Zone): Generator<DesiredRow> {
  const { names } = zone;
  const join = clusterRouterJoinAddresses(zone.network);
  yield nb('Logical_Switch', names.joinSwitch, { external_ids: zone.externalIds('JoinSwitch', {}) });
  yield nb(
    'Logical_Router_Port',
    names.clusterRouterToJoin,
    {
      mac: macOf(join.map(({ address }) => address)),
      networks: join.map(String),
      external_ids: zone.externalIds('JoinSwitch', {}),
    },
    { parents: [portOfRouter(names.clusterRouter)] },
  );
  yield nb(
    'Logical_Switch_Port',
    names.joinToClusterRouter,
    {
      type: 'router',
      addresses: ['router'],
      options: { 'router-port': names.clusterRouterToJoin },
      external_ids: zone.externalIds('JoinSwitch', {}),
    },
    { parents: [portOfSwitch(names.joinSwitch)] },
  );
}

function* transitSwitch(zone: Zone): Generator<DesiredRow> {
  const { transitSwitch } = zone.names;
  yield nb('Logical_Switch', transitSwitch, {
    other_config: {
      'interconn-ts': transitSwitch,
      'requested-tnl-key': String(transitSwitchTunnelKey + zone.network.id),
      mcast_snoop: 'true',
      mcast_querier: 'false',
      mcast_flood_unregistered: 'true',
    },
    external_ids: zone.externalIds('TransitSwitch', {}),
  });
}

function* groups(zone: Zone): Generator<DesiredRow> {
  for (const name of Object.values(zone.names.loadBalancerGroups)) yield nb('Load_Balancer_Group', name, {});
  for (const name of ['clusterPortGroup', 'clusterRtrPortGroup']) {
    const external_ids = zone.externalIds('Cluster', { name });
    yield nb('Port_Group', hashName(zone.id('Cluster', { name })), { external_ids });
  }
}

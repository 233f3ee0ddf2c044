import { clusterRouterJoinAddresses, macOf, type Network } from '@ovnkube/ipam';
import { coppName } from './names.ts';
import { hashedName, type Owner, ownerId } from './owner.ts';
import { type DesiredRow, ref } from './row.ts';
import { portOfRouter, portOfSwitch, type Zone } from './zone.ts';

/** Tunnel keys of transit switches end at this one and the network id: the top of the range, agreed on by all zones. */
const transitSwitchTunnelKey = 16_711_683;

const clusterGroup = (name: string): Owner => ({ type: 'Cluster', keys: { name } });

/** The port group of all ports of the cluster: pods and management ports. */
export const clusterPortGroup = (network: Network) => hashedName(ownerId(network, clusterGroup('clusterPortGroup')));
/** The port group of the node switches' router ports. */
export const clusterRouterPortGroup = (network: Network) =>
  hashedName(ownerId(network, clusterGroup('clusterRtrPortGroup')));

/** The rows that a zone has whatever its nodes: routers and switches that nodes are connected to, and groups. */
export function* zoneRows(zone: Zone): Generator<DesiredRow> {
  yield* clusterRouter(zone);
  yield* transitSwitch(zone);
  yield* groups(zone);
}

function* clusterRouter(zone: Zone): Generator<DesiredRow> {
  const { network, names, options } = zone;
  const join = clusterRouterJoinAddresses(network);
  const external_ids = { 'k8s-cluster-router': 'yes' };
  yield zone.named(
    'Logical_Router',
    names.clusterRouter,
    { type: 'ClusterRouter', keys: {} },
    {
      options: { always_learn_from_arp_request: 'false', ...(options.multicast ? { mcast_relay: 'true' } : {}) },
      copp: ref('Copp', coppName),
      external_ids,
    },
  );
  yield zone.named('Logical_Switch', names.joinSwitch, { type: 'JoinSwitch', keys: {} }, {});
  const owner = { type: 'JoinSwitch', keys: { router: names.clusterRouter } };
  yield zone.named(
    'Logical_Router_Port',
    names.clusterRouterToJoin,
    owner,
    { mac: macOf(join.map(({ address }) => address)), networks: join.map(String) },
    portOfRouter(names.clusterRouter),
  );
  yield routerSwitchPort(zone, names.joinToClusterRouter, names.clusterRouterToJoin, owner, names.joinSwitch);
}

function* transitSwitch(zone: Zone): Generator<DesiredRow> {
  const { network, names } = zone;
  yield zone.named(
    'Logical_Switch',
    names.transitSwitch,
    { type: 'TransitSwitch', keys: {} },
    {
      other_config: {
        'interconn-ts': names.transitSwitch,
        'requested-tnl-key': String(transitSwitchTunnelKey + network.id),
        mcast_snoop: 'true',
        mcast_querier: 'false',
        mcast_flood_unregistered: 'true',
      },
    },
  );
}

function* groups(zone: Zone): Generator<DesiredRow> {
  const { network, names } = zone;
  // Load_Balancer_Group has no external_ids: its owner is told by its name.
  for (const name of Object.values(names.loadBalancerGroups)) {
    yield { table: 'Load_Balancer_Group', name, columns: { name } };
  }
  yield zone.named('Port_Group', clusterPortGroup(network), clusterGroup('clusterPortGroup'), {});
  yield zone.named('Port_Group', clusterRouterPortGroup(network), clusterGroup('clusterRtrPortGroup'), {});
}

/** A switch port that is the other side of a router port. */
export function routerSwitchPort(
  zone: Zone,
  name: string,
  routerPort: string,
  owner: Owner,
  onSwitch: string,
  extra: Readonly<Record<string, string>> = {},
): DesiredRow {
  return zone.named(
    'Logical_Switch_Port',
    name,
    owner,
    { type: 'router', addresses: ['router'], options: { 'router-port': routerPort, ...extra } },
    portOfSwitch(onSwitch),
  );
}

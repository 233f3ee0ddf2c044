import { macOf } from '@ovnkube/ipam';
import type { DesiredRow } from '@ovnkube/ovn-db';
import type { GatewayNode } from './gateway-node.ts';
import { physicalNetwork } from './names.ts';
import { nb, portOfRouter, portOfSwitch, type Zone } from './zone.ts';

/** A node's external switch: from the gateway router, which has the node's own MAC and addresses, to the external bridge. */
export function* externalRows(zone: Zone, { name: node, annotations }: GatewayNode): Generator<DesiredRow> {
  const { gateway } = annotations;
  const own = zone.names.node(node);
  const ids = (port: string, others?: Readonly<Record<string, string>>) =>
    zone.externalIds('GatewayRouter', { node, port }, others);
  const addresses = zone.ordered(gateway.addresses);
  const mac = gateway.mac ?? macOf(addresses.map(({ address }) => address));
  yield nb('Logical_Switch', own.externalSwitch, { external_ids: zone.externalIds('GatewayRouter', { node }) });
  yield nb(
    'Logical_Switch_Port',
    `${zone.network.prefix}${gateway.interfaceId ?? `${gateway.bridgeId ?? 'br-ex'}_${node}`}`,
    {
      type: 'localnet',
      addresses: ['unknown'],
      options: { network_name: physicalNetwork },
      tag_request: gateway.vlanId > 0 ? gateway.vlanId : undefined,
      external_ids: ids('localnet'),
    },
    { parents: [portOfSwitch(own.externalSwitch)] },
  );
  yield nb(
    'Logical_Switch_Port',
    own.externalToGatewayRouter,
    {
      type: 'router',
      addresses: [mac],
      options: {
        'router-port': own.gatewayRouterToExternal,
        // A user-defined network must not announce the address that it shares with the node.
        ...(zone.isDefault ? { 'nat-addresses': 'router', 'exclude-lb-vips-from-garp': 'true' } : {}),
      },
      external_ids: ids('external'),
    },
    { parents: [portOfSwitch(own.externalSwitch)] },
  );
  yield nb(
    'Logical_Router_Port',
    own.gatewayRouterToExternal,
    { mac, networks: addresses.map(String), external_ids: ids('external', { 'gateway-physical-ip': 'yes' }) },
    { parents: [portOfRouter(own.gatewayRouter)] },
  );
}

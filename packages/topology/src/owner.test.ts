import { defaultNetwork, userDefinedNetwork } from '@ovnkube/ipam';
import { describe, expect, it } from 'vitest';
import { namesOf } from './names.ts';
import { topologyOwns } from './owner.ts';
import { Zone } from './zone.ts';
import { clusterPortGroup, clusterRouterPortGroup } from './zone-rows.ts';

const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23' });
const blue = userDefinedNetwork('tenant-blue', 3, { clusterSubnets: '10.20.0.0/16' });
const zone = (of: typeof network) => new Zone({ network: of, zone: 'n1', gatewayMode: 'shared' });

describe('names', () => {
  it('of port groups are upstream hashes', () => {
    expect(clusterPortGroup(zone(network))).toBe('a13298398610555951118');
    expect(clusterRouterPortGroup(zone(network))).toBe('a4743249366342378346');
  });

  it('are functions of the network', () => {
    expect(namesOf(network).node('n1')).toMatchObject({
      switch: 'n1',
      gatewayRouter: 'GR_n1',
      gatewayRouterToExternal: 'rtoe-GR_n1',
    });
    expect(namesOf(blue).node('n1')).toMatchObject({
      switch: 'tenant.blue_n1',
      routerToSwitch: 'rtos-tenant.blue_n1',
      gatewayRouter: 'tenant.blue_GR_n1',
      gatewayRouterToExternal: 'rtoe-tenant.blue_GR_n1',
      transitToRouter: 'tenant.blue_tstor-n1',
    });
    expect(namesOf(blue).clusterRouter).toBe('tenant.blue_ovn_cluster_router');
  });
});

describe('owners', () => {
  it('are told by external_ids', () => {
    expect(zone(network).externalIds('Pod', { namespace: 'ns', name: 'web' }, { pod: 'true' })).toEqual({
      pod: 'true',
      'k8s.ovn.org/owner-controller': 'default-network-controller',
      'k8s.ovn.org/owner-type': 'Pod',
      'k8s.ovn.org/id': 'default-network-controller:Pod:ns:web',
      'k8s.ovn.org/namespace': 'ns',
      'k8s.ovn.org/name': 'web',
    });
    expect(zone(blue).externalIds('JoinSwitch', {})).toMatchObject({
      'k8s.ovn.org/id': 'tenant-blue-network-controller:JoinSwitch',
      'k8s.ovn.org/network': 'tenant-blue',
      'k8s.ovn.org/topology': 'layer3',
    });
  });

  it('own their rows and nobody else’s', () => {
    const owns = topologyOwns(network);
    const ids = (controller: string, type: string) => ({
      external_ids: { 'k8s.ovn.org/owner-controller': controller, 'k8s.ovn.org/owner-type': type },
    });
    expect(owns('Logical_Switch_Port', ids('default-network-controller', 'Pod'))).toBe(true);
    expect(owns('ACL', ids('default-network-controller', 'NetworkPolicy'))).toBe(false);
    expect(owns('Logical_Switch_Port', ids('tenant-blue-network-controller', 'Pod'))).toBe(false);
    expect(owns('Logical_Switch_Port', { external_ids: {} })).toBe(false);
    expect(owns('Load_Balancer_Group', { name: 'clusterLBGroup' })).toBe(true);
    expect(owns('Load_Balancer_Group', { name: 'tenant.blue_clusterLBGroup' })).toBe(false);
    expect(owns('Static_MAC_Binding', { logical_port: 'rtoe-GR_n1' })).toBe(true);
    expect(owns('Static_MAC_Binding', { logical_port: 'rtoe-tenant.blue_GR_n1' })).toBe(false);
  });
});

import { defaultNetwork, userDefinedNetwork } from '@ovnkube/ipam';
import { describe, expect, it } from 'vitest';
import { namesOf } from './names.ts';
import { hashedName, ownerExternalIds } from './owner.ts';
import { clusterPortGroup, clusterRouterPortGroup } from './zone-rows.ts';

const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23' });
const blue = userDefinedNetwork('tenant-blue', 3, { clusterSubnets: '10.20.0.0/16' });

describe('names', () => {
  it('of port groups and address sets are upstream hashes', () => {
    expect(hashedName('default-network-controller:Namespace:default:v4')).toBe('a4322231855293774466');
    expect(clusterPortGroup(network)).toBe('a13298398610555951118');
    expect(clusterRouterPortGroup(network)).toBe('a4743249366342378346');
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

it('owners are told by external_ids', () => {
  expect(ownerExternalIds(network, { type: 'NetworkPolicy', keys: { namespace: 'ns', name: 'deny' } })).toEqual({
    'k8s.ovn.org/owner-controller': 'default-network-controller',
    'k8s.ovn.org/owner-type': 'NetworkPolicy',
    'k8s.ovn.org/id': 'default-network-controller:NetworkPolicy:ns:deny',
    'k8s.ovn.org/namespace': 'ns',
    'k8s.ovn.org/name': 'deny',
  });
  expect(ownerExternalIds(blue, { type: 'JoinSwitch', keys: {} })).toMatchObject({
    'k8s.ovn.org/id': 'tenant-blue-network-controller:JoinSwitch',
    'k8s.ovn.org/network': 'tenant-blue',
    'k8s.ovn.org/topology': 'layer3',
  });
});

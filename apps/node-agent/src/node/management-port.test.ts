import { defaultNetwork, parseSubnets } from '@ovnkube/ipam';
import { expect, it } from 'vitest';
import { managementPortHost } from './management-port.ts';

it('has the second address of each node subnet, and reaches every cluster subnet of its family through the first', () => {
  const network = defaultNetwork({ clusterSubnets: '10.244.0.0/16/24,fd00:10:244::/48' });
  const subnets = parseSubnets('10.244.1.0/24,fd00:10:244:2::/64', 'node subnets');
  const host = managementPortHost({ network, subnets, mtu: 1400 });
  expect(host.links).toEqual([{ ifname: 'ovn-k8s-mp0', mac: '0a:58:0a:f4:01:02', mtu: 1400, up: true }]);
  expect(host.addresses?.map(({ address }) => address)).toEqual(['10.244.1.2/24', 'fd00:10:244:2::2/64']);
  expect(host.routes?.map(({ dst, gateway }) => `${dst} ${gateway}`)).toEqual([
    '10.244.0.0/16 10.244.1.1',
    'fd00:10:244::/48 fd00:10:244:2::1',
  ]);
  expect(host.neighbours?.map(({ dst, mac }) => `${dst} ${mac}`)).toEqual([
    '10.244.1.1 0a:58:0a:f4:01:01',
    'fd00:10:244:2::1 0a:58:0a:f4:01:01',
  ]);
});

import type { Observed } from '@ovnkube/host';
import { defaultNetwork } from '@ovnkube/ipam';
import { expect, it } from 'vitest';
import { nodeFacts } from './facts.ts';

const dual = defaultNetwork({ clusterSubnets: 'fd00:10:244::/48,10.244.0.0/16/24' });

const link = (ifname: string, mac: string) => ({
  ...{ ifindex: 1, ifname, mac, kind: '', mtu: 1500, up: true, operstate: 'UP', master: '', txqlen: 1000 },
});
const address = (ifname: string, text: string, scope = 'global') => ({
  ...{ ifname, address: text, scope, tentative: false, dadFailed: false, deprecated: false },
});
const route = (dst: string, gateway: string, dev: string, metric = 0) => ({
  ...{ dst, gateway, dev, metric, table: 254, type: 'unicast', prefsrc: '', mtu: 0, protocol: 3 },
});

const host: Pick<Observed, 'links' | 'addresses' | 'routes'> = {
  links: [link('lo', ''), link('br-ex', '02:00:00:00:00:01'), link('ovn-k8s-mp0', '0a:58:0a:f4:01:02')],
  addresses: [
    address('lo', '127.0.0.1/8', 'host'),
    address('br-ex', '172.18.0.2/16'),
    address('br-ex', 'fc00::2/64'),
    address('br-ex', 'fe80::1/64', 'link'),
    address('ovn-k8s-mp0', '10.244.1.2/24'),
  ],
  routes: [
    route('0.0.0.0/0', '172.18.0.1', 'br-ex'),
    route('::/0', 'fc00::1', 'br-ex', 1024),
    route('0.0.0.0/0', '10.0.0.1', 'other', 100),
  ],
};

it('finds the interface of the best default route, its addresses in the cluster family order, and the next hops', () => {
  const facts = nodeFacts(host, { network: dual });
  expect(facts.interface).toBe('br-ex');
  expect(facts.mac).toBe('02:00:00:00:00:01');
  expect(facts.primaryAddresses.map(String)).toEqual(['fc00::2/64', '172.18.0.2/16']);
  expect(facts.nextHops.map(String)).toEqual(['fc00::1', '172.18.0.1']);
});

it('leaves the addresses of the management port and link-local ones out of the host CIDRs', () => {
  expect(nodeFacts(host, { network: dual }).hostCidrs.map(String)).toEqual(['172.18.0.2/16', 'fc00::2/64']);
});

it.each([
  ['no default route', { ...host, routes: [] }, {}, 'failed to get default gateway interface'],
  ['an unknown interface', host, { gatewayInterface: 'eth9' }, '--gateway-interface eth9: the host has no such link'],
  ['an interface without address', host, { gatewayInterface: 'lo' }, 'lo'],
])('says what is missing: %s', (_, found, options, words) => {
  expect(() => nodeFacts(found, { network: dual, ...options })).toThrow(words);
});

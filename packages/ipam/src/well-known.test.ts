import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { parseCidr } from './cidr.ts';
import { linkLocalOf, macOf } from './mac.ts';
import {
  clusterRouterJoinAddresses,
  defaultNetwork,
  gatewayRouterJoinAddresses,
  masqueradeAddresses,
  transitAddresses,
  userDefinedNetwork,
} from './network.ts';
import { gatewayOf, hybridOverlayPortOf, isPodAddress, managementPortOf } from './node-subnet.ts';

const address = (text: string) => {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
};
const subnet = (text: string) => {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no subnet`);
  return parsed;
};
const texts = (list: readonly unknown[]) => list.map(String);

describe('MAC addresses', () => {
  it.each([
    ['100.64.0.2', '0a:58:64:40:00:02'],
    ['169.254.1.1', '0a:58:a9:fe:01:01'],
    ['fd98::1', '0a:58:ee:33:fc:1a'],
    ['fd97::2', '0a:58:33:4a:55:e4'],
    ['fd69::4', '0a:58:1b:ac:71:41'],
  ])('of %s is %s', (text, mac) => expect(macOf(address(text))).toBe(mac));

  it('of a dual-stack port follows its IPv4 address, whichever comes first', () => {
    expect(macOf([address('fd98::1'), address('100.64.0.1')])).toBe('0a:58:64:40:00:01');
    expect(macOf([address('100.64.0.1'), address('fd98::1')])).toBe('0a:58:64:40:00:01');
  });

  it('follow from no empty list', () => expect(() => macOf([])).toThrow('the list has none'));

  it('give the link-local address by EUI-64', () => {
    expect(`${linkLocalOf('0a:58:0a:80:00:01')}`).toBe('fe80::858:aff:fe80:1');
  });
});

describe('a node subnet', () => {
  it.each([
    ['10.128.2.0/23', '10.128.2.1/23', '10.128.2.2/23', '10.128.2.3/23'],
    ['fd01:0:0:2::/64', 'fd01:0:0:2::1/64', 'fd01:0:0:2::2/64', 'fd01:0:0:2::3/64'],
  ])('%s has its ports in front', (text, gateway, management, hybrid) => {
    expect(texts([gatewayOf, managementPortOf, hybridOverlayPortOf].map((of) => of(subnet(text))))).toEqual([
      gateway,
      management,
      hybrid,
    ]);
  });

  it('has pod addresses after them, up to the broadcast address', () => {
    const pods = [0, 1, 2, 3, 4, 6, 7].filter((last) => isPodAddress(subnet('10.0.0.0/29'), address(`10.0.0.${last}`)));
    expect(pods).toEqual([3, 4, 6]);
    expect(isPodAddress(subnet('10.0.0.0/29'), address('10.0.0.3'), true)).toBe(false);
    expect(isPodAddress(subnet('fd01::/64'), address('fd01::ffff:ffff:ffff:ffff'))).toBe(true);
    expect(isPodAddress(subnet('fd01::/64'), address('fd02::5'))).toBe(false);
  });
});

describe('the default network', () => {
  const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23,fd01::/48' });

  it('numbers join and transit addresses by node id', () => {
    expect(texts(clusterRouterJoinAddresses(network))).toEqual(['100.64.0.1/16', 'fd98::1/64']);
    expect(texts(gatewayRouterJoinAddresses(network, 300))).toEqual(['100.64.1.44/16', 'fd98::12c/64']);
    expect(texts(transitAddresses(network, 2))).toEqual(['100.88.0.2/16', 'fd97::2/64']);
  });

  it('has masquerade addresses in their places', () => {
    const uses = ['ovn', 'host', 'hostEtpLocal', 'dummyNextHop', 'serviceHairpin'] as const;
    expect(uses.map((use) => texts(masqueradeAddresses(network, use)))).toEqual([
      ['169.254.169.1', 'fd69::1'],
      ['169.254.169.2', 'fd69::2'],
      ['169.254.169.3', 'fd69::3'],
      ['169.254.169.4', 'fd69::4'],
      ['169.254.169.5', 'fd69::5'],
    ]);
  });

  it('keeps the order of families of the cluster subnets everywhere', () => {
    const turned = defaultNetwork({ clusterSubnets: 'fd01::/48,10.128.0.0/14/23' });
    expect(turned.families).toEqual(['ipv6', 'ipv4']);
    expect(texts(transitAddresses(turned, 2))).toEqual(['fd97::2/64', '100.88.0.2/16']);
    const single = defaultNetwork({ clusterSubnets: 'fd01::/48' });
    expect(texts(masqueradeAddresses(single, 'ovn'))).toEqual(['fd69::1']);
  });

  it.each([0, -1, 1.5, 65535, 100_000])('has no place for node id %d in a /16', (id) => {
    expect(() => gatewayRouterJoinAddresses(network, id)).toThrow(
      /node id .* has no address in join subnet 100\.64\.0\.0\/16/,
    );
  });

  it.each([
    [{ joinSubnets: '100.64.0.0/16' }, 'join subnets "100.64.0.0/16": write exactly one ipv6 subnet'],
    [{ joinSubnets: '10.130.0.0/16,fd98::/64' }, 'join subnet 10.130.0.0/16 overlaps cluster subnet 10.128.0.0/14'],
    [{ transitSubnets: '100.64.8.0/24,fd97::/64' }, 'transit subnet 100.64.8.0/24 overlaps join subnet 100.64.0.0/16'],
    [{ masqueradeSubnets: '169.254.0.0/30,fd69::/125' }, 'masquerade subnets: 169.254.0.0/30 is too small: it needs 8'],
  ])('refuses %j', (options, message) => {
    expect(() => defaultNetwork({ clusterSubnets: '10.128.0.0/14/23,fd01::/48', ...options })).toThrow(message);
  });
});

it('a user-defined network has names, owner and join subnets of its own', () => {
  const network = userDefinedNetwork('tenant-blue', 7, { clusterSubnets: '10.20.0.0/16' });
  expect(network).toMatchObject({ prefix: 'tenant.blue_', id: 7, controller: 'tenant-blue-network-controller' });
  expect(texts(clusterRouterJoinAddresses(network))).toEqual(['100.65.0.1/16']);
});

import { describe, expect, it } from 'vitest';
import { formatClusterSubnets, parseClusterSubnets, parseSubnets } from './cluster-subnet.ts';
import { IpamError } from './error.ts';

describe('cluster subnets', () => {
  it.each([
    ['10.128.0.0/14/23', '10.128.0.0/14/23'],
    ['10.244.0.0/16', '10.244.0.0/16/24'],
    ['fd01::/48', 'fd01::/48/64'],
    ['fd01::/48/64, 10.128.0.0/14/23', 'fd01::/48/64,10.128.0.0/14/23'],
    ['10.128.0.0/14/23,10.132.0.0/14/24', '10.128.0.0/14/23,10.132.0.0/14/24'],
    ['10.244.0.0/24', '10.244.0.0/24/24'],
  ])('%s is read as %s', (text, meaning) => expect(formatClusterSubnets(parseClusterSubnets(text))).toBe(meaning));

  it.each([
    ['', 'subnet', 'an entry is empty'],
    ['10.128.0.0/14,', 'subnet', 'an entry is empty'],
    ['10.128.0.0', 'subnet', '"10.128.0.0" is not a subnet'],
    ['10.128.0.1/14/23', 'subnet', '10.128.0.1/14/23 has host bits set; write 10.128.0.0/14'],
    ['10.128.0.0/14/23/9', 'subnet', 'is not a subnet'],
    ['10.128.0.0/14/x', 'cluster-subnets', '"x" is not a prefix length'],
    ['10.128.0.0/14/40', 'cluster-subnets', 'node prefix /40 does not exist'],
    ['10.128.0.0/14/30', 'cluster-subnets', 'node prefix /30 is too small for pods; write /29 or shorter'],
    [
      '10.244.0.0/26',
      'cluster-subnets',
      'the subnet is too small for a node prefix /24; use a subnet of /24 or shorter, or write a node prefix of /26 or longer',
    ],
    ['fd01::/48/80', 'cluster-subnets', 'an IPv6 node subnet is always a /64'],
    ['fd01::/72', 'cluster-subnets', 'the subnet is too small for a node prefix /64'],
    [
      '10.128.0.0/14/23,10.129.0.0/16/24',
      'overlap',
      'cluster subnets 10.129.0.0/16 overlaps cluster subnets 10.128.0.0/14',
    ],
  ] as const)('refuses "%s" (%s)', (text, code, message) => {
    const refusal = (() => {
      try {
        return parseClusterSubnets(text);
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(IpamError);
    expect(refusal).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

it('service subnets name their setting in errors', () => {
  expect(parseSubnets('10.96.0.0/16,fd00:10:96::/112', '--service-cidrs').map(String)).toEqual([
    '10.96.0.0/16',
    'fd00:10:96::/112',
  ]);
  expect(() => parseSubnets('10.96.0.5/16', '--service-cidrs')).toThrow(
    '--service-cidrs: 10.96.0.5/16 has host bits set; write 10.96.0.0/16',
  );
});

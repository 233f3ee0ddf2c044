import { describe, expect, it } from 'vitest';
import { clusterSubnets, nodeAddresses, parseIpFamilies, urlHost, wireAddresses } from './address-plan.ts';

describe('parseIpFamilies', () => {
  it('keeps the order: the first family is the primary one', () => {
    expect(parseIpFamilies('ipv6,ipv4')).toEqual(['ipv6', 'ipv4']);
  });

  it.each(['', 'ipv5', 'ipv4,ipv4', 'ipv4,', 'IPv4', 'ipv4 ipv6'])('refuses %j and names flag and value', (text) => {
    expect(() => parseIpFamilies(text)).toThrowError(`--ip-families ${text}: must be`);
  });
});

describe('addresses', () => {
  it('gives no two nodes the same one, and none the wire’s', () => {
    const families = parseIpFamilies('ipv4,ipv6');
    const all = [wireAddresses(families), ...Array.from({ length: 200 }, (_, index) => nodeAddresses(families, index))];
    const texts = all.flat().map(({ address }) => address);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('writes the host part of IPv6 in hexadecimal', () => {
    expect(nodeAddresses(['ipv6'], 14)).toEqual([{ family: 'ipv6', address: 'fc00:f853:ccd:e793::10', length: 64 }]);
  });

  it('follows the order of the families everywhere', () => {
    expect(clusterSubnets(['ipv6', 'ipv4'])).toEqual(['fd00:10:244::/48/64', '10.244.0.0/16/24']);
  });

  it('brackets an IPv6 address in a URL', () => {
    expect([urlHost('fd00::1'), urlHost('172.18.0.1')]).toEqual(['[fd00::1]', '172.18.0.1']);
  });
});

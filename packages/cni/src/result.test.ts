import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CniError } from './error.ts';
import { formatResult, parseResult, type Result } from './result.ts';
import { supportedVersions } from './version.ts';

const result: Result = {
  interfaces: [
    { name: 'f00d', mac: '0a:58:00:00:00:01', mtu: 1400 },
    { name: 'eth0', mac: '0a:58:0a:80:00:05', mtu: 1400, sandbox: '/run/netns/a', pciID: '0000:00:1f.6' },
  ],
  ips: [
    { address: '10.128.0.5/23', gateway: '10.128.0.1', interface: 1 },
    { address: 'fd00::5/64', gateway: 'fd00::1', interface: 1 },
  ],
  routes: [
    { dst: '0.0.0.0/0', gw: '10.128.0.1', mtu: 1400, table: 100, scope: 0, priority: 10, advmss: 1360 },
    { dst: '::/0' },
  ],
  dns: { nameservers: ['10.96.0.10'], search: ['svc.cluster.local'], options: ['ndots:5'], domain: 'cluster.local' },
};

describe('formatResult', () => {
  it('1.1.0 says everything', () => {
    expect(formatResult(result, '1.1.0')).toEqual({ cniVersion: '1.1.0', ...result });
  });

  it('1.0.0 has no mtu and no route attributes', () => {
    expect(formatResult(result, '1.0.0')).toEqual({
      cniVersion: '1.0.0',
      interfaces: [
        { name: 'f00d', mac: '0a:58:00:00:00:01' },
        { name: 'eth0', mac: '0a:58:0a:80:00:05', sandbox: '/run/netns/a' },
      ],
      ips: result.ips,
      routes: [{ dst: '0.0.0.0/0', gw: '10.128.0.1' }, { dst: '::/0' }],
      dns: result.dns,
    });
  });

  it.each(['0.3.0', '0.3.1', '0.4.0'] as const)('%s has the version of each address', (version) => {
    expect(formatResult(result, version)).toMatchObject({
      cniVersion: version,
      ips: [
        { version: '4', address: '10.128.0.5/23', interface: 1 },
        { version: '6', address: 'fd00::5/64' },
      ],
    });
  });

  it.each(['0.1.0', '0.2.0'] as const)('%s has one address a family with its routes', (version) => {
    expect(formatResult(result, version)).toEqual({
      cniVersion: version,
      ip4: { ip: '10.128.0.5/23', gateway: '10.128.0.1', routes: [{ dst: '0.0.0.0/0', gw: '10.128.0.1' }] },
      ip6: { ip: 'fd00::5/64', gateway: 'fd00::1', routes: [{ dst: '::/0' }] },
      dns: result.dns,
    });
  });
});

describe('parseResult', () => {
  const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, length]) => `${ip}/${length}`);
  const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([ip, length]) => `${ip}/${length}`);
  const results: fc.Arbitrary<Result> = fc
    .record({
      interfaces: fc.array(fc.record({ name: fc.constantFrom('eth0', 'net1') }), { minLength: 1, maxLength: 3 }),
      ips: fc.array(fc.record({ address: fc.oneof(v4, v6) }), { maxLength: 4 }),
      routes: fc.array(fc.record({ dst: fc.oneof(v4, v6) }), { maxLength: 4 }),
    })
    .map((fields) => ({ ...fields, ips: fields.ips.map((ip) => ({ ...ip, interface: 0 })), dns: {} }));

  it('reads back what is written since 0.3.0', () => {
    fc.assert(
      fc.property(results, fc.constantFrom(...supportedVersions.slice(2)), (value, version) => {
        expect(parseResult(JSON.parse(JSON.stringify(formatResult(value, version))))).toEqual(value);
      }),
    );
  });

  it('of any version, written again in that version, is the same document', () => {
    fc.assert(
      fc.property(results, fc.constantFrom(...supportedVersions), (value, version) => {
        const document = formatResult(value, version);
        expect(formatResult(parseResult(document), version)).toEqual(document);
      }),
    );
  });

  it.each([
    [{ cniVersion: '1.1.0', ips: [{ address: '10.0.0.1' }] }, 'result.ips[0].address'],
    [{ cniVersion: '1.1.0', ips: [{ address: '10.0.0.1/8', interface: 0 }] }, 'result.ips[0].interface'],
    [{ cniVersion: '1.1.0', ips: {} }, 'result.ips'],
    [{ cniVersion: '1.1.0', routes: [{ dst: 'default' }] }, 'result.routes[0].dst'],
    [{ cniVersion: '1.1.0', interfaces: [null] }, 'result.interfaces[0]'],
    [{ cniVersion: '1.1.0', dns: { search: 'x' } }, 'result.dns.search'],
    [{ cniVersion: '9.9.9' }, 'result.cniVersion'],
    [{ ip4: { ip: 'x' } }, 'result.ip4.ip'],
    [[], 'result'],
  ])('names the wrong field of %j', (document, path) => {
    expect(() => parseResult(document)).toThrowError(CniError);
    expect(() => parseResult(document)).toThrowError(path);
  });
});

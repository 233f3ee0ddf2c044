import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address.ts';
import { type KubeObject, listAt } from './object.ts';
import { ServiceAddresses } from './service-addresses.ts';

const service = (name: string, spec: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { type: 'ClusterIP', ipFamilyPolicy: 'PreferDualStack', ports: [{ port: 80, protocol: 'TCP' }], ...spec },
});

it('never hands an address or node port out twice, and hands out what was given back', () => {
  const step = fc.record({ name: fc.nat(9), kind: fc.constantFrom('add', 'delete') });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const addresses = new ServiceAddresses(['10.0.0.0/29', 'fd00::/125']);
      const stored = new Map<number, KubeObject>();
      for (const { name, kind } of steps) {
        const old = stored.get(name);
        if (kind === 'delete') {
          addresses.account(old, undefined);
          stored.delete(name);
          continue;
        }
        const result = addresses.allocate(service(`s${name}`, { type: 'NodePort' }), old);
        if ('errors' in result) expect(stored.size).toBe(6);
        else {
          addresses.account(old, result.service);
          if (old) expect(listAt(result.service, 'spec.clusterIPs')).toEqual(listAt(old, 'spec.clusterIPs'));
          stored.set(name, result.service);
        }
      }
      const all = [...stored.values()].flatMap((item) => listAt(item, 'spec.clusterIPs'));
      expect(all).toHaveLength(2 * stored.size);
      expect(new Set(all).size).toBe(all.length);
      const ports = [...stored.values()].flatMap((item) =>
        listAt(item, 'spec.ports').map((port) => Object(port)['nodePort']),
      );
      expect(new Set(ports).size).toBe(stored.size);
    }),
  );
});

it('writes addresses in their canonical form', () => {
  for (const text of ['10.96.0.1', 'fd00::1', '::', '2001:db8::1:0:0:1', 'fe80::1:2:3:4']) {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(text);
  }
  expect(parseAddress('10.0.0')).toBeUndefined();
});

it('refuses a range that is none', () => {
  expect(() => new ServiceAddresses(['10.96.0.0'])).toThrow(
    'serviceCidrs: "10.96.0.0" is not a CIDR such as 10.96.0.0/16',
  );
});

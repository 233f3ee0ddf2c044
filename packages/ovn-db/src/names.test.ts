import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownedBy, ownerExternalIds } from './external-ids.ts';
import { hashName } from './hash-name.ts';

describe('hash names', () => {
  it('are those of upstream', () => {
    // OVN-Kubernetes, go-controller/pkg/libovsdb/util and its tests.
    expect(hashName('default-network-controller:Namespace:default:v4')).toBe('a4322231855293774466');
    expect(hashName('default-network-controller:Cluster:clusterPortGroup')).toBe('a13298398610555951118');
    expect(hashName('default-network-controller:Cluster:clusterRtrPortGroup')).toBe('a4743249366342378346');
  });

  it('hash the bytes of UTF-8', () => {
    const plain = (bytes: Uint8Array): string =>
      `a${bytes.reduce((hash, byte) => BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n), 0xcbf29ce484222325n)}`;
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(fc.property(text, (id) => hashName(id) === plain(new TextEncoder().encode(id))));
  });
});

describe('owner external_ids', () => {
  it('carry controller, type, each id and the joined id', () => {
    const owner = {
      controller: 'default-network-controller',
      type: 'NetpolNamespace',
      ids: [
        ['name', 'web'],
        ['direction', 'Ingress'],
      ],
    } as const;
    expect(ownerExternalIds(owner)).toEqual({
      'k8s.ovn.org/owner-controller': 'default-network-controller',
      'k8s.ovn.org/owner-type': 'NetpolNamespace',
      'k8s.ovn.org/name': 'web',
      'k8s.ovn.org/direction': 'Ingress',
      'k8s.ovn.org/id': 'default-network-controller:NetpolNamespace:web:Ingress',
    });
    const owns = ownedBy('default-network-controller');
    expect(owns('ACL', { external_ids: ownerExternalIds(owner) })).toBe(true);
    expect(owns('ACL', { external_ids: { 'k8s.ovn.org/owner-controller': 'blue-network-controller' } })).toBe(false);
    expect(owns('Meter_Band', {})).toBe(false);
  });
});

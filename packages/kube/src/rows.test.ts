import type { V1EndpointSlice, V1Namespace, V1NetworkPolicy, V1Node, V1Pod, V1Service } from '@kubernetes/client-node';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Backoff } from './backoff.ts';
import { objectKey, pathOf, toRow } from './resource.ts';
import { resources } from './resources.ts';
import type { EndpointSlice, Namespace, NetworkPolicy, Node, Pod, Service } from './rows.ts';

/** A type of the client library as it comes over the wire: times are text, and what every stored object has is there. */
type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Field in keyof T]: Wire<T[Field]> }
      : T;
type Stored<T extends { metadata?: object | undefined }> = Wire<Omit<T, 'metadata'>> & {
  readonly metadata: Wire<NonNullable<T['metadata']>> & {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
  };
};

it('rows are what the library’s types say, narrowed (checked by the compiler)', () => {
  const rows: {
    namespace: (object: Stored<V1Namespace>) => Namespace;
    node: (object: Stored<V1Node>) => Node;
    pod: (object: Stored<V1Pod>) => Pod;
    service: (object: Stored<V1Service>) => Service;
    endpointSlice: (object: Stored<V1EndpointSlice>) => EndpointSlice;
    networkPolicy: (object: Stored<V1NetworkPolicy>) => NetworkPolicy;
  } = {
    namespace: (object) => object,
    node: (object) => object,
    pod: (object) => object,
    service: (object) => object,
    endpointSlice: (object) => object,
    networkPolicy: (object) => object,
  };
  expect(Object.keys(rows)).toHaveLength(6);
});

it('a row keeps the fields of its mask and no heartbeat', () => {
  const node = {
    metadata: { name: 'a', uid: '1', resourceVersion: '7', managedFields: [] },
    spec: { podCIDR: '10.0.0.0/24', unschedulable: true },
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'now' }], images: [] },
  };
  expect(toRow(resources.nodes, node)).toEqual({
    metadata: { name: 'a', uid: '1' },
    spec: { unschedulable: true },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
});

it('paths and keys', () => {
  expect(pathOf(resources.nodes, undefined, 'a')).toBe('/api/v1/nodes/a');
  expect(pathOf(resources.networkPolicies, 'shop')).toBe('/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies');
  expect(pathOf(resources.pods, undefined)).toBe('/api/v1/pods');
  expect(() => pathOf(resources.pods, undefined, 'p')).toThrow('Pod p: namespace is missing');
  expect(objectKey({ namespace: 'shop', name: 'p' })).toBe('shop/p');
  expect(objectKey({ name: 'n' })).toBe('n');
});

it('waits grow to the maximum with jitter, and begin anew after a success', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 12, maxLength: 12 }),
      (randoms) => {
        const backoff = new Backoff({ firstMs: 100, maximumMs: 1000 }, () => randoms.pop() ?? 0);
        for (const ceiling of [100, 200, 400, 800, 1000, 1000]) {
          const wait = backoff.next();
          expect(wait).toBeGreaterThanOrEqual(ceiling / 2);
          expect(wait).toBeLessThan(ceiling);
        }
        backoff.reset();
        expect(backoff.next()).toBeLessThan(100);
      },
    ),
  );
});

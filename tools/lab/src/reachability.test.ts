import { expect, it } from 'vitest';
import { type Endpoint, type Reach, reachabilityTable } from './reachability.ts';

const pod = (name: string, node: string): Endpoint => ({ name, node, addresses: [], namespace: '' });

const reach = (from: string, to: string, ping: boolean, http: boolean): Reach => ({
  ...{ from, to, address: '10.0.0.1', family: 'ipv4', ping, http },
});

it('marks each direction by itself and tells ping from HTTP', () => {
  const reaches = [
    reach('a', 'b', true, true),
    reach('b', 'a', false, false),
    reach('a', 'c', true, false),
    reach('c', 'a', false, true),
  ];
  expect(reachabilityTable([pod('a', 'node1'), pod('b', 'node2'), pod('c', 'node2')], reaches)).toEqual([
    ['from \\ to', 'a', 'b', 'c'],
    ['a (node1)', '·', '✓', 'ping only'],
    ['b (node2)', '✗', '·', ''],
    ['c (node2)', 'http only', '', '·'],
  ]);
});

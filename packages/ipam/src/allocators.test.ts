import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Address, parseAddress } from './address.ts';
import { type Cidr, parseCidr } from './cidr.ts';
import { parseClusterSubnets } from './cluster-subnet.ts';
import { lastNodeId, NodeIdAllocator } from './node-id-allocator.ts';
import { isPodAddress } from './node-subnet.ts';
import { NodeSubnetAllocator } from './node-subnet-allocator.ts';
import { PodAddressAllocator } from './pod-address-allocator.ts';

const cidrs = (...list: string[]): Cidr[] => list.flatMap((text) => parseCidr(text) ?? []);
const addresses = (...list: string[]): Address[] => list.flatMap((text) => parseAddress(text) ?? []);
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('node ids', () => {
  it('run from 2 to 5000, lowest first, and the next is a value', () => {
    const ids = new NodeIdAllocator();
    for (let id = 2; id <= lastNodeId; id += 1) expect(ids.allocate(`n${id}`)).toEqual({ status: 'allocated', id });
    expect(ids.allocate('one-more')).toEqual({ status: 'exhausted', lastNodeId: 5000 });
    expect(ids.allocate('n7')).toEqual({ status: 'allocated', id: 7 });
    expect(ids.release('n7')).toBe(7);
    expect(ids.allocate('one-more')).toEqual({ status: 'allocated', id: 7 });
  });

  it('that annotations show are kept', () => {
    const ids = new NodeIdAllocator();
    expect(ids.mark('a', 2)).toEqual({ status: 'marked' });
    expect(ids.mark('b', 2)).toEqual({ status: 'taken', id: 2, by: 'a' });
    expect(ids.mark('b', 1)).toEqual({ status: 'outside', id: 1 });
    expect(ids.allocate('b')).toEqual({ status: 'allocated', id: 3 });
    expect(ids.mark('a', 9)).toEqual({ status: 'marked' });
    expect(ids.allocate('c')).toEqual({ status: 'allocated', id: 2 });
  });
});

describe('node subnets', () => {
  const subnets = (clusterSubnets: string) => new NodeSubnetAllocator(parseClusterSubnets(clusterSubnets));
  const names = (allocator: NodeSubnetAllocator, count: number) =>
    Array.from({ length: count }, (_, index) => plain(allocator.allocate(`n${index}`))).map((outcome) =>
      Object(outcome).status === 'allocated' ? Object(outcome).subnets.join(' ') : Object(outcome).status,
    );

  it.each([
    ['10.244.0.0/16/24', ['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24']],
    // The order of upstream, in which the octet that nodes share with hosts counts last.
    ['10.128.0.0/14/23', ['10.128.0.0/23', '10.129.0.0/23', '10.130.0.0/23', '10.131.0.0/23', '10.128.2.0/23']],
    ['10.1.0.0/16/26', ['10.1.0.0/26', '10.1.1.0/26', '10.1.2.0/26']],
    ['fd01::/48', ['fd01:0:0:1::/64', 'fd01:0:0:2::/64', 'fd01:0:0:3::/64']],
    ['fd01::/63', ['fd01::/64', 'fd01:0:0:1::/64', 'exhausted']],
    ['fd01::/48,10.244.0.0/16', ['fd01:0:0:1::/64 10.244.0.0/24', 'fd01:0:0:2::/64 10.244.1.0/24']],
    ['10.1.0.0/24/24,10.9.0.0/23/24', ['10.1.0.0/24', '10.9.0.0/24', '10.9.1.0/24', 'exhausted']],
  ])('of %s are handed out in order', (text, expected) => {
    expect(names(subnets(text), expected.length)).toEqual(expected);
  });

  it('fill each cluster subnet completely, whatever its order', () => {
    for (const text of ['10.1.0.0/16/26', '10.128.0.0/14/23', '10.0.0.0/20/29', 'fd01::/52']) {
      const allocator = subnets(text);
      const [usage] = allocator.usage();
      const all = new Set(names(allocator, (usage?.size ?? 0) + 1));
      expect(all.size).toBe((usage?.size ?? 0) + 1);
      expect(allocator.usage()[0]?.used).toBe(usage?.size);
    }
  });

  it('that annotations show are kept, and a node that becomes dual stack keeps what it has', () => {
    const allocator = subnets('10.244.0.0/16,fd01::/48');
    expect(allocator.mark('a', cidrs('10.244.0.0/24'))).toEqual({ status: 'marked' });
    expect(plain(allocator.mark('b', cidrs('10.244.0.0/24')))).toEqual({
      status: 'taken',
      subnet: '10.244.0.0/24',
      by: 'a',
    });
    expect(plain(allocator.mark('b', cidrs('10.244.2.0/25')))).toEqual({ status: 'outside', subnet: '10.244.2.0/25' });
    expect(plain(allocator.mark('b', cidrs('10.245.2.0/24')))).toEqual({ status: 'outside', subnet: '10.245.2.0/24' });
    // A zero IPv6 subnet is not handed out, but one that exists is respected.
    expect(allocator.mark('z', cidrs('fd01::/64'))).toEqual({ status: 'marked' });
    expect(plain(allocator.allocate('a'))).toEqual({
      status: 'allocated',
      subnets: ['10.244.0.0/24', 'fd01:0:0:1::/64'],
    });
    expect(plain(allocator.release('a'))).toEqual(['10.244.0.0/24', 'fd01:0:0:1::/64']);
    expect(plain(allocator.allocate('c'))).toEqual({
      status: 'allocated',
      subnets: ['10.244.0.0/24', 'fd01:0:0:1::/64'],
    });
  });

  it('take nothing of one family when the other is exhausted', () => {
    const allocator = subnets('10.244.0.0/24/24,fd01::/48');
    allocator.allocate('a');
    expect(plain(allocator.allocate('b'))).toMatchObject({ status: 'exhausted', family: 'ipv4' });
    expect(allocator.usage().map(({ used }) => used)).toEqual([1, 1]);
  });

  it('are never handed out twice, under any sequence of allocate, mark and release', () => {
    const command = fc.record({
      op: fc.constantFrom('allocate', 'mark', 'release'),
      node: fc.nat(9).map((n) => `n${n}`),
      subnet: fc.nat(15).map((n) => `10.0.0.${n * 16}/28`),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const allocator = subnets('10.0.0.0/24/28');
        const held = new Map<string, string>();
        for (const { op, node, subnet } of commands) {
          if (op === 'release') allocator.release(node);
          const outcome =
            op === 'allocate'
              ? allocator.allocate(node)
              : op === 'mark'
                ? allocator.mark(node, cidrs(subnet))
                : undefined;
          if (op === 'release' || outcome?.status === 'marked') held.delete(node);
          if (outcome?.status === 'allocated') held.set(node, String(outcome.subnets));
          if (outcome?.status === 'marked') held.set(node, subnet);
          expect(new Set(held.values()).size).toBe(held.size);
          for (const [owner, text] of held) expect(String(allocator.subnetsOf(owner))).toBe(text);
        }
      }),
    );
  });
});

describe('pod addresses', () => {
  it('start after the ports of the node and end before the broadcast address', () => {
    const pods = new PodAddressAllocator(cidrs('10.0.0.0/29'));
    expect(plain([1, 2, 3, 4, 5].map((n) => pods.allocate(`p${n}`)))).toEqual([
      { status: 'allocated', addresses: ['10.0.0.3/29'] },
      { status: 'allocated', addresses: ['10.0.0.4/29'] },
      { status: 'allocated', addresses: ['10.0.0.5/29'] },
      { status: 'allocated', addresses: ['10.0.0.6/29'] },
      { status: 'exhausted', subnets: ['10.0.0.0/29'] },
    ]);
    expect(plain(pods.release('p2'))).toEqual(['10.0.0.4/29']);
    expect(plain(pods.allocate('p5'))).toEqual({ status: 'allocated', addresses: ['10.0.0.4/29'] });
  });

  it('leave the third address to the hybrid overlay', () => {
    const pods = new PodAddressAllocator(cidrs('10.0.0.0/24', 'fd01::/64'), { hybridOverlay: true });
    expect(plain(pods.allocate('p'))).toEqual({ status: 'allocated', addresses: ['10.0.0.4/24', 'fd01::4/64'] });
  });

  it('come one a family, in the order of the subnets, or not at all', () => {
    const pods = new PodAddressAllocator(cidrs('fd01::/64', '10.0.0.0/29'));
    expect(plain(pods.allocate('p'))).toEqual({ status: 'allocated', addresses: ['fd01::3/64', '10.0.0.3/29'] });
    for (const n of [1, 2, 3]) pods.allocate(`p${n}`);
    expect(plain(pods.allocate('q'))).toEqual({ status: 'exhausted', subnets: ['10.0.0.0/29'] });
    expect(pods.usage().map(({ used }) => used)).toEqual([4, 4]);
  });

  it('can be requested', () => {
    const pods = new PodAddressAllocator(cidrs('10.0.0.0/24', 'fd01::/64'));
    expect(plain(pods.request('a', addresses('10.0.0.3', 'fd01::ffff:ffff:ffff:ffff')))).toEqual({
      status: 'allocated',
      addresses: ['10.0.0.3/24', 'fd01::ffff:ffff:ffff:ffff/64'],
    });
    expect(plain(pods.request('b', addresses('10.0.0.9', '10.0.0.3')))).toEqual({
      status: 'taken',
      address: '10.0.0.3',
      by: 'a',
    });
    expect(plain(pods.request('b', addresses('fd01::ffff:ffff:ffff:ffff')))).toMatchObject({
      status: 'taken',
      by: 'a',
    });
    expect(plain(pods.request('b', addresses('10.0.0.2')))).toEqual({ status: 'reserved', address: '10.0.0.2' });
    expect(plain(pods.request('b', addresses('10.0.0.255')))).toEqual({ status: 'reserved', address: '10.0.0.255' });
    expect(plain(pods.request('b', addresses('10.0.1.2')))).toMatchObject({ status: 'outside', address: '10.0.1.2' });
    expect(plain(pods.allocate('b'))).toEqual({ status: 'allocated', addresses: ['10.0.0.4/24', 'fd01::3/64'] });
  });

  it('that annotations show are not handed out while any pod that shows them exists', () => {
    const pods = new PodAddressAllocator(cidrs('10.0.0.0/24'));
    expect(pods.restore('completed', cidrs('10.0.0.3/24'))).toEqual([]);
    expect(plain(pods.restore('running', cidrs('10.0.0.3/24')))).toEqual([{ address: '10.0.0.3', by: 'completed' }]);
    // A virtual machine that moved here keeps an address of another node's subnet.
    expect(pods.restore('moved', cidrs('10.0.7.9/24'))).toEqual([]);
    expect(pods.release('completed')).toEqual([]);
    expect(plain(pods.allocate('next'))).toEqual({ status: 'allocated', addresses: ['10.0.0.4/24'] });
    expect(plain(pods.release('running'))).toEqual(['10.0.0.3/24']);
    expect(plain(pods.allocate('last'))).toEqual({ status: 'allocated', addresses: ['10.0.0.3/24'] });
  });

  const command = fc.record({
    op: fc.constantFrom('allocate', 'request', 'release', 'restart'),
    pod: fc.nat(12).map((n) => `p${n}`),
    last: fc.nat(31),
  });

  it('belong to one pod at a time, are the first free ones, and survive a restart', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const subnets = cidrs('10.0.0.0/28', 'fd01::/64');
        let pods = new PodAddressAllocator(subnets);
        const held = new Map<string, readonly Cidr[]>();
        const free = (subnet: Cidr) => {
          const taken = new Set([...held.values()].flat().map((cidr) => cidr.address.toString()));
          for (let offset = 0; offset < 64; offset += 1) {
            const address = subnet.first.plus(offset);
            if (isPodAddress(subnet, address) && !taken.has(`${address}`)) return address.toString();
          }
          return undefined;
        };
        for (const { op, pod, last } of commands) {
          if (op === 'restart') {
            pods = new PodAddressAllocator(subnets);
            for (const [owner, list] of held) expect(pods.restore(owner, list)).toEqual([]);
          } else if (op === 'release') {
            expect(pods.release(pod)).toEqual(held.get(pod) ?? []);
            held.delete(pod);
          } else if (op === 'request') {
            const outcome = pods.request(pod, addresses(`10.0.0.${last}`, `fd01::${last.toString(16)}`));
            if (outcome.status === 'allocated') held.set(pod, outcome.addresses);
          } else {
            const expected = held.get(pod)?.map(({ address }) => `${address}`) ?? subnets.map(free);
            const outcome = pods.allocate(pod);
            if (outcome.status === 'allocated') held.set(pod, outcome.addresses);
            else expect(expected).toContain(undefined);
            if (outcome.status === 'allocated')
              expect(outcome.addresses.map(({ address }) => `${address}`)).toEqual(expected);
          }
          const all = [...held.values()].flat().map(String);
          expect(new Set(all).size).toBe(all.length);
        }
      }),
    );
  });
});

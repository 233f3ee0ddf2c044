import { missing, type NetworkNamespace, netns } from '@ovnkube/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DesiredTable,
  deleteTable,
  listTable,
  reconcileTable,
  runProcess,
  TableReconciler,
} from '../src/index.ts';

const table: DesiredTable = {
  family: 'inet',
  name: 'ovn-kubernetes',
  sets: [
    {
      name: 'external-ips-v4',
      kind: 'map',
      definition: 'type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service;',
      elements: ['192.0.2.1 . tcp . 80 : 172.30.0.5 . 8080', '192.0.2.1 . udp . 53 : 172.30.0.6 . 53'],
    },
    {
      name: 'mgmtport-no-snat-subnets-v6',
      kind: 'set',
      definition: 'type ipv6_addr; flags interval;',
      elements: ['fd00:10:244::/48', 'fd69::3'],
    },
    {
      name: 'udn-mark',
      kind: 'map',
      definition: 'type mark : verdict;',
      elements: ['0x1001 : jump services', '0x1002 : accept'],
    },
  ],
  chains: [
    { name: 'services', rules: ['dnat ip to ip daddr . meta l4proto . th dport map @external-ips-v4'] },
    {
      name: 'services-prerouting',
      base: 'type nat hook prerouting priority dstnat; policy accept;',
      rules: ['fib daddr type local counter jump services', 'meta mark vmap @udn-mark'],
    },
    {
      name: 'mgmtport-snat',
      base: 'type nat hook postrouting priority srcnat;',
      rules: [
        'oifname != "ovn-k8s-mp0" return',
        'ip6 saddr @mgmtport-no-snat-subnets-v6 counter return comment "keeps its source"',
        'meta nfproto ipv4 counter snat ip to 10.244.0.2',
      ],
    },
  ],
};

describe.skipIf(missing('nft', 'unshare', 'nsenter', 'root'))('a table', () => {
  let space: NetworkNamespace;
  beforeEach(async () => {
    space = await netns('nft');
  });
  afterEach(() => space.remove());
  const make = (wanted: DesiredTable = table): Promise<readonly string[]> =>
    reconcileTable(runProcess, wanted, { netns: space.name });
  const nft = (...words: string[]): Promise<string> => space.exec('nft', ...words);

  it('is made, and then left alone, also when counters have counted', async () => {
    expect((await make()).length).toBeGreaterThan(0);
    expect(await make()).toEqual([]);
    await nft('replace rule inet ovn-kubernetes services-prerouting handle 999').catch(() => undefined);
    const listed = await nft('-a', 'list', 'chain', 'inet', 'ovn-kubernetes', 'mgmtport-snat');
    const handle = /counter packets 0 bytes 0 snat.* handle (\d+)/.exec(listed)?.[1] ?? '';
    await nft(
      `replace rule inet ovn-kubernetes mgmtport-snat handle ${handle} meta nfproto ipv4 counter packets 7 bytes 900 snat ip to 10.244.0.2`,
    );
    expect(await make()).toEqual([]);
  });

  it.each<[string, string, RegExp[]]>([
    ['a rule deleted', 'flush chain inet ovn-kubernetes services', [/^add rule inet ovn-kubernetes services dnat/]],
    [
      'a rule more',
      'insert rule inet ovn-kubernetes mgmtport-snat accept',
      [/^delete rule .* mgmtport-snat handle \d+$/],
    ],
    ['a chain more', 'add chain inet ovn-kubernetes extra', [/^flush chain .* extra$/, /^delete chain .* extra$/]],
    ['a set more', 'add set inet ovn-kubernetes extra { type mark; }', [/^delete set .* extra$/]],
    [
      'an element deleted',
      'delete element inet ovn-kubernetes mgmtport-no-snat-subnets-v6 { fd69::3 }',
      [/^add element .* \{ fd69::3 \}$/],
    ],
    [
      'an element more',
      'add element inet ovn-kubernetes udn-mark { 0x1003 : drop }',
      [/^delete element .* \{ 4099 \}$/],
    ],
    ['the table deleted', 'delete table inet ovn-kubernetes', [/^table inet/]],
  ])('after %s is set right', async (_name, interference, expected) => {
    await make();
    await nft(interference);
    const lines = await make();
    for (const [index, expression] of expected.entries()) expect(lines[index]).toMatch(expression);
    expect(await make()).toEqual([]);
  });

  it('changes only what differs', async () => {
    await make();
    const [external, subnets, marks] = table.sets ?? [];
    if (!external || !subnets || !marks) throw new Error('sets');
    const elements = ['192.0.2.1 . tcp . 80 : 172.30.0.9 . 8080', '192.0.2.1 . udp . 53 : 172.30.0.6 . 53'];
    const lines = await make({ ...table, sets: [{ ...external, elements }, subnets, marks] });
    expect(lines).toEqual([
      'delete element inet ovn-kubernetes external-ips-v4 { 192.0.2.1 . tcp . 80 }',
      'add element inet ovn-kubernetes external-ips-v4 { 192.0.2.1 . tcp . 80 : 172.30.0.9 . 8080 }',
    ]);
  });

  it('of another hook is replaced in one transaction', async () => {
    await make();
    const chains = (table.chains ?? []).map((chain) =>
      chain.name === 'mgmtport-snat' ? { ...chain, base: 'type nat hook postrouting priority 101;' } : chain,
    );
    expect((await make({ ...table, chains }))[0]).toBe('delete table inet ovn-kubernetes');
    expect(await make({ ...table, chains })).toEqual([]);
  });

  it('leaves other tables, and can be deleted', async () => {
    await nft('add table inet other');
    await make();
    expect(await deleteTable(runProcess, table, { netns: space.name })).toBe(true);
    expect(await deleteTable(runProcess, table, { netns: space.name })).toBe(false);
    expect(await nft('list', 'tables')).toBe('table inet other\n');
  });

  it('that nft refuses changes nothing and says why', async () => {
    await make();
    await expect(
      make({ ...table, chains: [{ name: 'c', rules: ['ip saddr nonsense-host-name drop'] }] }),
    ).rejects.toThrow(/nft|resolve/);
    expect(await make()).toEqual([]);
    await expect(make({ ...table, name: 'a; flush ruleset' })).rejects.toThrow('cannot name');
  });

  it('comes from any rules to any rules', async () => {
    const rule = fc.constantFrom('accept', 'drop', 'ip saddr 10.0.0.1 drop', 'tcp dport 80 accept', 'counter return');
    const rules = fc.array(rule, { maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(rules, async (wanted) => {
        const desired: DesiredTable = { family: 'ip', name: 'any', chains: [{ name: 'c', rules: wanted }] };
        await make(desired);
        expect(await make(desired)).toEqual([]);
        const content = await listTable(runProcess, desired, { netns: space.name });
        expect(content?.chains.get('c')?.rules.length).toBe(wanted.length);
      }),
      { numRuns: 12 },
    );
  });

  it('is watched: what is changed behind our back is set right', async () => {
    const stop = new AbortController();
    let report = (_lines: readonly string[]): void => undefined;
    const reconciler = new TableReconciler({
      netns: space.name,
      signal: stop.signal,
      onReport: (lines) => report(lines),
    });
    await reconciler.set(table);
    const repaired = new Promise<void>((resolve) => {
      report = (lines) => {
        if (lines.some((line) => line.startsWith('add rule'))) resolve();
      };
    });
    await nft('flush chain inet ovn-kubernetes services');
    await repaired;
    await reconciler.settled();
    stop.abort();
    expect(await nft('list', 'chain', 'inet', 'ovn-kubernetes', 'services')).toContain('dnat');
  });
});

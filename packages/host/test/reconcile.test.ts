import { missing, type NetworkNamespace, netns } from '@ovnkube/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DesiredHost,
  describeChange,
  HostReconciler,
  namespaces,
  type Owner,
  observe,
  perform,
  type Report,
  reconcile,
  reconcileNamespaces,
  runProcess,
} from '../src/index.ts';

const owner: Owner = { protocol: 84 };
const absent = missing('ip', 'nsenter', 'perl', 'root');

const desired: DesiredHost = {
  links: [
    {
      ifname: 'mp0',
      create: ['type', 'veth', 'peer', 'name', 'mp0-peer'],
      mac: '0A:58:0a:80:00:02',
      mtu: 1400,
      up: true,
    },
    { ifname: 'mp0-peer', up: true },
    { ifname: 'bridge', create: ['type', 'bridge'], up: true },
    { ifname: 'port', create: ['type', 'veth', 'peer', 'name', 'port-peer'], master: 'bridge', up: true },
  ],
  addresses: [
    { ifname: 'mp0', address: '10.128.0.2/23' },
    { ifname: 'mp0', address: 'FD00:10:128:0::2/64' },
    { ifname: 'mp0', address: '169.254.169.2/29', deprecated: true },
  ],
  routes: [
    { dst: '10.128.0.0/14', gateway: '10.128.0.1', dev: 'mp0', mtu: 1300 },
    { dst: 'fd00:10:128::/48', gateway: 'fd00:10:128::1', dev: 'mp0' },
    { dst: '172.30.0.0/16', gateway: '10.128.0.1', dev: 'mp0', table: 7 },
    { dst: '0.0.0.0/0', type: 'unreachable', metric: 4278198272, table: 1001 },
    { dst: '192.0.2.7/32', dev: 'mp0', prefsrc: '10.128.0.2' },
    { dst: '::/0', gateway: 'fd00:10:128::1', dev: 'mp0', metric: 50 },
  ],
  neighbours: [
    { dst: '10.128.0.1', dev: 'mp0', mac: '0a:58:0a:80:00:01' },
    { dst: 'fd00:10:128::1', dev: 'mp0', mac: '0a:58:0a:80:00:01' },
  ],
  rules: [
    { family: 4, priority: 30, fwmark: 0x1745ec, table: 7 },
    { family: 6, priority: 30, fwmark: 0x1745ec, fwmask: 0xffffff, table: 7 },
    { family: 4, priority: 5000, src: '10.128.0.5/32', table: 1001 },
    { family: 6, priority: 5000, src: 'fd00:10:128::/64', iif: 'mp0', table: 1001 },
  ],
  sysctls: { 'net/ipv4/conf/mp0/rp_filter': '2', 'net/ipv4/conf/mp0/forwarding': '1' },
};

const sentences = (report: Report): string[] => report.written.map(describeChange);

describe.skipIf(absent)('a namespace', () => {
  let space: NetworkNamespace;
  beforeEach(async () => {
    space = await netns('host');
  });
  afterEach(() => space.remove());
  const run = (wanted: DesiredHost = desired): Promise<Report> =>
    reconcile(runProcess, wanted, owner, { netns: space.name });

  it('is made as desired, and then left alone', async () => {
    const first = await run();
    expect(first.failures).toEqual([]);
    expect(first.remaining).toEqual([]);
    expect(first.written.length).toBeGreaterThan(10);
    expect(await run()).toEqual({ written: [], remaining: [], failures: [] });
    const seen = await observe(runProcess, { netns: space.name, dev: 'mp0', routes: true });
    expect(seen.links).toMatchObject([{ ifname: 'mp0', mac: '0a:58:0a:80:00:02', mtu: 1400, up: true, kind: 'veth' }]);
    expect(seen.addresses).toContainEqual({
      ifname: 'mp0',
      address: 'fd00:10:128::2/64',
      scope: 'global',
      tentative: false,
      dadFailed: false,
      deprecated: false,
    });
    expect(await space.ip('route', 'show', '10.128.0.0/14')).toContain('via 10.128.0.1 dev mp0 proto 84 mtu 1300');
  });

  it.each<[string, string[], RegExp]>([
    [
      'an address removed',
      ['address', 'del', '10.128.0.2/23', 'dev', 'mp0'],
      /address 10.128.0.2\/23 on mp0 is missing/,
    ],
    ['an address more', ['address', 'add', '10.99.0.1/24', 'dev', 'mp0'], /address 10.99.0.1\/24 on mp0 is unwanted/],
    ['another MTU', ['link', 'set', 'mp0', 'mtu', '1200'], /link mp0 is different \(mtu 1200, desired 1400\)/],
    ['another MAC', ['link', 'set', 'mp0', 'address', '02:00:00:00:00:01'], /mac 02:00:00:00:00:01, desired 0a:58/],
    ['a link down', ['link', 'set', 'mp0', 'down'], /link mp0 is different \(up false, desired true\)/],
    ['a link deleted', ['link', 'del', 'mp0'], /link mp0 is missing/],
    [
      'a link out of its bridge',
      ['link', 'set', 'port', 'nomaster'],
      /link port is different \(master none, desired bridge\)/,
    ],
    ['a route removed', ['route', 'del', '172.30.0.0/16', 'table', '7'], /route 172.30.0.0\/16 in table 7 is missing/],
    [
      'another next hop',
      ['route', 'replace', '10.128.0.0/14', 'via', '10.128.0.9', 'dev', 'mp0', 'proto', '84'],
      /route 10.128.0.0\/14 is different \(gateway 10.128.0.9, desired 10.128.0.1; mtu 0, desired 1300\)/,
    ],
    [
      'a route of ours more',
      ['route', 'add', '10.77.0.0/16', 'dev', 'mp0', 'proto', '84'],
      /route 10.77.0.0\/16 is unwanted/,
    ],
    [
      'an IPv6 route of ours more',
      ['route', 'add', 'fd77::/64', 'dev', 'mp0', 'proto', '84', 'metric', '9'],
      /route fd77::\/64 of metric 9 is unwanted/,
    ],
    ['a neighbour removed', ['neigh', 'del', '10.128.0.1', 'dev', 'mp0'], /neighbour 10.128.0.1 on mp0 is missing/],
    [
      'a neighbour moved',
      ['neigh', 'replace', 'fd00:10:128::1', 'lladdr', '02:00:00:00:00:02', 'dev', 'mp0', 'nud', 'permanent'],
      /neighbour fd00:10:128::1 on mp0 is different \(mac 02:00:00:00:00:02/,
    ],
    [
      'a rule removed',
      ['rule', 'del', 'priority', '5000'],
      /rule IPv4 priority 5000 from 10.128.0.5\/32 .* is missing/,
    ],
    ['an IPv6 rule removed', ['-6', 'rule', 'del', 'priority', '30'], /rule IPv6 priority 30 .* is missing/],
    [
      'a rule of ours more',
      ['rule', 'add', 'priority', '77', 'table', '7', 'protocol', '84'],
      /priority 77 .* unwanted/,
    ],
  ])('after %s', async (_name, interference, sentence) => {
    await run();
    await space.ip(...interference);
    const report = await run();
    expect(report.remaining).toEqual([]);
    expect(sentences(report).join('\n')).toMatch(sentence);
    expect((await run()).written).toEqual([]);
  });

  it('writes a sysctl back', async () => {
    await run();
    await space.exec('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/mp0/rp_filter');
    expect(sentences(await run())).toEqual(['sysctl net/ipv4/conf/mp0/rp_filter is different (1, desired 2)']);
  });

  it('leaves what others made', async () => {
    await space.ip('link', 'add', 'other', 'type', 'bridge');
    await space.ip('link', 'set', 'other', 'up');
    await space.ip('address', 'add', '192.0.2.1/24', 'dev', 'other');
    await run();
    await space.ip('route', 'add', '198.51.100.0/24', 'dev', 'other', 'proto', 'static');
    await space.ip('route', 'add', '203.0.113.0/24', 'dev', 'mp0', 'proto', 'bird');
    await space.ip('neigh', 'add', '192.0.2.9', 'lladdr', '02:00:00:00:00:09', 'dev', 'other', 'nud', 'permanent');
    await space.ip('rule', 'add', 'priority', '99', 'table', '99');
    expect((await run()).written).toEqual([]);
    await run({ links: desired.links ?? [], addresses: desired.addresses ?? [] });
    const all = [
      await space.ip('address'),
      await space.ip('route'),
      await space.ip('neigh'),
      await space.ip('rule'),
    ].join();
    for (const text of ['192.0.2.1/24', '198.51.100.0/24', '203.0.113.0/24', '192.0.2.9', '99:'])
      expect(all).toContain(text);
    expect(all).not.toContain('10.128.0.0/14');
  });

  it('reports a route of somebody else in the place of ours, and does not take it', async () => {
    await run({ links: desired.links ?? [], addresses: desired.addresses ?? [] });
    await space.ip('route', 'add', '10.50.0.0/16', 'via', '10.128.0.7', 'proto', 'static');
    const report = await run({ ...desired, routes: [{ dst: '10.50.0.0/16', gateway: '10.128.0.1' }] });
    expect(report.remaining.map(describeChange)).toEqual([
      'route 10.50.0.0/16 is different (gateway 10.128.0.7, desired 10.128.0.1; it carries protocol 4, not ours, and is left alone)',
    ]);
  });

  it('one object that cannot be written does not keep the others from it', async () => {
    const report = await run({
      ...desired,
      routes: [{ dst: '10.66.0.0/16', gateway: '203.0.113.1' }, ...(desired.routes ?? [])],
    });
    expect(report.failures).toMatchObject([
      { line: expect.stringContaining('10.66.0.0/16'), words: expect.stringMatching(/gateway|unreachable/) },
    ]);
    expect(report.remaining.map(describeChange)).toEqual(['route 10.66.0.0/16 is missing']);
  });

  it('a missing link that is not ours to create is reported', async () => {
    const report = await run({ links: [{ ifname: 'ovn-k8s-mp0', up: true }] });
    expect(report.remaining.map(describeChange)).toEqual(['link ovn-k8s-mp0 is missing']);
  });

  it('text that is no argument never reaches ip', async () => {
    await expect(
      run({ links: [{ ifname: 'a\nlink del mp0' }], addresses: [{ ifname: 'x y', address: '10.0.0.1/8' }] }),
    ).rejects.toThrow('cannot be an argument');
    await expect(run({ sysctls: { '../../etc/passwd': '1' } })).rejects.toThrow('below /proc/sys');
    await expect(run({ routes: [{ dst: '10.0.0.0/33' }] })).rejects.toThrow('prefix length of 0 to 32');
  });

  it('a namespace that is not there is named', async () => {
    await expect(reconcile(runProcess, desired, owner, { netns: 'no-such-space' })).rejects.toThrow(
      '/run/netns/no-such-space',
    );
  });

  it('is watched: what is changed behind our back is set right', async () => {
    const stop = new AbortController();
    const reports: Report[] = [];
    let report = (): void => undefined;
    const reconciler = new HostReconciler({
      owner,
      netns: space.name,
      signal: stop.signal,
      onReport: (latest) => {
        reports.push(latest);
        report();
      },
    });
    await reconciler.set(desired);
    expect(reports.at(-1)?.remaining).toEqual([]);
    const repaired = new Promise<void>((resolve) => {
      report = () => {
        if (reports.some((past) => sentences(past).includes('route 10.128.0.0/14 is missing'))) resolve();
      };
      // The first report came before this; the interference is what the next ones are about.
      reports.length = 0;
    });
    await space.ip('route', 'del', '10.128.0.0/14');
    await repaired;
    await reconciler.settled();
    stop.abort();
    expect(await space.ip('route', 'show', '10.128.0.0/14')).toContain('proto 84');
  });

  it('does steps for another namespace in the same process tree', async () => {
    const other = await netns('other');
    await perform(
      runProcess,
      [
        { kind: 'ip', lines: [`link add name inner type veth peer name outer netns /run/netns/${other.name}`] },
        { kind: 'ip', netns: other.name, lines: ['link set dev outer up'] },
        { kind: 'ip', lines: ['link set dev inner up'] },
      ],
      { netns: space.name },
    );
    expect((await observe(runProcess, { netns: other.name, dev: 'outer' })).links).toMatchObject([
      { up: true, operstate: 'UP' },
    ]);
    await other.remove();
  });

  it('takes checksum offload, sysctls and ip lines in one process, and names the line that fails', async () => {
    const { name } = space;
    const steps = [
      { kind: 'ip', lines: ['link add v0 type veth peer name v1', 'link set v0 up'] },
      { kind: 'sysctl', path: 'net/ipv6/conf/v0/accept_ra', value: '0' },
      { kind: 'checksum-offload', ifname: 'v0', on: false },
      { kind: 'ip', lines: ['address add 10.1.0.1/24 dev v0', 'link show dev v0'] },
    ] as const;
    let processes = 0;
    const counted: typeof runProcess = (command, options) => {
      processes++;
      return runProcess(command, options);
    };
    const { stdout } = await perform(counted, steps, { netns: name });
    expect(processes).toBe(1);
    expect(stdout).toContain('"ifname":"v0"');
    // ETHTOOL_GTXCSUM (0x16) of the same ioctl reads the switch back.
    const reads =
      'socket(my $s,2,2,0); my $v=pack("LL",0x16,9); my $r=pack("a16P",$ARGV[0],$v); ioctl($s,0x8946,$r) or die; print((unpack("LL",$v))[1])';
    expect(await space.exec('perl', '-e', reads, 'v0')).toBe('0');
    expect(await space.exec('perl', '-e', reads, 'v1')).toBe('1');
    const again = [{ kind: 'sysctl', path: 'net/ipv4/ip_forward', value: '1' }, ...steps] as const;
    await expect(perform(counted, again, { netns: name })).rejects.toThrow(
      /^link add v0 type veth peer name v1: .*File exists/,
    );
    const wrong = [{ kind: 'checksum-offload', ifname: 'nothing', on: false }] as const;
    await expect(perform(counted, wrong, { netns: name })).rejects.toThrow(
      /checksum offload of nothing: .*(No such device|Cannot)/,
    );
  });
});

describe.skipIf(absent)('namespaces', () => {
  it('are made and deleted, others left', async () => {
    const other = await netns('other');
    const mine = (name: string): boolean => name.startsWith(`okt-mine-${process.pid}-`);
    const wanted = [0, 1].map((index) => `okt-mine-${process.pid}-${index}`);
    expect(await reconcileNamespaces(runProcess, wanted, mine)).toEqual(wanted.map((name) => `netns add ${name}`));
    expect(await reconcileNamespaces(runProcess, wanted, mine)).toEqual([]);
    expect(await reconcileNamespaces(runProcess, [], mine)).toHaveLength(2);
    expect(await namespaces(runProcess)).toContain(other.name);
    await other.remove();
  });
});

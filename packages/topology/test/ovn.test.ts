import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Families, twoNodes } from './cluster.ts';
import { Ovn, ovnMissing } from './ovn.ts';

const skip = ovnMissing();

// Addresses as in the golden texts.
const ipv4 = { pod: '10.128.0.3', local: '10.128.0.4', remote: '10.129.0.3', node: '172.18.0.2', outside: '8.8.8.8' };
const ipv6: typeof ipv4 = {
  pod: 'fd01:0:0:1::3',
  local: 'fd01:0:0:1::4',
  remote: 'fd01:0:0:2::3',
  node: 'fc00:f853:ccd:e793::2',
  outside: '2001:db8::1',
};

const cases: readonly (readonly [Families, 'shared' | 'local'])[] = [
  ['ipv4', 'shared'],
  ['ipv6', 'shared'],
  ['ipv6,ipv4', 'local'],
];

describe.skipIf(skip).each(cases)('real OVN 26.03, two nodes, %s, %s gateway mode', (families, gatewayMode) => {
  let ovn: Ovn;
  const zone = twoNodes(families, { gatewayMode });
  const rowsOf = (database: 'northbound' | 'southbound') => [...zone[database].entries()].map(([, row]) => row);

  beforeAll(async () => {
    ovn = await Ovn.start();
    // ovn-controller's part: this node's chassis, and its ports bound to it.
    await ovn.sbctl('chassis-add', 'chassis-n1', 'geneve', '172.18.0.2');
    await ovn.insert('OVN_Southbound', rowsOf('southbound'));
    await ovn.insert('OVN_Northbound', rowsOf('northbound'));
    await ovn.nbctl('--wait=sb', 'sync');
    for (const port of ['ns_n1-a', 'ns_n1-b', 'k8s-n1', 'cr-rtos-n1']) await ovn.sbctl('lsp-bind', port, 'chassis-n1');
    await ovn.nbctl('--wait=sb', 'sync');
  });
  afterAll(() => ovn?.stop());

  it('is accepted by ovn-northd without a warning', async () => {
    expect(await ovn.complaints()).toEqual([]);
  });

  it('is held completely: nothing was lost to garbage collection', async () => {
    for (const table of new Set(rowsOf('northbound').map((row) => row.table))) {
      const uuids = await ovn.nbctl('--bare', '--columns=_uuid', 'list', table);
      const desired = rowsOf('northbound').filter((row) => row.table === table);
      expect([table, uuids.split('\n').filter(Boolean).length]).toEqual([table, desired.length]);
    }
  });

  it('reads as upstream in ovn-nbctl show', async () => {
    const show = await ovn.nbctl('show');
    const objects = show.match(/^(switch|router) .*$/gm)?.map((line) => line.replace(/ [0-9a-f-]{36}/, ''));
    expect(objects?.sort()).toEqual([
      'router (GR_n1)',
      'router (ovn_cluster_router)',
      'switch (ext_n1)',
      'switch (join)',
      'switch (n1)',
      'switch (transit_switch)',
    ]);
    const ports = show.match(/^ {4}port (\S+)$/gm)?.map((line) => line.slice(9));
    expect(ports?.sort().join(' ')).toBe(
      'breth0_n1 etor-GR_n1 jtor-GR_n1 jtor-ovn_cluster_router k8s-n1 ns_n1-a ns_n1-b rtoe-GR_n1 ' +
        'rtoj-GR_n1 rtoj-ovn_cluster_router rtos-n1 rtots-n1 stor-n1 tstor-n1 tstor-n2',
    );
    expect(show).toMatch(/port tstor-n2\n\s+type: remote/);
    expect(show).toContain('gateway chassis: [chassis-n1]');
  });

  it('binds the remote port to the remote chassis, with the tunnel keys that all zones agree on', async () => {
    const port = await ovn.sbctl(
      '--bare',
      '--columns=chassis,tunnel_key',
      'find',
      'Port_Binding',
      'logical_port=tstor-n2',
    );
    const chassis = await ovn.sbctl('--bare', '--columns=_uuid', 'find', 'Chassis', 'name=chassis-n2');
    expect(port.trim().split('\n')).toEqual([chassis.trim(), '3']);
    const key = await ovn.sbctl(
      '--bare',
      '--columns=tunnel_key',
      'find',
      'Datapath_Binding',
      'external_ids:name=transit_switch',
    );
    expect(key.trim()).toBe('16711683');
  });

  const macOf = async (table: string, name: string, column: string) =>
    (await ovn.nbctl('get', table, name, column)).match(/[0-9a-f]{2}(:[0-9a-f]{2}){5}/)?.[0] ?? '';

  /** The way of a UDP packet of pod ns/n1-a. */
  const traceOf = async (family: string, to: keyof typeof ipv4) => {
    const addresses = family === 'ipv4' ? ipv4 : ipv6;
    const ip = family === 'ipv4' ? 'ip4' : 'ip6';
    const source = await macOf('Logical_Switch_Port', 'ns_n1-a', 'addresses');
    const next =
      to === 'local'
        ? macOf('Logical_Switch_Port', 'ns_n1-b', 'addresses')
        : macOf('Logical_Router_Port', 'rtos-n1', 'mac');
    const eth = `eth.src == ${source} && eth.dst == ${await next}`;
    const packet = `${ip}.src == ${addresses.pod} && ${ip}.dst == ${addresses[to]} && ip.ttl == 64 && udp.dst == 53`;
    return ovn.trace('n1', `inport == "ns_n1-a" && ${eth} && ${packet}`);
  };

  describe.each(families.split(','))('over %s, a packet', (family) => {
    it('to a pod of the same node leaves at its port', async () => {
      expect(await traceOf(family, 'local')).toMatch(/output\("ns_n1-b"\);\s*$/);
    });

    it('to a pod of the other node is routed to its transit port', async () => {
      const way = await traceOf(family, 'remote');
      expect(way.match(/ip\.ttl--;/g)).toHaveLength(1);
      expect(way).toMatch(/output\("tstor-n2"\);\s*$/);
    });

    it('from a pod of the other node is routed to the pod', async () => {
      const [source, destination] = [
        macOf('Logical_Switch_Port', 'tstor-n2', 'addresses'),
        macOf('Logical_Router_Port', 'rtots-n1', 'mac'),
      ];
      const eth = `eth.src == ${await source} && eth.dst == ${await destination}`;
      const { remote, pod } = family === 'ipv4' ? ipv4 : ipv6;
      const ip = family === 'ipv4' ? 'ip4' : 'ip6';
      const packet = `${ip}.src == ${remote} && ${ip}.dst == ${pod} && ip.ttl == 63 && udp.dst == 53`;
      const way = await ovn.trace('transit_switch', `inport == "tstor-n2" && ${eth} && ${packet}`);
      expect(way).toMatch(/output\("ns_n1-a"\);\s*$/);
    });

    it("to its own node's address leaves at the management port", async () => {
      expect(await traceOf(family, 'node')).toMatch(/output\("k8s-n1"\);\s*$/);
    });

    it(`to the outside leaves ${gatewayMode === 'shared' ? "as the node's, at the localnet port" : 'at the management port'}`, async () => {
      const { node } = family === 'ipv4' ? ipv4 : ipv6;
      const ip = family === 'ipv4' ? 'ip4' : 'ip6';
      const translated = new RegExp(`ct_snat\\(${ip}\\.src=${node}\\) {\\s*output\\("breth0_n1"\\);`);
      const way = await traceOf(family, 'outside');
      expect(way).toMatch(gatewayMode === 'shared' ? translated : /output\("k8s-n1"\);\s*$/);
    });
  });
});

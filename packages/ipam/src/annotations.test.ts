import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Address } from './address.ts';
import { type Cidr, parseCidr } from './cidr.ts';
import { defaultNetwork } from './network.ts';
import { nodeAnnotationNames, readNodeAnnotations, writeNodeAnnotations } from './node-annotations.ts';
import { type PodNetwork, podNetwork, readPodNetwork, writePodNetwork } from './pod-annotation.ts';

const cidr = (text: string): Cidr => {
  const parsed = parseCidr(text);
  if (parsed === undefined) throw new Error(`${text} is no CIDR`);
  return parsed;
};
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

// As found on pods of clusters that run OVN-Kubernetes.
const upstreamPod =
  '{"default":{"ip_addresses":["10.128.0.180/23"],"mac_address":"0a:58:0a:80:00:b4","gateway_ips":["10.128.0.1"],"routes":[{"dest":"10.128.0.0/14","nextHop":"10.128.0.1"},{"dest":"172.30.0.0/16","nextHop":"10.128.0.1"},{"dest":"169.254.0.5/32","nextHop":"10.128.0.1"},{"dest":"100.64.0.0/16","nextHop":"10.128.0.1"}],"ip_address":"10.128.0.180/23","gateway_ip":"10.128.0.1","role":"primary"}}';

describe('pod-networks', () => {
  it('of a pod is made of its addresses and written as upstream writes it, byte for byte', () => {
    const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23', masqueradeSubnets: '169.254.0.0/17' });
    const made = podNetwork({ network, serviceSubnets: [cidr('172.30.0.0/16')], addresses: [cidr('10.128.0.180/23')] });
    expect(writePodNetwork(undefined, made)).toEqual({ status: 'written', text: upstreamPod });
    expect(readPodNetwork(upstreamPod)).toEqual({ status: 'found', network: made });
  });

  it('of a dual-stack pod keeps the order of families and has no single members', () => {
    const network = defaultNetwork({ clusterSubnets: 'fd01::/48,10.128.0.0/14/23' });
    const made = podNetwork({
      network,
      serviceSubnets: [cidr('fd02::/112'), cidr('172.30.0.0/16')],
      addresses: [cidr('fd01:0:0:1::5/64'), cidr('10.128.0.5/23')],
    });
    expect(plain(made)).toEqual({
      addresses: ['fd01:0:0:1::5/64', '10.128.0.5/23'],
      mac: '0a:58:0a:80:00:05',
      gateways: ['fd01:0:0:1::1', '10.128.0.1'],
      routes: [
        { dest: 'fd01::/48', nextHop: 'fd01:0:0:1::1' },
        { dest: 'fd02::/112', nextHop: 'fd01:0:0:1::1' },
        { dest: 'fd69::5/128', nextHop: 'fd01:0:0:1::1' },
        { dest: 'fd98::/64', nextHop: 'fd01:0:0:1::1' },
        { dest: '10.128.0.0/14', nextHop: '10.128.0.1' },
        { dest: '172.30.0.0/16', nextHop: '10.128.0.1' },
        { dest: '169.254.169.5/32', nextHop: '10.128.0.1' },
        { dest: '100.64.0.0/16', nextHop: '10.128.0.1' },
      ],
      role: 'primary',
    });
    const written = writePodNetwork(undefined, made);
    expect(written.status === 'written' && Object.keys(JSON.parse(written.text).default)).toEqual([
      'ip_addresses',
      'mac_address',
      'gateway_ips',
      'routes',
      'role',
    ]);
  });

  it('has no gateway when another attachment has the default route', () => {
    const network = defaultNetwork({ clusterSubnets: '10.128.0.0/14/23' });
    const made = podNetwork({
      network,
      serviceSubnets: [],
      addresses: [cidr('10.128.0.5/23')],
      defaultRouteElsewhere: true,
      mac: '02:00:00:00:00:01',
    });
    expect(made).toMatchObject({ gateways: [], mac: '02:00:00:00:00:01' });
    expect(made.routes.length).toBe(3);
  });

  it('keeps other networks, refuses other addresses, and lets DHCP ones change', () => {
    const network: PodNetwork = {
      addresses: [cidr('10.1.0.5/24')],
      mac: '0a:58:0a:01:00:05',
      gateways: [],
      routes: [],
    };
    const first = writePodNetwork(upstreamPod, network, 'blue/net');
    const text = first.status === 'written' ? first.text : '';
    expect(Object.keys(JSON.parse(text))).toEqual(['blue/net', 'default']);
    expect(JSON.stringify({ default: JSON.parse(text).default })).toBe(upstreamPod);
    const other = { ...network, addresses: [cidr('10.1.0.6/24')] };
    expect(writePodNetwork(text, other, 'blue/net')).toMatchObject({
      status: 'conflict',
      message: 'k8s.ovn.org/pod-networks "blue/net" has 10.1.0.5/24: it cannot become 10.1.0.6/24 while the pod exists',
    });
    const dhcp = writePodNetwork(undefined, { ...network, ipamMode: 'dhcp' });
    expect(writePodNetwork(dhcp.status === 'written' ? dhcp.text : '', { ...other, ipamMode: 'dhcp' }).status).toBe(
      'written',
    );
  });

  it('reads what older releases wrote', () => {
    const old =
      '{"default":{"ip_address":"10.1.0.5/24","mac_address":"0A:58:0a:01:00:05","gateway_ip":"10.1.0.1","routes":[{"dest":"10.0.0.0/8","nextHop":""}]}}';
    expect(plain(readPodNetwork(old))).toEqual({
      status: 'found',
      network: {
        addresses: ['10.1.0.5/24'],
        mac: '0a:58:0a:01:00:05',
        gateways: ['10.1.0.1'],
        routes: [{ dest: '10.0.0.0/8' }],
      },
    });
    expect(readPodNetwork(undefined)).toEqual({ status: 'missing' });
    expect(readPodNetwork(old, 'blue/net')).toEqual({ status: 'missing' });
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'the value is [], not an object'],
    ['{"default":7}', '"default" is 7, not an object'],
    ['{"default":{}}', '"default".mac_address is undefined, not a text'],
    ['{"default":{"mac_address":"0a:58"}}', '"0a:58" is not a MAC address'],
    [
      '{"default":{"mac_address":"0a:58:0a:01:00:05","ip_addresses":["10.1.0.5"]}}',
      '"default".ip_addresses[0] "10.1.0.5" is not an address with a prefix length',
    ],
    [
      '{"default":{"mac_address":"0a:58:0a:01:00:05","ip_addresses":["10.1.0.5/24"],"ip_address":"10.1.0.6/24"}}',
      'ip_address 10.1.0.6/24 differs from ip_addresses 10.1.0.5/24',
    ],
    [
      '{"default":{"mac_address":"0a:58:0a:01:00:05","routes":[{"dest":"0.0.0.0/0","nextHop":"10.1.0.1"}]}}',
      'belongs into gateway_ips',
    ],
    [
      '{"default":{"mac_address":"0a:58:0a:01:00:05","routes":[{"dest":"10.0.0.0/8","nextHop":"fd01::1"}]}}',
      'next hop of the other family',
    ],
    [
      '{"default":{"mac_address":"0a:58:0a:01:00:05","role":"main"}}',
      '"default".role "main" is none of primary, secondary, infrastructure-locked',
    ],
  ])('says what is wrong with %s', (text, message) => {
    expect(readPodNetwork(text)).toEqual({ status: 'invalid', message: expect.stringContaining(message) });
    expect(writePodNetwork(text, { addresses: [], mac: '0a:58:0a:01:00:05', gateways: [], routes: [] }).status).toBe(
      'invalid',
    );
  });

  it('is read back as it was written', () => {
    const address = fc.oneof(
      fc.bigInt(0n, 2n ** 32n - 1n).map((value) => new Address('ipv4', value)),
      fc.bigInt(0n, 2n ** 128n - 1n).map((value) => new Address('ipv6', value)),
    );
    const network = fc.record({
      addresses: fc.array(
        address.map((one) => cidr(`${one}/24`)),
        { maxLength: 3 },
      ),
      gateways: fc.array(address, { maxLength: 1 }),
      routes: fc.array(
        address.map((one) => ({ dest: cidr(`${one}/16`).subnet, nextHop: one })),
        { maxLength: 3 },
      ),
      tunnelId: fc.nat(),
    });
    fc.assert(
      fc.property(network, (value) => {
        const whole = { ...value, mac: '0a:58:00:00:00:01', role: 'secondary' as const };
        const written = writePodNetwork(undefined, whole, 'a/b');
        expect(readPodNetwork(written.status === 'written' ? written.text : undefined, 'a/b')).toEqual({
          status: 'found',
          network: whole,
        });
      }),
    );
  });
});

describe('node annotations', () => {
  const upstreamNode = {
    'k8s.ovn.org/node-id': '2',
    'k8s.ovn.org/node-subnets': '{"blue":["10.9.0.0/24"],"default":["10.244.1.0/24","fd00:10:244:2::/64"]}',
    'k8s.ovn.org/node-transit-switch-port-ifaddr': '{"ipv4":"100.88.0.2/16","ipv6":"fd97::2/64"}',
    'k8s.ovn.org/node-chassis-id': 'c391c626-e1f0-4b1e-af0b-66f0807f9495',
    'k8s.ovn.org/l3-gateway-config':
      '{"default":{"mode":"shared","bridge-id":"breth0","interface-id":"breth0_ovn-worker","mac-address":"02:42:ac:12:00:03","ip-addresses":["172.18.0.3/16"],"ip-address":"172.18.0.3/16","next-hops":["172.18.0.1"],"next-hop":"172.18.0.1","node-port-enable":"true","vlan-id":"0"}}',
    'k8s.ovn.org/node-primary-ifaddr': '{"ipv4":"172.18.0.3/16"}',
    'k8s.ovn.org/host-cidrs': '["172.18.0.3/16"]',
    'k8s.ovn.org/node-encap-ips': '["172.18.0.3"]',
    'k8s.ovn.org/node-masquerade-subnet': '{"ipv4":"169.254.169.0/29","ipv6":"fd69::/125"}',
    'k8s.ovn.org/node-mgmt-port-mac-addresses': '{"default":"0a:58:0a:f4:01:02"}',
    'k8s.ovn.org/zone-name': 'ovn-worker',
  };

  it('of upstream are read, and written back byte for byte', () => {
    const { values, problems } = readNodeAnnotations(upstreamNode);
    expect(problems).toEqual([]);
    expect(plain(values)).toMatchObject({
      nodeId: 2,
      subnets: ['10.244.1.0/24', 'fd00:10:244:2::/64'],
      transitAddresses: ['100.88.0.2/16', 'fd97::2/64'],
      gateway: {
        mode: 'shared',
        interfaceId: 'breth0_ovn-worker',
        addresses: ['172.18.0.3/16'],
        nodePortEnable: true,
        vlanId: 0,
      },
    });
    expect(writeNodeAnnotations(values, { existing: upstreamNode })).toEqual(upstreamNode);
  });

  it('that are missing are undefined; those of another network are its own', () => {
    expect(Object.values(readNodeAnnotations({}).values).every((value) => value === undefined)).toBe(true);
    const blue = readNodeAnnotations(upstreamNode, 'blue').values;
    expect(plain(blue)).toMatchObject({ nodeId: 2, subnets: ['10.9.0.0/24'] });
    expect(blue.gateway).toBeUndefined();
  });

  it('know all members by name', () => {
    expect(Object.keys(readNodeAnnotations({}).values)).toEqual(Object.keys(nodeAnnotationNames));
  });

  it.each([
    ['node-id', '1', 'is "1", not a node id from 2 to 5000'],
    ['node-id', 'x', 'is "x"'],
    [
      'node-subnets',
      '{"default":["10.244.1.1/24"]}',
      '"default"[0] "10.244.1.1/24" has host bits set; right would be 10.244.1.0/24',
    ],
    ['node-subnets', '{', 'is not JSON'],
    [
      'node-transit-switch-port-ifaddr',
      '{"ipv4":"fd97::2/64"}',
      '"ipv4" is fd97::2/64, an address of the other family',
    ],
    ['node-transit-switch-port-ifaddr', '{}', 'has neither "ipv4" nor "ipv6"'],
    ['node-chassis-id', '', 'is empty'],
    ['l3-gateway-config', '{"default":{"mode":"both"}}', '"default".mode is "both", none of shared, local, disabled'],
    ['l3-gateway-config', '{"default":{"mode":"shared","vlan-id":"4095"}}', 'vlan-id is "4095"'],
    ['l3-gateway-config', '{"default":{"mode":"shared","mac-address":"x"}}', '"x" is not a MAC address'],
    ['node-encap-ips', '["172.18.0.3/16"]', 'the value[0] "172.18.0.3/16" is not an IP address'],
  ])('%s = %s is a problem, not an exception', (name, text, message) => {
    const { values, problems } = readNodeAnnotations({ ...upstreamNode, [`k8s.ovn.org/${name}`]: text });
    expect(problems).toEqual([{ annotation: `k8s.ovn.org/${name}`, message: expect.stringContaining(message) }]);
    expect(values.zone).toBe('ovn-worker');
  });

  it('reads the single-address members of older releases', () => {
    const text = '{"default":{"mode":"local","ip-address":"172.18.0.3/16","next-hop":"172.18.0.1"}}';
    const { values } = readNodeAnnotations({ 'k8s.ovn.org/l3-gateway-config': text });
    expect(plain(values.gateway)).toMatchObject({
      addresses: ['172.18.0.3/16'],
      nextHops: ['172.18.0.1'],
      nodePortEnable: false,
    });
  });
});

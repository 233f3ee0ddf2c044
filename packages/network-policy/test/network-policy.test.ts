import { describe, expect, it } from 'vitest';
import { networks, node, probe, TestCluster, type TestPod } from './cluster.ts';

const pod = (namespace: string, name: string, rest: Partial<TestPod> = {}): TestPod => ({
  namespace,
  name,
  labels: { app: name },
  addresses: [],
  ports: [],
  node: 'n1',
  ...rest,
});
const web = pod('x', 'web', { addresses: ['10.128.0.3'], ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] });
const client = pod('x', 'client', { addresses: ['10.128.0.4'] });
const other = pod('y', 'other', { addresses: ['10.128.0.5'] });

function cluster(...args: ConstructorParameters<typeof TestCluster>): TestCluster {
  const made = new TestCluster(...args);
  made.graph.commit(() => {
    made.nodes.set('n1', node(undefined, ['10.128.0.0/23']));
    made.namespace('x', { team: 'a' });
    made.namespace('y', { team: 'b' });
    for (const each of [web, client, other]) made.pod(each);
  });
  return made;
}

const closed = (namespace: string, direction: 'Ingress' | 'Egress') => {
  const [way, port] = direction === 'Ingress' ? ['to-lport', 'outport'] : ['from-lport', 'inport'];
  const at = `${port} == @<NetpolNamespace:${namespace}:${direction}>`;
  return [`1000 ${way} drop ${at}`, `1001 ${way} allow ${at} && (arp || nd)`];
};
const always = [
  '1001 from-lport allow-related ip4.src == 169.254.169.5',
  '1001 to-lport allow-related ip4.src == 10.128.0.2',
  '1001 to-lport allow-related ip4.src == 169.254.169.5',
];
/** The ACLs of rules: without what is always there, and what closes pods. */
const rules = (made: TestCluster) => made.acls().filter((acl) => acl.includes('@<NetworkPolicy'));

describe('without policies', () => {
  it('there is the way of a hairpin, and that of the node', () => {
    expect(cluster().acls()).toEqual(always);
    expect(cluster(networks.dual).acls()).toEqual([
      '1001 from-lport allow-related ip4.src == 169.254.169.5 || ip6.src == fd69::5',
      '1001 to-lport allow-related ip4.src == 10.128.0.2',
      '1001 to-lport allow-related ip4.src == 169.254.169.5 || ip6.src == fd69::5',
    ]);
  });

  it('a node of another zone has none here', () => {
    expect(cluster(networks.ipv4, { zone: 'elsewhere' }).acls()).toEqual(
      always.filter((acl) => !acl.includes('10.128')),
    );
  });
});

describe('a policy', () => {
  it('closes the pods that it selects in its directions', () => {
    const made = cluster();
    made.policy('x', 'p', { podSelector: { matchLabels: { app: 'web' } } });
    expect(made.acls()).toEqual([...always, ...closed('x', 'Ingress')].sort());
    expect(made.members().map(({ child }) => child.name)).toEqual(['x_web', 'x_web']);
    made.policy('x', 'p', { podSelector: {}, policyTypes: ['Egress'] });
    expect(made.acls()).toEqual([...always, ...closed('x', 'Egress')].sort());
    made.policy('x', 'p', { podSelector: {}, egress: [{}] });
    expect(made.acls()).toEqual(expect.arrayContaining([...closed('x', 'Ingress'), ...closed('x', 'Egress')]));
    made.networkPolicies.delete('x/p');
    expect(made.acls()).toEqual(always);
    expect(made.members()).toEqual([]);
  });

  it('allows what its rules say: peers as address sets, ports by protocol', () => {
    const made = cluster();
    made.policy('x', 'p', {
      podSelector: { matchLabels: { app: 'web' } },
      ingress: [
        {
          from: [
            { namespaceSelector: { matchLabels: { team: 'b' } } },
            { podSelector: { matchLabels: { app: 'client' } } },
          ],
          ports: [{ port: 80 }, { port: 443 }, { port: 8000, endPort: 8010 }, { protocol: 'UDP', port: 53 }],
        },
        {
          from: [
            { ipBlock: { cidr: '10.0.0.7/8', except: ['10.1.0.0/16', '10.2.0.0/16'] } },
            { ipBlock: { cidr: '192.0.2.0/24' } },
          ],
        },
        { ports: [{ protocol: 'SCTP' }] },
      ],
    });
    const peers = 'ip4.src == {$<PodSelector:x/{app in (client)}:v4>, $<PodSelector:{team in (b)}/{}:v4>}';
    const at = 'outport == @<NetworkPolicy:x:p>';
    const inAnyOrder = (acl: string) =>
      acl.replace(/\{(\$[^,]*), (\$[^}]*\}[^}]*)\} &&/, (_, a, b) => `{${[a, b].sort().join(', ')}} &&`);
    expect(rules(made).map(inAnyOrder)).toEqual(
      [
        `1001 to-lport allow-related ${peers} && tcp && (tcp.dst == {80, 443} || 8000 <= tcp.dst <= 8010) && ${at}`,
        `1001 to-lport allow-related ${peers} && udp && udp.dst == 53 && ${at}`,
        '1001 to-lport allow-related ((ip4.src == 10.0.0.0/8 && ip4.src != {10.1.0.0/16, 10.2.0.0/16}) || ip4.src == 192.0.2.0/24)' +
          ` && ${at}`,
        `1001 to-lport allow-related ip4 && sctp && ${at}`,
      ]
        .map(inAnyOrder)
        .sort(),
    );
    expect(made.addresses('{team in (b)}/{}')).toEqual(['10.128.0.5']);
    expect(made.addresses('x/{app in (client)}')).toEqual(['10.128.0.4']);
  });

  it('keeps families apart in a network that has both', () => {
    const made = cluster(networks.dual);
    made.policy('x', 'p', { podSelector: {}, egress: [{ to: [{ podSelector: {} }], ports: [{ port: 80 }] }, {}] });
    expect(rules(made)).toEqual([
      '1001 from-lport allow-related (ip4 || ip6) && inport == @<NetworkPolicy:x:p>',
      '1001 from-lport allow-related (ip4.dst == {$<PodSelector:x/{}:v4>} || ip6.dst == {$<PodSelector:x/{}:v6>}) && tcp && tcp.dst == 80 && inport == @<NetworkPolicy:x:p>',
    ]);
  });

  it('leaves out blocks of a family that the network does not have', () => {
    const made = cluster();
    made.policy('x', 'p', { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 'fd00::/8' } }] }] });
    expect(rules(made)).toEqual([]);
    expect(made.compiled.problems.size).toBe(0);
  });
});

describe('a named port', () => {
  const policy = (made: TestCluster) =>
    made.policy('x', 'p', { podSelector: {}, ingress: [{ ports: [{ port: 'http' }] }] });

  it('is the number that a destination has it at, and follows the pods', () => {
    const made = cluster();
    policy(made);
    const clause = (number: number) =>
      `ip4.dst == {$<PodSelector:x/{} TCP/http ${number}:v4>} && tcp && tcp.dst == ${number}`;
    const at = 'outport == @<NetworkPolicy:x:p>';
    expect(rules(made)).toEqual([`1001 to-lport allow-related ${clause(8080)} && ${at}`]);
    expect(made.addresses('x/{} TCP/http 8080')).toEqual(['10.128.0.3']);
    made.pod({ ...client, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] });
    expect(rules(made)).toEqual([`1001 to-lport allow-related ((${clause(80)}) || (${clause(8080)})) && ${at}`]);
    expect(made.judge().allows(probe(other, client, 'TCP', 80))).toBe(true);
    expect(made.judge().allows(probe(other, client, 'TCP', 8080))).toBe(false);
    expect(made.judge().allows(probe(other, web, 'TCP', 80))).toBe(false);
    made.pods.delete('x/web');
    made.pods.delete('x/client');
    expect(rules(made)).toEqual([]);
    expect(made.addresses('x/{} TCP/http 8080')).toBeUndefined();
  });

  it('counts for its protocol only, on sidecars too, and not on init containers that end', () => {
    const made = cluster();
    policy(made);
    made.pod({ ...web, ports: [{ name: 'http', port: 8080, protocol: 'UDP' }] });
    expect(rules(made)).toEqual([]);
    const object = made.pods.get('x/web');
    const ports = [{ name: 'http', containerPort: 9090 }];
    const withInit = (restartPolicy?: string) => ({
      ...object,
      spec: { ...object?.spec, containers: [], initContainers: [{ ports, ...(restartPolicy && { restartPolicy }) }] },
    });
    made.pods.set('x/web', withInit());
    expect(rules(made)).toEqual([]);
    made.pods.set('x/web', withInit('Always'));
    expect(rules(made).join()).toContain('tcp.dst == 9090');
  });

  it('of egress is a port of peers, or of whatever pod has the address', () => {
    const made = cluster();
    made.pod({ ...other, ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] });
    const to = (peers: unknown) =>
      made.policy('x', 'p', {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ ...(peers !== undefined && { to: peers }), ports: [{ port: 'http' }] }],
      });
    const answers = () =>
      [web, other, '10.128.0.99'].map((target) => made.judge().egress(probe(client, target, 'TCP', 8080)).allowed);
    to(undefined);
    expect(answers()).toEqual([true, true, false]);
    to([{ podSelector: {} }]);
    expect(answers()).toEqual([true, false, false]);
    to([{ ipBlock: { cidr: '10.128.0.4/30' } }]);
    expect(answers()).toEqual([false, true, false]);
    to([{ podSelector: {} }, { ipBlock: { cidr: '10.128.0.4/30' } }]);
    expect(answers()).toEqual([true, true, false]);
  });
});

describe('pods', () => {
  it('are no peers in the network of their node, nor when they have ended', () => {
    const made = cluster();
    made.policy('x', 'p', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] });
    const addresses = () => made.addresses('x/{}');
    expect(addresses()).toEqual(['10.128.0.3', '10.128.0.4']);
    for (const gone of [{ hostNetwork: true }, { phase: 'Succeeded' }, { phase: 'Failed' }]) {
      made.pod({ ...client, ...gone });
      expect(addresses()).toEqual(['10.128.0.3']);
      expect(made.members().some(({ child }) => child.name === 'x_client')).toBe(false);
      made.pod(client);
    }
    made.pod({ ...client, phase: 'Pending', addresses: ['10.128.0.9'] });
    expect(addresses()).toEqual(['10.128.0.3', '10.128.0.9']);
  });

  it('have the addresses of their annotation, which come before those of their status', () => {
    const made = cluster(networks.dual);
    made.policy('x', 'p', {
      podSelector: {},
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }],
    });
    const annotation = JSON.stringify({
      default: {
        ip_addresses: ['10.128.0.77/23', 'fd01::77/64'],
        mac_address: '0a:58:0a:80:00:4d',
        gateway_ips: ['10.128.0.1', 'fd01::1'],
      },
    });
    const object = made.pods.get('x/client');
    made.pods.set('x/client', {
      ...object,
      metadata: { ...object?.metadata, annotations: { 'k8s.ovn.org/pod-networks': annotation } },
    });
    expect(made.addresses('x/{app in (client)}')).toEqual(['10.128.0.77']);
    expect(made.addresses('x/{app in (client)}', 'v6')).toEqual(['fd01::77']);
  });

  it('are in port groups of their own zone only, and peers in all of them', () => {
    const made = new TestCluster(networks.ipv4, { zone: 'n1' });
    made.graph.commit(() => {
      made.nodes.set('n1', node());
      made.nodes.set('n2', node());
      made.nodes.set('n3', node('n1'));
      made.namespace('x');
      for (const on of ['n1', 'n2', 'n3', 'n4'])
        made.pod({ ...web, name: on, node: on, addresses: [`10.128.0.${on.slice(1)}`] });
      made.policy('x', 'p', { podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] });
    });
    expect([...new Set(made.members().map(({ child }) => child.name))].sort()).toEqual(['x_n1', 'x_n3']);
    expect(made.addresses('x/{}')).toEqual(['10.128.0.1', '10.128.0.2', '10.128.0.3', '10.128.0.4']);
  });
});

describe('annotations and options', () => {
  const policy = { podSelector: {}, ingress: [{}] };
  const columns = (made: TestCluster) =>
    made
      .rows()
      .filter(({ table, name }) => table === 'ACL' && name.includes(':Net'))
      .map(({ columns: { name, action, log, severity, meter } }) => ({ name, action, log, severity, meter }));

  it('of the namespace name the severity of logs', () => {
    const made = cluster();
    made.policy('x', 'p', policy);
    const meter = 'acl-logging';
    const silent = { log: false, severity: undefined, meter };
    const quiet = [
      { name: undefined, action: 'allow-related', ...silent },
      { name: undefined, action: 'allow-related', ...silent },
      { name: undefined, action: 'allow-related', ...silent },
      { name: 'NP:x:Ingress', action: 'allow', ...silent },
      { name: 'NP:x:Ingress', action: 'drop', ...silent },
      { name: 'NP:x:p:Ingress:0', action: 'allow-related', ...silent },
    ];
    const order = (all: ReturnType<typeof columns>) =>
      all.toSorted((a, b) => (`${a.name ?? ''} ${a.action}` < `${b.name ?? ''} ${b.action}` ? -1 : 1));
    expect(order(columns(made))).toEqual(quiet);
    made.namespace('x', { team: 'a' }, { 'k8s.ovn.org/acl-logging': '{"deny":"alert","allow":"notice"}' });
    const loud = { log: true, meter };
    expect(order(columns(made))).toEqual([
      ...quiet.slice(0, 4),
      { name: 'NP:x:Ingress', action: 'drop', severity: 'alert', ...loud },
      { name: 'NP:x:p:Ingress:0', action: 'allow-related', severity: 'notice', ...loud },
    ]);
  });

  it('cut long names where the schema does', () => {
    const made = cluster();
    made.policy('x', 'p'.repeat(80), policy);
    const name = columns(made).find((acl) => String(acl.name).startsWith('NP:x:pp'))?.name;
    expect(name).toBe(`NP:x:${'p'.repeat(58)}`);
  });

  it('make rules stateless where the option allows it', () => {
    const actions = (made: TestCluster) => rules(made).map((acl) => acl.split(' ')[2]);
    const stateless = { 'k8s.ovn.org/acl-stateless': 'true' };
    const without = cluster();
    without.policy('x', 'p', policy, stateless);
    expect(actions(without)).toEqual(['allow-related']);
    const made = cluster(networks.ipv4, { stateless: true });
    made.policy('x', 'p', policy, stateless);
    expect(actions(made)).toEqual(['allow-stateless']);
    made.policy('x', 'p', policy, { 'k8s.ovn.org/acl-stateless': 'no' });
    expect(actions(made)).toEqual(['allow-related']);
  });

  it('let ICMP through where the option says so', () => {
    const answer = (made: TestCluster) => {
      made.policy('x', 'p', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
      return [made.judge().allows(probe(client, web, 'ICMP', 0)), made.judge().allows(probe(client, web, 'TCP', 80))];
    };
    expect(answer(cluster())).toEqual([false, false]);
    expect(answer(cluster(networks.ipv4, { allowIcmp: true }))).toEqual([true, false]);
  });
});

it('the node of a pod reaches it whatever policies say, and so does its own Service', () => {
  const made = cluster();
  made.policy('x', 'p', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  const judge = made.judge();
  expect(judge.ingress(probe('10.128.0.2', web, 'TCP', 8080)).allowed).toBe(true);
  expect(judge.ingress(probe('10.128.2.2', web, 'TCP', 8080)).allowed).toBe(false);
  // The hairpin group is the topology's; here nobody is in it.
  expect(made.acls()).toContain('1001 to-lport allow-related ip4.src == 169.254.169.5');
});

it('names of hashed rows and ids are those of upstream', () => {
  const made = cluster();
  made.policy('x', 'p', { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] });
  const ids = made.rows().map(({ columns }) => Reflect.get(Object(columns['external_ids']), 'k8s.ovn.org/id'));
  expect(ids.sort()).toEqual([
    'default-network-controller:NetpolDefault:allow-hairpinning:Egress',
    'default-network-controller:NetpolDefault:allow-hairpinning:Ingress',
    'default-network-controller:NetpolNamespace:x:Ingress',
    'default-network-controller:NetpolNamespace:x:Ingress:arpAllow',
    'default-network-controller:NetpolNamespace:x:Ingress:defaultDeny',
    'default-network-controller:NetpolNode:n1:10.128.0.2',
    'default-network-controller:NetworkPolicy:x:p',
    'default-network-controller:NetworkPolicy:x:p:Ingress:0:tcp:-1',
  ]);
});

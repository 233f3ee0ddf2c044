import type { Random } from './random.ts';
import { type Names, values } from './random-match.ts';

type Make = (random: Random, names: Names) => string;

const quote = (name: string) => `"${name}"`;
const bit: Make = (random) => `reg${random.pick(['0', '2', '9'])}[${random.below(16)}]`;

const simple: readonly Make[] = [
  (random) => `reg${random.below(10)} = ${random.pick([...values.small, '0xdeadbeef', '10.0.0.9'])};`,
  (random) => `reg${random.below(10)}[${random.pick(['0..7', '8..15', '3'])}] = 1;`,
  (random) => `xxreg${random.below(2)} = ${random.pick([...values.ip6, '0x1234567890abcdef00'])};`,
  (random) => `xreg4[0..47] = ${random.pick(values.mac)};`,
  (random) => `reg${random.below(8)} = reg${random.below(8)};`,
  (random) => `reg0[0..15] <-> reg${random.below(9)}[16..31];`,
  (random) => `${random.pick(['eth.src', 'eth.dst'])} = ${random.pick(values.mac)};`,
  () => 'eth.dst <-> eth.src;',
  (random) => `${random.pick(['ip4.src', 'ip4.dst'])} = ${random.pick(values.ip4)};`,
  () => 'ip4.src <-> ip4.dst;',
  (random) => `${random.pick(['ip6.src', 'ip6.dst'])} = ${random.pick(values.ip6)};`,
  (random) => `${random.pick(['tcp.src', 'tcp.dst', 'udp.dst', 'sctp.src'])} = ${random.pick(values.port)};`,
  (random) => `ip.ttl = ${random.pick(['1', '64', '254'])};`,
  () => 'ip.ttl--;',
  (random) => `ip.dscp = ${random.below(60)};`,
  (random) => `vlan.pcp = ${random.below(8)};`,
  (random) => `pkt.mark = ${random.below(1000)};`,
  (random) => `flags.loopback = ${random.below(2)};`,
  (random) => `push(reg${random.below(8)}); pop(reg${random.below(8)});`,
  () => 'arp.op = 2; arp.tha = arp.sha;',
  (random, names) => `outport = ${quote(random.pick(names.ports))};`,
  () => 'outport = inport;',
  () => 'inport = "";',
  () => 'ct_clear;',
  (random) => `set_queue(${random.below(61440)});`,
  (random) => `clone { eth.dst = ${random.pick(values.mac)}; output; };`,
];

const helper: readonly Make[] = [
  () => 'get_arp(outport, reg0);',
  () => 'get_nd(outport, xxreg0);',
  () => 'put_arp(inport, arp.spa, arp.sha);',
  () => 'put_nd(inport, nd.target, nd.tll);',
  (random, names) => `${bit(random, names)} = lookup_arp(inport, arp.spa, arp.sha);`,
  (random, names) => `${bit(random, names)} = lookup_arp_ip(inport, arp.spa);`,
  (random, names) => `${bit(random, names)} = lookup_nd(inport, ip6.src, eth.src);`,
  (random, names) => `${bit(random, names)} = lookup_nd_ip(inport, ip6.dst);`,
  () => 'put_fdb(inport, eth.src);',
  () => 'outport = get_fdb(eth.dst);',
  () => 'remote_outport = get_remote_fdb(eth.dst);',
  (random, names) => `${bit(random, names)} = lookup_fdb(inport, eth.src);`,
  (random, names) =>
    `${bit(random, names)} = ${random.pick(['check_in_port_sec', 'check_out_port_sec', 'chk_lb_hairpin', 'chk_lb_hairpin_reply', 'chk_lb_aff', 'chk_ecmp_nh', 'chk_ecmp_nh_mac', 'dns_lookup'])}();`,
  (random) => `reg${random.pick(['0', '8'])} = ct_nw_dst();`,
  () => 'xxreg0 = ct_ip6_dst();',
  () => 'reg1[0..15] = ct_tp_dst();',
  () => 'reg1[16..23] = ct_proto();',
  () => 'reg8[0..7] = ct_state_save();',
  (random, names) => `${bit(random, names)} = check_pkt_larger(${1000 + random.below(500)});`,
  () => 'mac_cache_use;',
  () => 'flood_remote;',
  () => 'ct_snat_to_vip;',
  (random, names) => `mirror(${quote(random.pick(names.ports))});`,
];

const controller: readonly Make[] = [
  (random) =>
    `log(verdict=${random.pick(['allow', 'drop', 'reject', 'pass'])}, severity=${random.pick(['alert', 'info', 'debug'])});`,
  () => 'log(name="a name", verdict=allow, severity=warning);',
  () => 'igmp;',
  () => 'handle_dhcpv6_reply;',
  () => 'handle_bfd_msg();',
  () => 'handle_svc_check(inport);',
  (random) => `icmp4 { eth.dst <-> eth.src; icmp4.type = 11; ip.ttl = ${random.below(255)}; output; };`,
  () => 'icmp4_error { ip.ttl = 255; icmp4.frag_mtu = 1400; next; };',
  () => 'icmp6 { icmp6.type = 3; output; };',
  () => 'icmp6_error { icmp6.type = 2; icmp6.frag_mtu = 1280; output; };',
  () => 'tcp_reset { outport <-> inport; output; };',
  () => 'sctp_abort { output; };',
  () => 'reject { /* a comment */ outport <-> inport; flags.loopback = 1; output; };',
  (random) => `arp { eth.dst = ff:ff:ff:ff:ff:ff; arp.spa = ${random.pick(values.ip4)}; arp.op = 1; output; };`,
  () => 'nd_ns { nd.target = xxreg0; output; };',
  (random) =>
    `nd_na { eth.src = ${random.pick(values.mac)}; nd.tll = ${random.pick(values.mac)}; outport = inport; output; };`,
  () => 'nd_na_router { ip6.src = nd.target; flags.loopback = 1; output; };',
  (random, names) =>
    `${bit(random, names)} = put_dhcp_opts(offerip = 10.0.0.7, netmask = 255.255.255.0, router = 10.0.0.1, lease_time = 3600, mtu = ${1000 + random.below(500)}, domain_name = "ovn.org", classless_static_route = {30.0.0.0/24,10.0.0.4,0.0.0.0/0,10.0.0.1});`,
  (random, names) =>
    `${bit(random, names)} = put_dhcpv6_opts(server_id = ${random.pick(values.mac)}, ia_addr = fd00::9, dns_server = {fd00::1, fd00::2}, domain_search = "ovn.org", fqdn = "host.ovn.org");`,
  (random, names) =>
    `${bit(random, names)} = put_nd_ra_opts(addr_mode = "${random.pick(['slaac', 'dhcpv6_stateless'])}", router_preference = "${random.pick(['HIGH', 'LOW', 'MEDIUM'])}", slla = ${random.pick(values.mac)}, mtu = 1450, prefix = fd00::/64, rdnss = fd00::53, dnssl = "ovn.org,a.b.c", route_info = "HIGH-fd01::/48,LOW-fd02::/96");`,
  (random, names) => `${bit(random, names)} = dhcp_relay_req_chk(10.0.0.1, 10.0.0.2);`,
  (random, names) => `${bit(random, names)} = dhcp_relay_resp_chk(10.0.0.1, 10.0.0.2);`,
  () =>
    'trigger_event(event = "empty_lb_backends", vip = "10.0.0.1:80", protocol = "tcp", load_balancer = "12345678-abcd-9876-fedc-11119f8e7d6c");',
  (random, names) => `bind_vport(${quote(random.pick(names.ports))}, inport);`,
];

const lastWithoutMatch: readonly Make[] = [
  () => 'drop;',
  () => 'next;',
  (random) => `next(${random.below(15)});`,
  (random) => `next(pipeline=${random.pick(['ingress', 'egress'])}, table=${random.below(15)});`,
  () => 'output;',
  (random) => `ct_next${random.pick(['', '(dnat)', '(snat)'])};`,
  () => 'ct_commit; next;',
  (random) => `ct_commit { ct_mark = ${random.pick(['1', '2/3'])}; ct_label.acl_id = ${random.below(100)}; }; next;`,
  () => 'ct_commit { ct_mark.blocked = 1; ct_label.obs_point_id = reg3; };',
  (random) => `ct_commit_nat${random.pick(['', '(dnat)', '(snat)'])};`,
  (random) => `ct_commit_to_zone(${random.pick(['dnat', 'snat'])});`,
  (random) => `${random.pick(['ct_dnat', 'ct_snat', 'ct_dnat_in_czone', 'ct_snat_in_czone'])};`,
  (random) => `ct_lb_mark${random.pick(['', '_local'])};`,
];

/** Actions that are only valid for packets of one kind, with the match that makes them so. */
const lastWithMatch: readonly (readonly [match: string, make: Make])[] = [
  [
    'ip4',
    (random) =>
      `${random.pick(['ct_dnat', 'ct_snat', 'ct_dnat_in_czone'])}(10.0.0.${random.below(9)}${random.pick(['', ', 1000-2000', ', 80'])});`,
  ],
  ['ip6', (random) => `${random.pick(['ct_dnat', 'ct_snat'])}(fd00::${random.below(9)});`],
  [
    'ip4 && tcp',
    (random) =>
      `ct_lb_mark(backends=10.0.0.4:8080,10.0.0.5:8080${random.pick(['', '; skip_snat', '; force_snat', '; hash_fields="eth_src,eth_dst"'])});`,
  ],
  ['ip6 && udp', () => 'ct_lb_mark(backends=[fd00::4]:53,[fd00::5]:53);'],
  ['ip4', () => 'ct_lb(backends=10.0.0.4,10.0.0.5);'],
  [
    'ip4',
    (random, names) =>
      `ct_lb_mark_local(backends=${random
        .some(names.ports, 2)
        .map((port) => `${quote(port)}:10.0.0.4:80`)
        .join(',')});`,
  ],
  ['ip4', () => 'reg8[16..31] = select(1=20, 2=30, 3);'],
  ['ip', () => 'reg0 = select(values=(1, 2); hash_fields="eth_src,eth_dst");'],
  ['1', (random, names) => `fwd_group(childports=${random.some(names.ports, 2).map(quote).join(', ')});`],
  ['ip4 && tcp', (random) => `commit_ecmp_nh(ipv6 = false, proto = tcp); ${random.pick(['next;', 'output;'])}`],
  ['ip6 && udp', () => 'commit_ecmp_nh(ipv6 = true, proto = udp); next;'],
  [
    'ip4 && tcp',
    (random) =>
      `commit_lb_aff(vip = "10.0.0.1:80", backend = "10.0.0.4:8080", proto = tcp, timeout = ${random.below(100)}); next;`,
  ],
  ['ip6 && tcp', () => 'commit_lb_aff(vip = "[fd00::1]:80", backend = "[fd00::4]:8080", proto = tcp, timeout = 30);'],
  ['ip4', () => 'commit_lb_aff(vip = "10.0.0.1", backend = "10.0.0.4", timeout = 30);'],
];

/** Random actions, and a match that has to be ANDed to the flow's. */
export function randomActions(random: Random, names: Names): { readonly match: string; readonly actions: string } {
  const parts: string[] = [];
  for (let n = random.below(4); n > 0; n--) parts.push(random.pick(random.chance(70) ? simple : helper)(random, names));
  if (random.chance(25)) {
    parts.push(random.pick(controller)(random, names));
    return { match: '1', actions: parts.join(' ') };
  }
  if (random.chance(30)) {
    const [match, make] = random.pick(lastWithMatch);
    return { match, actions: [...parts, make(random, names)].join(' ') };
  }
  const last = random.pick(lastWithoutMatch)(random, names);
  return { match: '1', actions: last === 'drop;' ? last : [...parts, last].join(' ') };
}

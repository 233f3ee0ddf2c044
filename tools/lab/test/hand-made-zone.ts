import type { IpFamily } from '../src/address-plan.ts';
import { run } from '../src/command.ts';
import type { NodeFiles } from '../src/open-vswitch.ts';
import type { OvnPrograms } from '../src/ovn.ts';
import type { NodePlace } from '../src/underlay.ts';

/** One zone (one node) of the topology of ovn-kubernetes.md §2, as far as pod-to-pod traffic needs it. */
export interface HandMadeNode {
  readonly id: number;
  readonly place: NodePlace;
  readonly chassis: string;
  readonly files: NodeFiles;
}

/** Addresses of one port, by family. */
interface PortAddresses {
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

const byte = (value: number): string => value.toString(16).padStart(2, '0');

/** Host `host` of a node's subnets: 1 is the router, pods follow. */
export const hostOf = (node: { readonly id: number }, host: number): PortAddresses => ({
  mac: `0a:58:0a:f4:${byte(node.id)}:${byte(host)}`,
  ipv4: `10.244.${node.id}.${host}`,
  ipv6: `fd00:10:244:${node.id}::${host.toString(16)}`,
});

const transit = (id: number): PortAddresses => ({
  mac: `0a:58:64:58:00:${byte(id)}`,
  ipv4: `100.88.0.${id}`,
  ipv6: `fd97::${id.toString(16)}`,
});

const router = 'ovn_cluster_router';

const nbctl = (ovn: OvnPrograms, node: HandMadeNode, commands: readonly (readonly string[])[]): Promise<string> =>
  run([`${ovn.bin}/ovn-nbctl`, `--db=${node.files.nb}`, ...commands.flatMap((command) => ['--', ...command])]);

/** What is on this node: switch, cluster router, transit switch, gateway router, and the logical port of one pod a host number. */
export async function writeZone(ovn: OvnPrograms, node: HandMadeNode): Promise<void> {
  const { name } = node.place;
  const gateway = hostOf(node, 1);
  const here = transit(node.id);
  const transitSwitch = 'other_config:interconn-ts=transit_switch';
  await nbctl(ovn, node, [
    ...gatewayCommands(node),
    ['lr-add', router],
    ['ls-add', name],
    ['lrp-add', router, `rtos-${name}`, gateway.mac, `${gateway.ipv4}/24`, `${gateway.ipv6}/64`],
    ...routerPort(name, `stor-${name}`, `rtos-${name}`),
    ['ls-add', 'transit_switch'],
    ['set', 'Logical_Switch', 'transit_switch', transitSwitch, 'other_config:requested-tnl-key=16711683'],
    ['lrp-add', router, `rtots-${name}`, here.mac, `${here.ipv4}/16`, `${here.ipv6}/64`],
    ...routerPort('transit_switch', `tstor-${name}`, `rtots-${name}`),
    ['set', 'Logical_Switch_Port', `tstor-${name}`, `options:requested-tnl-key=${node.id}`],
  ]);
}

/** What a zone has to know of another node: a remote port bound by requested-chassis, two routes, and a remote chassis. */
export async function writeRemote(ovn: OvnPrograms, node: HandMadeNode, remote: HandMadeNode): Promise<void> {
  const { name } = remote.place;
  const there = transit(remote.id);
  const port = `tstor-${name}`;
  await nbctl(ovn, node, [
    ['lsp-add', 'transit_switch', port],
    ['lsp-set-type', port, 'remote'],
    ['lsp-set-addresses', port, `${there.mac} ${there.ipv4}/16 ${there.ipv6}/64`],
    ['lsp-set-options', port, `requested-tnl-key=${remote.id}`, `requested-chassis=${remote.chassis}`],
    ['lr-route-add', router, `10.244.${remote.id}.0/24`, there.ipv4],
    ['lr-route-add', router, `fd00:10:244:${remote.id}::/64`, there.ipv6],
  ]);
  await run([
    ...[`${ovn.bin}/ovn-sbctl`, `--db=${node.files.sb}`],
    ...['--id=@encap', 'create', 'Encap', 'type=geneve', `ip=${JSON.stringify(encapIp(remote))}`],
    ...[`chassis_name=${remote.chassis}`, 'options:csum=true'],
    ...['--', 'create', 'Chassis', `name=${remote.chassis}`, `hostname=${name}`],
    ...['other_config:is-remote=true', 'encaps=@encap'],
  ]);
}

/** The logical port of a pod; `host` is its place in the node's subnets. */
export async function writePod(
  ovn: OvnPrograms,
  node: HandMadeNode,
  port: string,
  host: number,
  families: readonly IpFamily[],
): Promise<void> {
  const pod = hostOf(node, host);
  const addresses = [pod.mac, ...families.map((family) => pod[family])].join(' ');
  await nbctl(ovn, node, [
    ['lsp-add', node.place.name, port],
    ['lsp-set-addresses', port, addresses],
    ['lsp-set-port-security', port, addresses],
    ['set', 'Logical_Switch_Port', port, `options:requested-chassis=${node.chassis}`],
  ]);
}

export const encapIp = ({ place }: HandMadeNode): string => place.addresses[0]?.address ?? '';

/** Gateway router with the bridge's own MAC and address, on an external switch that a localnet port joins to the bridge. */
function gatewayCommands(node: HandMadeNode): readonly (readonly string[])[] {
  const { name, mac, addresses } = node.place;
  const gateway = `GR_${name}`;
  const networks = addresses.map(({ address, length }) => `${address}/${length}`);
  return [
    ['lr-add', gateway],
    ['set', 'Logical_Router', gateway, `options:chassis=${node.chassis}`],
    ['ls-add', `ext_${name}`],
    ['lrp-add', gateway, `rtoe-${gateway}`, mac, ...networks],
    ...routerPort(`ext_${name}`, `etor-${gateway}`, `rtoe-${gateway}`),
    ['set', 'Logical_Switch_Port', `etor-${gateway}`, 'options:nat-addresses=router'],
    ['lsp-add', `ext_${name}`, `br-phys_${name}`],
    ['lsp-set-type', `br-phys_${name}`, 'localnet'],
    ['lsp-set-addresses', `br-phys_${name}`, 'unknown'],
    ['lsp-set-options', `br-phys_${name}`, 'network_name=physnet'],
  ];
}

const routerPort = (lsw: string, lsp: string, lrp: string): readonly (readonly string[])[] => [
  ['lsp-add', lsw, lsp],
  ['lsp-set-type', lsp, 'router'],
  ['lsp-set-addresses', lsp, 'router'],
  ['lsp-set-options', lsp, `router-port=${lrp}`],
];

/** br-int, and what ovn-controller reads of the Open_vSwitch row (ovn-kubernetes.md §1.5). */
export async function bootstrapSwitch(node: HandMadeNode): Promise<void> {
  await run([
    ...['ovs-vsctl', `--db=${node.files.conf}`, 'add-br', 'br-int', '--'],
    ...['set', 'Bridge', 'br-int', 'datapath_type=netdev', 'fail-mode=secure', '--'],
    ...['set', 'Open_vSwitch', '.', `external_ids:ovn-remote=${node.files.sb}`, 'external_ids:ovn-encap-type=geneve'],
    ...[`external_ids:ovn-encap-ip=${JSON.stringify(encapIp(node))}`, 'external_ids:ovn-is-interconn=true'],
    ...['external_ids:ovn-monitor-all=true', 'external_ids:ovn-bridge-mappings=physnet:br-phys'],
  ]);
}

import { run } from '../src/command.ts';
import type { NodeFiles } from '../src/open-vswitch.ts';
import type { OvnPrograms } from '../src/ovn.ts';

/** One zone (one node) of the topology of ovn-kubernetes.md §2, as far as pod-to-pod traffic needs it. */
export interface HandMadeNode {
  readonly id: number;
  readonly name: string;
  readonly chassis: string;
  readonly encapIp: string;
  /** MAC of the external bridge. */
  readonly bridgeMac: string;
  readonly files: NodeFiles;
}

/** A pod of the hand-made zone: the first free addresses of its node's subnets. */
export const podOf = (node: HandMadeNode): { mac: string; v4: string; v6: string } => ({
  mac: `0a:58:0a:f4:0${node.id}:05`,
  v4: `10.244.${node.id}.5`,
  v6: `fd00:10:244:${node.id}::5`,
});

export const gatewayOf = (node: HandMadeNode): { mac: string; v4: string; v6: string } => ({
  mac: `0a:58:0a:f4:0${node.id}:01`,
  v4: `10.244.${node.id}.1`,
  v6: `fd00:10:244:${node.id}::1`,
});

const transit = (id: number): { mac: string; v4: string; v6: string } => ({
  mac: `0a:58:64:58:00:0${id}`,
  v4: `100.88.0.${id}`,
  v6: `fd97::${id}`,
});

/** Northbound and southbound rows of `local`'s zone, and what it has to know of `remote`. */
export async function writeZone(ovn: OvnPrograms, local: HandMadeNode, remote: HandMadeNode): Promise<void> {
  const gateway = gatewayOf(local);
  const here = transit(local.id);
  const there = transit(remote.id);
  const pod = podOf(local);
  const podPort = `default_pod-${local.name}`;
  const router = 'ovn_cluster_router';
  const commands = [
    ...gatewayCommands(local),
    `lr-add ${router}`,
    `ls-add ${local.name}`,
    `lrp-add ${router} rtos-${local.name} ${gateway.mac} ${gateway.v4}/24 ${gateway.v6}/64`,
    `lsp-add-router-port ${local.name} stor-${local.name} rtos-${local.name}`,
    'ls-add transit_switch',
    'set Logical_Switch transit_switch other_config:interconn-ts=transit_switch other_config:requested-tnl-key=16711683',
    `lrp-add ${router} rtots-${local.name} ${here.mac} ${here.v4}/16 ${here.v6}/64`,
    `lsp-add-router-port transit_switch tstor-${local.name} rtots-${local.name}`,
    `set Logical_Switch_Port tstor-${local.name} options:requested-tnl-key=${local.id}`,
    `lsp-add transit_switch tstor-${remote.name}`,
    `lsp-set-type tstor-${remote.name} remote`,
    `lsp-set-addresses tstor-${remote.name} ${JSON.stringify(`${there.mac} ${there.v4}/16 ${there.v6}/64`)}`,
    `lsp-set-options tstor-${remote.name} requested-tnl-key=${remote.id} requested-chassis=${remote.chassis}`,
    `lr-route-add ${router} 10.244.${remote.id}.0/24 ${there.v4}`,
    `lr-route-add ${router} fd00:10:244:${remote.id}::/64 ${there.v6}`,
    `lsp-add ${local.name} ${podPort}`,
    `lsp-set-addresses ${podPort} ${JSON.stringify(`${pod.mac} ${pod.v4} ${pod.v6}`)}`,
    `lsp-set-port-security ${podPort} ${JSON.stringify(`${pod.mac} ${pod.v4} ${pod.v6}`)}`,
    `set Logical_Switch_Port ${podPort} options:requested-chassis=${local.chassis}`,
  ].map((line) => line.replace(/^lsp-add-router-port (\S+) (\S+) (\S+)$/, routerPort));
  await run([`${ovn.bin}/ovn-nbctl`, `--db=${local.files.nb}`, ...words(commands.join(' -- '))]);
  await run([
    ...[`${ovn.bin}/ovn-sbctl`, `--db=${local.files.sb}`],
    ...['--id=@encap', 'create', 'Encap', 'type=geneve', `ip=${JSON.stringify(remote.encapIp)}`],
    ...[`chassis_name=${remote.chassis}`, 'options:csum=true'],
    ...['--', 'create', 'Chassis', `name=${remote.chassis}`, `hostname=${remote.name}`],
    ...['other_config:is-remote=true', 'encaps=@encap'],
  ]);
}

/** Gateway router with the bridge's own MAC and address, on an external switch that a localnet port joins to the bridge. */
function gatewayCommands(node: HandMadeNode): readonly string[] {
  const router = `GR_${node.name}`;
  return [
    `lr-add ${router}`,
    `set Logical_Router ${router} options:chassis=${node.chassis}`,
    `ls-add ext_${node.name}`,
    `lrp-add ${router} rtoe-${router} ${node.bridgeMac} ${node.encapIp}/${node.encapIp.includes(':') ? 64 : 16}`,
    `lsp-add-router-port ext_${node.name} etor-${router} rtoe-${router}`,
    `set Logical_Switch_Port etor-${router} options:nat-addresses=router`,
    `lsp-add ext_${node.name} br-phys_${node.name}`,
    `lsp-set-type br-phys_${node.name} localnet`,
    `lsp-set-addresses br-phys_${node.name} unknown`,
    `lsp-set-options br-phys_${node.name} network_name=physnet`,
  ];
}

const routerPort = (_line: string, lsw: string, lsp: string, lrp: string): string =>
  [
    `lsp-add ${lsw} ${lsp}`,
    `lsp-set-type ${lsp} router`,
    `lsp-set-addresses ${lsp} router`,
    `lsp-set-options ${lsp} router-port=${lrp}`,
  ].join(' -- ');

/** Words of a command line in which double quotes hold blanks together. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { familyOf } from '@ovnkube/cni';
import type { App, Apps } from '../src/apps.ts';
import { cniFolders } from '../src/kubelet/kubelet.ts';
import type { Lab } from '../src/lab-config.ts';
import { chassisName, nodeFiles } from '../src/open-vswitch.ts';
import { type OvnPrograms, startController, startNorthd } from '../src/ovn.ts';
import type { NodePlace } from '../src/underlay.ts';
import { bootstrapSwitch, type HandMadeNode, hostOf, writeRemote, writeZone } from './hand-made-zone.ts';

const running = new Promise<never>(() => undefined);

const handMade = (lab: Lab, place: NodePlace): HandMadeNode => ({
  id: lab.nodes.findIndex(({ name }) => name === place.name) + 2,
  place,
  chassis: chassisName(lab.state, place),
  files: nodeFiles(lab.state, place.name),
});

/** Stands in for our apps: rows by ovn-nbctl, and a shell script as the plugin. The lab can be tested without them. */
export const standInApps: Apps = {
  startMasterController: (lab) => ({ title: 'no master', logFile: lab.state.path('lab.log'), exited: running }),
  startNodeAgent(lab, place, ovn): App {
    const failed = standIn(lab, place, ovn).catch((error: unknown) => console.error(error));
    return { title: `${place.name} stand-in`, logFile: lab.state.path('lab.log'), exited: failed.then(() => running) };
  },
};

async function standIn(lab: Lab, place: NodePlace, ovn: OvnPrograms): Promise<void> {
  const node = handMade(lab, place);
  await bootstrapSwitch(node);
  await startNorthd(lab.state, place, node.files, ovn);
  await startController(lab.state, place, node.files, ovn);
  await writeZone(ovn, node);
  for (const other of lab.nodes) if (other.name !== place.name) await writeRemote(ovn, node, handMade(lab, other));
  const { bin, conf } = cniFolders(lab.state, place.name);
  await mkdir(bin, { recursive: true });
  const type = `stand-in-${place.name}`;
  await writeFile(`${bin}/${type}`, plugin(lab, node, ovn));
  await chmod(`${bin}/${type}`, 0o755);
  await writeFile(`${conf}/.conf`, JSON.stringify({ cniVersion: '1.1.0', name: 'stand-in', plugins: [{ type }] }));
  await rename(`${conf}/.conf`, `${conf}/10-stand-in.conflist`);
}

/** A plugin in shell. Host numbers are handed out by a counter file under a lock, from 5. */
function plugin(lab: Lab, node: HandMadeNode, ovn: OvnPrograms): string {
  const { families } = lab.config;
  const { folder, conf, nb } = node.files;
  const gateway = hostOf(node, 1);
  const pattern = {
    mac: hostOf(node, 0).mac.slice(0, -2),
    ipv4: hostOf(node, 0).ipv4.slice(0, -1),
    ipv6: hostOf(node, 0).ipv6.slice(0, -1),
  };
  const perFamily = families.map((family) => {
    const host = family === 'ipv4' ? `${pattern.ipv4}$n` : `${pattern.ipv6}$hex`;
    const length = family === 'ipv4' ? 24 : 64;
    return {
      host,
      cidr: `${host}/${length}`,
      gateway: gateway[family],
      nodad: familyOf(gateway[family]) === 6 ? ' nodad' : '',
    };
  });
  const addresses = [`${pattern.mac}$hex`, ...perFamily.map(({ host }) => host)].join(' ');
  const ips = perFamily.map(({ cidr }) => `{\\"address\\":\\"${cidr}\\",\\"interface\\":0}`).join(',');
  return `#!/bin/sh
set -e
cat > /dev/null
host=v$(echo "$CNI_CONTAINERID" | cut -c1-12)
pod=$(echo "$CNI_ARGS" | sed 's/.*K8S_POD_NAMESPACE=\\([^;]*\\).*K8S_POD_NAME=\\([^;]*\\).*/\\1_\\2/')
case $CNI_COMMAND in
DEL)
  ovs-vsctl --db=${conf} --if-exists del-port "$host"
  ${ovn.bin}/ovn-nbctl --db=${nb} --if-exists lsp-del "$pod" ;;
ADD)
  n=$(flock ${folder}/counter.lock sh -c 'n=$(cat ${folder}/counter 2>/dev/null || echo 4); n=$((n + 1)); echo $n > ${folder}/counter; echo $n')
  hex=$(printf %02x "$n")
  ns=$(basename "$CNI_NETNS")
  ip -n ${node.place.namespace} link add "$host" type veth peer name "$CNI_IFNAME" netns "$ns"
  ip -n ${node.place.namespace} link set "$host" up
  ip -n "$ns" link set "$CNI_IFNAME" address ${pattern.mac}$hex mtu 1400 up
${perFamily.map(({ cidr, gateway: via, nodad }) => `  ip -n "$ns" addr add ${cidr} dev "$CNI_IFNAME"${nodad}\n  ip -n "$ns" route add default via ${via}`).join('\n')}
  nsenter --net="$CNI_NETNS" ethtool -K "$CNI_IFNAME" tx off > /dev/null
  ${ovn.bin}/ovn-nbctl --db=${nb} lsp-add ${node.place.name} "$pod" -- lsp-set-addresses "$pod" "${addresses}" -- lsp-set-port-security "$pod" "${addresses}"
  ovs-vsctl --db=${conf} add-port br-int "$host" -- set Interface "$host" external_ids:iface-id="$pod"
  ovs-vsctl --db=${conf} --timeout=20 wait-until Interface "$host" external_ids:ovn-installed=true
  echo "{\\"cniVersion\\":\\"1.1.0\\",\\"interfaces\\":[{\\"name\\":\\"$CNI_IFNAME\\",\\"sandbox\\":\\"$CNI_NETNS\\"}],\\"ips\\":[${ips}]}" ;;
esac
`;
}

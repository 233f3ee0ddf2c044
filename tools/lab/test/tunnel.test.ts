import { findOracle, oracleFolder } from '@ovnkube/oracle';
import { missing } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import type { IpFamily } from '../src/address-plan.ts';
import { inNamespace, ipBatch, run } from '../src/command.ts';
import { removeLab } from '../src/down.ts';
import { chassisName, type NodeFiles, startDatabases, startSwitch } from '../src/open-vswitch.ts';
import { type OvnPrograms, startController, startNorthd } from '../src/ovn.ts';
import { LabState } from '../src/state.ts';
import { addNamespace, addNode, addressNode, addWire, noChecksumOffload, nodePlace } from '../src/underlay.ts';
import { guardLab } from './guard-lab.ts';
import {
  bootstrapSwitch,
  encapIp,
  type HandMadeNode,
  hostOf,
  writePod,
  writeRemote,
  writeZone,
} from './hand-made-zone.ts';

const ovn = await findOracle();
const reason =
  missing('root', 'ip', 'nsenter', 'ethtool', 'ping', 'ovsdb-server', 'ovs-vswitchd') ??
  (ovn === undefined ? `skipped: no OVN 26.03 in ${oracleFolder()}; npm run oracle -- setup` : undefined);
if (reason !== undefined) console.warn(reason);

/** The address of the one pod that each node has. */
const podHost = 5;

/** A pod by hand: namespace, cable, addresses, the switch port that names its logical port. */
async function addPod(state: LabState, node: HandMadeNode): Promise<string> {
  const pod = hostOf(node, podHost);
  const gateway = hostOf(node, 1);
  const namespace = state.namespace(`pod-${node.place.name}`);
  await addNamespace(state, namespace);
  await ipBatch(namespace, [
    `link add eth0 type veth peer name pod netns ${node.place.namespace}`,
    'link set lo up',
    `link set eth0 address ${pod.mac} mtu 1400 up`,
    `addr add ${pod.ipv4}/24 dev eth0`,
    `addr add ${pod.ipv6}/64 dev eth0 nodad`,
    `route add default via ${gateway.ipv4}`,
    `route add default via ${gateway.ipv6}`,
  ]);
  await ipBatch(node.place.namespace, ['link set pod up']);
  await noChecksumOffload(namespace, 'eth0');
  const vsctl = (...args: readonly string[]): Promise<string> => run(['ovs-vsctl', `--db=${node.files.conf}`, ...args]);
  await vsctl('add-port', 'br-int', 'pod', '--', 'set', 'Interface', 'pod', 'external_ids:iface-id=default_pod');
  await vsctl('--timeout=20', 'wait-until', 'Interface', 'pod', 'external_ids:ovn-installed=true');
  return namespace;
}

async function startNode(state: LabState, ovn: OvnPrograms, family: IpFamily, index: number): Promise<HandMadeNode> {
  const place = nodePlace(state, [family], index);
  await addNode(state, place);
  const files: NodeFiles = await startDatabases(state, place, {
    ovnSchemas: ovn.schemas,
    ovsSchema: '/usr/share/openvswitch/vswitch.ovsschema',
  });
  await startSwitch(state, place, files);
  await addressNode(place, [family], 'br-phys');
  const node: HandMadeNode = { id: index + 2, place, chassis: chassisName(state, place), files };
  await bootstrapSwitch(node);
  await startNorthd(state, place, files, ovn);
  await startController(state, place, files, ovn);
  return node;
}

/** Ping until the first answer, at most `seconds`; the number of milliseconds it took. */
async function firstAnswer(namespace: string, address: string, seconds: number): Promise<number> {
  const begin = performance.now();
  await run(inNamespace(namespace, ['ping', '-n', '-q', '-c', '1', '-i', '0.05', '-w', String(seconds), address]));
  return Math.round(performance.now() - begin);
}

it.skipIf(reason).each<[string, IpFamily]>([
  ['tunnela', 'ipv4'],
  ['tunnelb', 'ipv6'],
])(
  '%s: a transit switch with remote ports carries IPv4 and IPv6 pods between two zones over %s',
  async (name, underlay) => {
    if (ovn === undefined) return;
    const state = new LabState(`${name}${process.pid % 10000}`);
    guardLab(state.name);
    await removeLab(state);
    state.create();
    try {
      const begin = performance.now();
      await addWire(state, [underlay]);
      const [first, second] = await Promise.all([
        startNode(state, ovn, underlay, 0),
        startNode(state, ovn, underlay, 1),
      ]);
      const started = performance.now();
      for (const [node, other] of [
        [first, second],
        [second, first],
      ] as const) {
        await writeZone(ovn, node);
        await writeRemote(ovn, node, other);
        await writePod(ovn, node, 'default_pod', podHost, ['ipv4', 'ipv6']);
      }
      const [one, two] = await Promise.all([addPod(state, first), addPod(state, second)]);
      const v4 = await firstAnswer(one, hostOf(second, podHost).ipv4, 20);
      const v6 = await firstAnswer(two, hostOf(first, podHost).ipv6, 20);
      console.info(
        `${underlay} underlay: two nodes in ${Math.round(started - begin)} ms, then first answers: IPv4 ${v4} ms, IPv6 ${v6} ms`,
      );
      const long = await run(
        inNamespace(one, ['ping', '-n', '-q', '-c', '100', '-i', '0.01', hostOf(second, podHost).ipv4]),
      );
      expect(long).toContain(' 100 received, 0% packet loss');
      const vsctl = ['ovs-vsctl', `--db=${first.files.conf}`, '--bare', '--columns=options'];
      expect(await run([...vsctl, 'find', 'Interface', 'type=geneve'])).toContain(`remote_ip=${encapIp(second)}`);
    } finally {
      await removeLab(state);
    }
    expect(state.exists).toBe(false);
  },
  90_000,
);

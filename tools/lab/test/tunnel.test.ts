import { guard, missing } from '@ovnkube/testing';
import { expect, it } from 'vitest';
import type { IpFamily } from '../src/address-plan.ts';
import { inNamespace, ipBatch, run } from '../src/command.ts';
import { removeLab } from '../src/down.ts';
import { chassisName, type NodeFiles, startDatabases, startSwitch } from '../src/open-vswitch.ts';
import { ovnPrograms, startController, startNorthd } from '../src/ovn.ts';
import { LabState } from '../src/state.ts';
import {
  addNamespace,
  addNode,
  addressNode,
  addWire,
  type NodePlace,
  noChecksumOffload,
  nodePlace,
} from '../src/underlay.ts';
import { gatewayOf, type HandMadeNode, podOf, writeZone } from './hand-made-zone.ts';

const oracle = process.env['OVN_ORACLE'] ?? `${process.env['HOME']}/.cache/ovn-oracle`;
const ovn = ovnPrograms(oracle);
const reason =
  missing('root', 'ip', 'nsenter', 'ethtool', 'ping', 'ovsdb-server', 'ovs-vswitchd') ??
  (ovn === undefined ? `no OVN 26.03 below ${oracle}` : undefined);
if (reason !== undefined) console.warn(reason);

/** A pod by hand: namespace, cable, addresses, the switch port that names its logical port. */
async function addPod(state: LabState, place: NodePlace, node: HandMadeNode): Promise<string> {
  const pod = podOf(node);
  const gateway = gatewayOf(node);
  const namespace = state.namespace(`pod-${node.name}`);
  await addNamespace(state, namespace);
  await ipBatch(namespace, [
    `link add eth0 type veth peer name pod netns ${place.namespace}`,
    'link set lo up',
    `link set eth0 address ${pod.mac} mtu 1400 up`,
    `addr add ${pod.v4}/24 dev eth0`,
    `addr add ${pod.v6}/64 dev eth0 nodad`,
    `route add default via ${gateway.v4}`,
    `route add default via ${gateway.v6}`,
  ]);
  await ipBatch(place.namespace, ['link set pod up']);
  await noChecksumOffload(namespace, 'eth0');
  await run([
    ...['ovs-vsctl', `--db=${node.files.conf}`, 'add-port', 'br-int', 'pod'],
    ...['--', 'set', 'Interface', 'pod', `external_ids:iface-id=default_pod-${node.name}`],
  ]);
  return namespace;
}

async function startNode(
  state: LabState,
  families: readonly IpFamily[],
  index: number,
): Promise<[NodePlace, HandMadeNode]> {
  if (ovn === undefined) throw new Error('unreachable: the test is skipped without OVN');
  const place = nodePlace(state, families, index);
  await addNode(state, place);
  const files: NodeFiles = await startDatabases(state, place, {
    ovnSchemas: ovn.schemas,
    ovsSchema: '/usr/share/openvswitch/vswitch.ovsschema',
  });
  await startSwitch(state, place, files);
  await addressNode(place, families, 'br-phys');
  const encapIp = place.addresses[0]?.address ?? '';
  await run([
    ...['ovs-vsctl', `--db=${files.conf}`, 'add-br', 'br-int', '--'],
    ...['set', 'Bridge', 'br-int', 'datapath_type=netdev', 'fail-mode=secure', '--'],
    ...['set', 'Open_vSwitch', '.', `external_ids:ovn-remote=${files.sb}`, 'external_ids:ovn-encap-type=geneve'],
    ...[`external_ids:ovn-encap-ip=${JSON.stringify(encapIp)}`, 'external_ids:ovn-is-interconn=true'],
    ...['external_ids:ovn-monitor-all=true', 'external_ids:ovn-bridge-mappings=physnet:br-phys'],
  ]);
  await startNorthd(state, place, files, ovn);
  await startController(state, place, files, ovn);
  return [
    place,
    { id: index + 2, name: place.name, chassis: chassisName(state, place), encapIp, bridgeMac: place.mac, files },
  ];
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
    const state = new LabState(`${name}${process.pid % 10000}`);
    guard([
      'sh',
      '-c',
      `ip netns list | grep -o '^${state.prefix}[^ ]*' | xargs -rn1 ip netns pids | xargs -r kill -9`,
    ]);
    await removeLab(state);
    state.create();
    try {
      const begin = performance.now();
      await addWire(state, [underlay]);
      const [first, second] = await Promise.all([startNode(state, [underlay], 0), startNode(state, [underlay], 1)]);
      const started = performance.now();
      if (ovn === undefined) return;
      await Promise.all([writeZone(ovn, first[1], second[1]), writeZone(ovn, second[1], first[1])]);
      const pods = await Promise.all([addPod(state, ...first), addPod(state, ...second)]);
      const [one = '', two = ''] = pods;
      const v4 = await firstAnswer(one, podOf(second[1]).v4, 20);
      const v6 = await firstAnswer(two, podOf(first[1]).v6, 20);
      console.info(
        `${underlay} underlay: two nodes in ${Math.round(started - begin)} ms, first answer v4 ${v4} ms, v6 ${v6} ms later`,
      );
      const long = await run(inNamespace(one, ['ping', '-n', '-q', '-c', '100', '-i', '0.01', podOf(second[1]).v4]));
      expect(long).toContain(' 100 received, 0% packet loss');
      const tunnel = await run([
        'ovs-vsctl',
        `--db=${first[1].files.conf}`,
        '--bare',
        '--columns=options',
        'find',
        'Interface',
        'type=geneve',
      ]);
      expect(tunnel).toContain(`remote_ip=${second[1].encapIp}`);
    } finally {
      await removeLab(state);
    }
    expect(state.exists).toBe(false);
  },
  90_000,
);

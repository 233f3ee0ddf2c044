import { DHCPV4_OPTIONS, DHCPV6_OPTIONS } from '@ovnkube/logical-flow';
import { insert, map, named, type OvsdbOperation, type OvsdbValue, set } from '../southbound-rows.ts';
import type { Names } from './random-match.ts';

/** A datapath of the compared chassis. */
export interface PlacedDatapath {
  readonly name: string;
  readonly tunnelKey: number;
  readonly isSwitch: boolean;
  /** Tunnel keys by port name, those of other chassis included. */
  readonly ports: ReadonlyMap<string, number>;
  /** Ports that are on another chassis. */
  readonly remote: ReadonlySet<string>;
}

/** What the southbound database holds beside logical flows. */
export interface Topology {
  readonly datapaths: readonly PlacedDatapath[];
  readonly addressSets: ReadonlyMap<string, readonly string[]>;
  /** By southbound name. */
  readonly portGroups: ReadonlyMap<string, readonly string[]>;
  /** Interfaces of br-int. */
  readonly interfaces: readonly string[];
}

const addressSets: ReadonlyMap<string, readonly string[]> = new Map([
  ['as4', ['10.0.0.1', '10.0.0.2', '10.1.0.0/16']],
  ['as4one', ['10.0.0.3']],
  ['as4none', []],
  ['as6', ['fd00::1', 'fd00::2']],
]);

const MULTICAST_KEY = 32768;

/** `pairs` switches with two local ports, a remote one and a router of their own each. */
export function topology(pairs: number): Topology {
  const datapaths: PlacedDatapath[] = [];
  const portGroups = new Map<string, readonly string[]>();
  const interfaces: string[] = [];
  for (let n = 1; n <= pairs; n++) {
    const local = [`s${n}p1`, `s${n}p2`];
    interfaces.push(...local);
    const ports = new Map([
      ...local.map((port, index): [string, number] => [port, index + 1]),
      [`s${n}-r${n}`, 3],
      [`s${n}far`, 4],
      ['_MC_flood', MULTICAST_KEY],
    ]);
    datapaths.push({ name: `s${n}`, tunnelKey: n, isSwitch: true, ports, remote: new Set([`s${n}far`]) });
    portGroups.set(`${n}_pg`, [...local, `s${n}far`]);
    portGroups.set(`${n}_pgone`, local.slice(0, 1));
    const routerPorts = new Map([[`r${n}-s${n}`, 1]]);
    datapaths.push({ name: `r${n}`, tunnelKey: pairs + n, isSwitch: false, ports: routerPorts, remote: new Set() });
    portGroups.set(`${pairs + n}_pg`, [`r${n}-s${n}`]);
    portGroups.set(`${pairs + n}_pgone`, []);
  }
  return { datapaths, addressSets, portGroups, interfaces };
}

/** What matches on a datapath may name: its ports, one that nobody has, and the sets. */
export function namesOf({ ports }: PlacedDatapath): Names {
  return {
    ports: [...[...ports.keys()].filter((name) => !name.startsWith('_')), 'nobody'],
    addressSets4: ['as4', 'as4one', 'as4none'],
    addressSets6: ['as6'],
    portGroups: ['pg', 'pgone'],
  };
}

function uuidOf(kind: number, key: number): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${key.toString(16).padStart(12, '0')}`;
}

function portRow(datapath: PlacedDatapath, name: string, key: number): OvsdbOperation {
  const peer = /^([sr]\d+)-([sr]\d+)$/.exec(name);
  const patch: Readonly<Record<string, OvsdbValue>> =
    peer === null ? { type: '' } : { type: 'patch', options: map({ peer: `${peer[2]}-${peer[1]}` }) };
  return insert('Port_Binding', { logical_port: name, datapath: named(datapath.name), tunnel_key: key, ...patch });
}

/** The rows of a topology. The options are those that northd 26.03 writes. */
export function topologyRows({ datapaths, addressSets, portGroups }: Topology): OvsdbOperation[] {
  const options = map({ arp_ns_explicit_output: 'true', register_consolidation: 'true' });
  const rows: OvsdbOperation[] = [{ op: 'update', table: 'SB_Global', where: [], row: { options } }];
  for (const datapath of datapaths) {
    const { name, tunnelKey, isSwitch, ports } = datapath;
    const kind = isSwitch ? 'logical-switch' : 'logical-router';
    const ids = map({ name, [kind]: uuidOf(isSwitch ? 1 : 2, tunnelKey) });
    rows.push(insert('Datapath_Binding', { tunnel_key: tunnelKey, external_ids: ids, type: kind }, name));
    for (const [port, key] of ports) {
      if (key !== MULTICAST_KEY) rows.push(portRow(datapath, port, key));
    }
  }
  for (const [name, { code, type }] of DHCPV4_OPTIONS) rows.push(insert('DHCP_Options', { name, code, type }));
  for (const [name, { code, type }] of DHCPV6_OPTIONS) rows.push(insert('DHCPv6_Options', { name, code, type }));
  for (const [name, addresses] of addressSets) rows.push(insert('Address_Set', { name, addresses: set(addresses) }));
  for (const [name, ports] of portGroups) rows.push(insert('Port_Group', { name, ports: set(ports) }));
  return rows;
}

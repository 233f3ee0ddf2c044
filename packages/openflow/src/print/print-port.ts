import type { FeaturesReply, PortDesc, PortMod, PortStats, PortStatus } from '../messages/port.ts';
import { formatEthernet } from '../text/address-text.ts';
import { formatPort } from '../text/port-text.ts';
import { bitNames, formatDuration } from './bits.ts';

const SPEED_NAMES = ['10MB-HD', '10MB-FD', '100MB-HD', '100MB-FD', '1GB-HD', '1GB-FD', '10GB-FD'];
const MEDIUM_NAMES = ['COPPER', 'FIBER', 'AUTO_NEG', 'AUTO_PAUSE', 'AUTO_PAUSE_ASYM'];
const FEATURES_10 = [...SPEED_NAMES, ...MEDIUM_NAMES];
const FEATURES_11 = [...SPEED_NAMES, '40GB-FD', '100GB-FD', '1TB-FD', 'OTHER', ...MEDIUM_NAMES];
/** Speeds in Mbps by bit. */
const SPEEDS = [10, 10, 100, 100, 1000, 1000, 10_000];

const CONFIG = {
  0: 'PORT_DOWN',
  1: 'NO_STP',
  2: 'NO_RECV',
  3: 'NO_RECV_STP',
  4: 'NO_FLOOD',
  5: 'NO_FWD',
  6: 'NO_PACKET_IN',
};
const STATE = { 0: 'LINK_DOWN', 1: 'BLOCKED', 2: 'LIVE' };
const STP_STATES = ['STP_LISTEN', 'STP_LEARN', 'STP_FORWARD', 'STP_BLOCK'];

function features(bits: number, version: number): string {
  const names = version === 1 ? FEATURES_10 : FEATURES_11;
  return bitNames(bits & (2 ** names.length - 1), names);
}

function config(bits: number, version: number): string {
  return bitNames(bits & (version === 1 ? 0x7f : 0x65), CONFIG);
}

function state(bits: number, version: number): string {
  if (version > 1) return bitNames(bits & 7, STATE);
  const stp = (bits >>> 8) & 3;
  const link = bits & 1;
  if (stp === 0) return bitNames(link, STATE);
  return `${STP_STATES[stp]}${link === 0 ? '' : ` ${bitNames(link, STATE)}`}`;
}

/** OpenFlow 1.0 tells the speed by the features only. */
function speed(bits: number): number {
  for (let bit = SPEEDS.length - 1; bit >= 0; bit--) if ((bits & (1 << bit)) !== 0) return SPEEDS[bit] ?? 0;
  return 0;
}

/** A port, each property on its line. */
export function printPort(port: PortDesc, version: number): string {
  const lines = [
    ` ${formatPort(port.port_no)}(${port.name.replace(/[^ -~].*$/s, '')}): addr:${formatEthernet(port.hw_addr)}`,
    `     config:     ${config(port.config, version)}`,
    `     state:      ${state(port.state, version)}`,
  ];
  const sets: readonly (readonly [string, number])[] = [
    ['current:    ', port.curr],
    ['advertised: ', port.advertised],
    ['supported:  ', port.supported],
    ['peer:       ', port.peer],
  ];
  for (const [name, bits] of sets) {
    const text = features(bits, version);
    if (text !== '0') lines.push(`     ${name}${text}`);
  }
  const now = version === 1 ? speed(port.curr) : Math.floor((port.curr_speed ?? 0) / 1000);
  const max = version === 1 ? speed(port.supported) : Math.floor((port.max_speed ?? 0) / 1000);
  lines.push(`     speed: ${now} Mbps now, ${max} Mbps max`);
  return `${lines.join('\n')}\n`;
}

const compareName = (left: PortDesc, right: PortDesc): number => portOrder(left) - portOrder(right);
const portOrder = (port: PortDesc): number => (port.port_no >= 0xffffff00 ? port.port_no & 0xffff : port.port_no);

/** Ports by number. */
export function printPorts(ports: readonly PortDesc[], version: number): string {
  return [...ports]
    .sort(compareName)
    .map((port) => printPort(port, version))
    .join('');
}

const CAPABILITIES = {
  0: 'FLOW_STATS',
  1: 'TABLE_STATS',
  2: 'PORT_STATS',
  3: 'GROUP_STATS',
  5: 'IP_REASM',
  6: 'QUEUE_STATS',
  8: 'PORT_BLOCKED',
  9: 'BUNDLES',
  10: 'FLOW_MONITORING',
};

/** Bits that a version has. */
const KNOWN_CAPABILITIES: Readonly<Record<number, number>> = {
  1: 0x67,
  2: 0x6f,
  3: 0x16f,
  4: 0x16f,
  5: 0x76f,
  6: 0x76f,
};

/** OFPAT_* of OpenFlow 1.0 by bit, in the order in which ovs-ofctl tells them. */
const ACTIONS_10: readonly (readonly [bit: number, name: string])[] = [
  [0, 'output'],
  [11, 'enqueue'],
  [1, 'set_vlan_vid'],
  [2, 'set_vlan_pcp'],
  [3, 'strip_vlan'],
  [4, 'mod_dl_src'],
  [5, 'mod_dl_dst'],
  [6, 'mod_nw_src'],
  [7, 'mod_nw_dst'],
  [8, 'mod_nw_tos'],
  [9, 'mod_tp_src'],
  [10, 'mod_tp_dst'],
];

export function printFeatures(reply: FeaturesReply, version: number): string {
  const capabilities = reply.capabilities & (KNOWN_CAPABILITIES[version] ?? 0);
  const arp = version <= 2 && (reply.capabilities & 0x80) !== 0 ? 'ARP_MATCH_IP' : undefined;
  const stp = version === 1 && (reply.capabilities & 8) !== 0 ? 'STP' : undefined;
  const names = [capabilities === 0 ? undefined : bitNames(capabilities, CAPABILITIES), arp, stp].filter(
    (name) => name !== undefined,
  );
  const auxiliary = version >= 4 && reply.auxiliary_id !== 0 ? `, auxiliary_id:${reply.auxiliary_id}` : '';
  const actions = ACTIONS_10.filter(([bit]) => (reply.actions & (1 << bit)) !== 0).map(([, name]) => name);
  const dpid = reply.datapath_id.toString(16).padStart(16, '0');
  return [
    ` dpid:${dpid}\n`,
    `n_tables:${reply.n_tables}, n_buffers:${reply.n_buffers}${auxiliary}\n`,
    `capabilities: ${names.length === 0 ? '0' : names.join(' ')}\n`,
    ...(version === 1 ? [`actions: ${actions.length === 0 ? '(none)' : actions.join(' ')}\n`] : []),
    printPorts(reply.ports, version),
  ].join('');
}

const REASONS = { add: 'ADD', delete: 'DEL', modify: 'MOD' };

export function printPortStatus({ reason, port }: PortStatus, version: number): string {
  return ` ${REASONS[reason]}:${printPort(port, version)}`;
}

export function printPortMod(mod: PortMod, version: number): string {
  const advertise = features(mod.advertise, version);
  return [
    ` port: ${formatPort(mod.port_no)}: addr:${formatEthernet(mod.hw_addr)}\n`,
    `     config: ${config(mod.config, version)}\n`,
    `     mask:   ${config(mod.mask, version)}\n`,
    `     advertise: ${advertise === '0' ? 'UNCHANGED' : advertise}\n`,
  ].join('');
}

const UNKNOWN = 2n ** 64n - 1n;

function counter(name: string, value: bigint, last = false): string {
  return `${name}${value === UNKNOWN ? '?' : value}${last ? '\n' : ', '}`;
}

export function printPortStats(stats: PortStats): string {
  const name = formatPort(stats.port_no);
  const padded = /^\d+$/.test(name) ? name.padStart(2) : name;
  const lines = [
    `  port ${padded}: rx `,
    counter('pkts=', stats.rx_packets),
    counter('bytes=', stats.rx_bytes),
    counter('drop=', stats.rx_dropped),
    counter('errs=', stats.rx_errors),
    counter('frame=', stats.rx_frame_err),
    counter('over=', stats.rx_over_err),
    counter('crc=', stats.rx_crc_err, true),
    '           tx ',
    counter('pkts=', stats.tx_packets),
    counter('bytes=', stats.tx_bytes),
    counter('drop=', stats.tx_dropped),
    counter('errs=', stats.tx_errors),
    counter('coll=', stats.collisions, true),
  ];
  const { duration_sec, duration_nsec = 0 } = stats;
  if (duration_sec !== undefined && duration_sec !== 0xffffffff) {
    lines.push(`           duration=${formatDuration(duration_sec, duration_nsec)}\n`);
  }
  return lines.join('');
}

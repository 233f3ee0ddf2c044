import { ASYNC_KINDS, type AsyncConfig, type AsyncKind } from '../messages/async.ts';
import type { SwitchConfig } from '../messages/basic.ts';
import { BUNDLE_CONTROLS } from '../messages/bundle.ts';
import type { BundleControl } from '../messages/message.ts';
import type { FlowMonitorReply, FlowMonitorRequest, FlowUpdate } from '../messages/monitor.ts';
import type { CtFlush, CtTuple, TlvMap, TlvTableMod, TlvTableReply } from '../messages/nicira-messages.ts';
import type { QueueConfig, QueueConfigReply, QueueStats, RoleMessage, RoleStatus } from '../messages/queue-role.ts';
import type { IpfixStats } from '../messages/table.ts';
import { formatIpv4, formatIpv6 } from '../text/address-text.ts';
import { formatActions } from '../text/format-actions.ts';
import { formatMatch } from '../text/format-match.ts';
import { formatPort } from '../text/port-text.ts';
import { bitNames, formatDuration } from './bits.ts';

const FRAGMENTS = ['normal', 'drop', 'reassemble', 'nx-match'];

export function printConfig(config: SwitchConfig, version: number): string {
  const ttl = version < 4 && (config.flags & 4) !== 0 ? ' invalid_ttl_to_controller' : '';
  return ` frags=${FRAGMENTS[config.flags & 3]}${ttl} miss_send_len=${config.miss_send_len}`;
}

const REASONS: Readonly<Record<AsyncKind, readonly string[]>> = {
  packet_in: ['no_match', 'action', 'invalid_ttl', 'action_set', 'group', 'packet_out'],
  port_status: ['add', 'delete', 'modify'],
  flow_removed: ['idle', 'hard', 'delete', 'group_delete', 'meter_delete', 'eviction'],
  role_status: ['primary_request', 'configuration_changed', 'experimenter_data_changed'],
  table_status: ['', '', '', 'vacancy_down', 'vacancy_up'],
  requestforward: ['group_mod_request', 'meter_mod_request'],
};

export function printAsync(config: AsyncConfig): string {
  const sections = (['primary', 'secondary'] as const).map((role) => {
    const lines = ASYNC_KINDS.map((kind) => {
      const mask = config[role][kind] ?? 0;
      const words: string[] = [];
      for (let reason = 0; reason < 32; reason++) {
        const word = REASONS[kind][reason];
        if ((mask & (1 << reason)) !== 0 && word !== undefined && word !== '') words.push(` ${word}`);
      }
      return `${`${kind.toUpperCase()}:`.padStart(17)}${words.length === 0 ? ' (off)' : words.join('')}\n`;
    });
    return ` ${role}:\n${lines.join('')}`;
  });
  return `\n${sections.join('\n')}`;
}

const ROLE_REASONS = {
  master_request: 'primary_request',
  configuration_changed: 'configuration_changed',
  experimenter_data_changed: 'experimenter_data_changed',
};

export function printRole(message: RoleMessage): string {
  const generation = message.generation_id === undefined ? '' : ` generation_id=${message.generation_id}`;
  return ` role=${message.role}${generation}`;
}

export function printRoleStatus(status: RoleStatus): string {
  const { role, generation_id, reason } = status;
  const generation = generation_id === 2n ** 64n - 1n ? '' : ` generation_id=${generation_id}`;
  return ` role=${role}${generation} reason=${ROLE_REASONS[reason]}`;
}

const CONTROL_NAMES = BUNDLE_CONTROLS.map((name) => name.toUpperCase());

export function bundleFlags(flags: { readonly atomic?: boolean; readonly ordered?: boolean }): string {
  const words = [...(flags.atomic === true ? ['atomic'] : []), ...(flags.ordered === true ? ['ordered'] : [])];
  return words.length === 0 ? '0' : words.join(' ');
}

export function printBundleControl(control: BundleControl): string {
  const type = CONTROL_NAMES[BUNDLE_CONTROLS.indexOf(control.control)];
  return `\n bundle_id=0x${control.bundle_id.toString(16)} type=${type} flags=${bundleFlags(control)}`;
}

function tlvTable(mappings: readonly TlvMap[]): string {
  const rows = mappings.map((map) => {
    const type = `0x${map.option_type.toString(16)}`.padStart(6);
    const length = String(map.option_len).padStart(8);
    return `\n ${`0x${map.option_class.toString(16)}`.padStart(6)}${type}${length}  tun_metadata${map.index}`;
  });
  return ` mapping table:\n  class  type  length  match field\n ------  ----  ------  --------------${rows.join('')}`;
}

export function printTlvMod({ command, mappings }: TlvTableMod): string {
  if (command === 'clear') return '\n CLEAR';
  return `\n ${command === 'add' ? 'ADD' : 'DEL'}${tlvTable(mappings)}`;
}

export function printTlvReply(reply: TlvTableReply): string {
  const used = reply.mappings.reduce((sum, map) => sum + map.option_len, 0);
  return [
    `\n max option space=${reply.max_option_space} max fields=${reply.max_fields}\n`,
    ` allocated option space=${used}\n\n`,
    tlvTable(reply.mappings),
  ].join('');
}

const MONITOR_FLAGS = { 0: 'initial', 1: 'add', 2: 'delete', 3: 'modify', 4: 'actions', 5: 'own' };

export function printMonitorRequest({ monitors }: FlowMonitorRequest, nicira: boolean): string {
  return monitors
    .map((monitor) => {
      const port = monitor.out_port === undefined ? '' : ` out_port=${formatPort(monitor.out_port)}`;
      const table = monitor.table === undefined ? '' : ` table=${monitor.table}`;
      if (monitor.command === 'delete' && !nicira) return `\n id=${monitor.id} command=delete`;
      const command = nicira ? '' : ` command=${monitor.command ?? 'add'}`;
      const match = formatMatch(monitor.match);
      const flags = bitNames(monitor.flags, MONITOR_FLAGS, ',');
      return `\n id=${monitor.id}${command} flags=${flags}${port}${table}${match === '' ? '' : ` ${match}`}`;
    })
    .join('');
}

const REMOVED = ['idle', 'hard', 'delete', 'group_delete', 'meter_delete', 'eviction'];

function printUpdate(update: FlowUpdate): string {
  if (update.event === 'abbrev') return `\n event=ABBREV xid=0x${update.xid.toString(16)}`;
  if (!('reason' in update)) return `\n event=${update.event.toUpperCase()}`;
  const match = formatMatch(update.match, update.priority);
  const deleted = update.event === 'deleted' ? ` reason=${REMOVED[update.reason] ?? update.reason}` : '';
  return [
    `\n event=${update.event.toUpperCase()}${deleted} table=${update.table}`,
    update.idle_timeout === 0 ? '' : ` idle_timeout=${update.idle_timeout}`,
    update.hard_timeout === 0 ? '' : ` hard_timeout=${update.hard_timeout}`,
    ` cookie=${update.cookie === 0n ? '0' : `0x${update.cookie.toString(16)}`} `,
    match === '' ? '' : match,
    update.actions.length === 0 ? '' : `${match === '' ? '' : ' '}actions=${formatActions(update.actions)}`,
  ].join('');
}

export function printMonitorReply({ updates }: FlowMonitorReply): string {
  return updates.map(printUpdate).join('');
}

export function printQueueStats(stats: QueueStats): string {
  const { duration_sec, duration_nsec = 0 } = stats;
  const unknown = 2n ** 64n - 1n;
  const count = (value: bigint): string => (value === unknown ? '?' : String(value));
  const duration =
    duration_sec === undefined || duration_sec === 0xffffffff ? '?' : formatDuration(duration_sec, duration_nsec);
  const counts = `bytes=${count(stats.tx_bytes)}, pkts=${count(stats.tx_packets)}, errors=${count(stats.tx_errors)}`;
  return `  port ${formatPort(stats.port_no)} queue ${formatQueue(stats.queue_id)}: ${counts}, duration=${duration}\n`;
}

export function formatQueue(id: number): string {
  return id === 0xffffffff ? 'ALL' : String(id);
}

function rate(name: string, value: number | undefined): string {
  if (value === undefined || value === 0xffff) return '';
  return ` ${name}:${value <= 1000 ? `${Math.floor(value / 10)}.${value % 10}%` : '(disabled)'}`;
}

export function printQueues(reply: QueueConfigReply): string {
  let port = reply.port_no;
  const lines: string[] = port === undefined ? [] : [` port=${formatPort(port)}\n`];
  const byQueue = (left: QueueConfig, right: QueueConfig): number =>
    (left.port_no ?? 0) - (right.port_no ?? 0) || left.queue_id - right.queue_id;
  for (const queue of [...reply.queues].sort(byQueue)) {
    if (queue.port_no !== undefined && queue.port_no !== port) {
      port = queue.port_no;
      lines.push(`${lines.length === 0 ? ' ' : ''}port=${formatPort(port)}\n`);
    }
    lines.push(`queue ${queue.queue_id}:${rate('min_rate', queue.min_rate)}${rate('max_rate', queue.max_rate)}\n`);
  }
  return lines.join('');
}

const isMapped = (address: bigint): boolean => address >> 32n === 0xffffn;

function printTuple(tuple: CtTuple, proto: number, ipv4: boolean): string {
  const address = (side: 'src' | 'dst'): string => {
    const value = tuple[side] ?? 0n;
    const text = isMapped(value) ? formatIpv4(Number(value & 0xffffffffn)) : formatIpv6(value);
    return `${ipv4 ? 'ct_nw' : 'ct_ipv6'}_${side}=${text}`;
  };
  const icmp = proto === 1 || proto === 58;
  const ports = icmp
    ? `icmp_id=${tuple.icmp_id ?? 0},icmp_type=${tuple.icmp_type ?? 0},icmp_code=${tuple.icmp_code ?? 0}`
    : `ct_tp_src=${tuple.src_port ?? 0},ct_tp_dst=${tuple.dst_port ?? 0}`;
  return `${address('src')},${address('dst')},${ports}`;
}

export function printCtFlush({ ip_proto, zone_id = 0, original, reply }: CtFlush): string {
  const addresses = [original.src, original.dst, reply.src, reply.dst].filter((address) => address !== undefined);
  const ipv4 = addresses.some(isMapped);
  const first = `${printTuple(original, ip_proto, ipv4)},ct_nw_proto=${ip_proto}`;
  return ` zone=${zone_id} '${first}' '${printTuple(reply, ip_proto, ipv4)}'`;
}

export function printIpfix(stats: IpfixStats, bridge: boolean): string {
  const { total_flows, current_flows, packets, ipv4_packets, ipv6_packets, tx_packets } = stats;
  const head = bridge ? '  bridge ipfix: ' : `  id ${String(stats.collector_set_id).padStart(3)}: `;
  const ok = `sampled pkts=${packets}, ipv4 ok=${ipv4_packets}, ipv6 ok=${ipv6_packets}, tx pkts=${tx_packets}\n`;
  const errors = [
    `pkts errs=${stats.error_packets}`,
    `ipv4 errs=${stats.ipv4_error_packets}`,
    `ipv6 errs=${stats.ipv6_error_packets}`,
    `tx errs=${stats.tx_errors}\n`,
  ];
  return `${head}flows=${total_flows}, current flows=${current_flows}, ${ok}${' '.repeat(bridge ? 16 : 10)}${errors.join(', ')}`;
}

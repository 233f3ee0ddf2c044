import { NO_BUFFER, NO_COOKIE } from '../messages/flow-mod.ts';
import { FLOW_REMOVED_REASONS, type FlowRemoved } from '../messages/flow-removed.ts';
import type { FlowStats, FlowStatsRequest } from '../messages/flow-stats.ts';
import type { FlowFlags, FlowMod, FlowModCommand } from '../model/flow.ts';
import { Port } from '../model/port.ts';
import { formatActions } from '../text/format-actions.ts';
import { DEFAULT_PRIORITY, formatMatch } from '../text/format-match.ts';
import { formatPort } from '../text/port-text.ts';
import { formatDuration } from './bits.ts';

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

const COMMANDS: Readonly<Record<FlowModCommand, string>> = {
  add: 'ADD',
  modify: 'MOD',
  modify_strict: 'MOD_STRICT',
  delete: 'DEL',
  delete_strict: 'DEL_STRICT',
};
const FLAGS: readonly (keyof FlowFlags)[] = [
  'send_flow_rem',
  'check_overlap',
  'reset_counts',
  'no_packet_counts',
  'no_byte_counts',
];

function flagWords(flags: FlowFlags | undefined): string {
  return flags === undefined
    ? ''
    : FLAGS.filter((flag) => flags[flag])
        .map((flag) => `${flag} `)
        .join('');
}

/** `table:1 … actions=…`. `rawMatch` replaces the match by its fields as they came, with the priority behind. */
export function printFlowMod(flow: FlowMod, rawMatch?: string): string {
  const match = rawMatch ?? formatMatch(flow.match, flow.priority);
  const table = flow.table === undefined ? 255 : flow.table;
  const restrict = flow.cookie_match;
  const parts = [
    ` ${COMMANDS[flow.command]}`,
    table === 0 ? '' : ` table:${table}`,
    match === '' ? ' ' : ` ${match} `,
    flow.cookie !== undefined && flow.cookie !== 0n && flow.cookie !== NO_COOKIE ? `cookie:${hex(flow.cookie)} ` : '',
    restrict !== undefined && restrict.mask !== 0n ? `cookie:${hex(restrict.cookie)}/${hex(restrict.mask)} ` : '',
    flow.idle_timeout ? `idle:${flow.idle_timeout} ` : '',
    flow.hard_timeout ? `hard:${flow.hard_timeout} ` : '',
    flow.importance ? `importance:${flow.importance} ` : '',
    flow.priority !== DEFAULT_PRIORITY && rawMatch !== undefined ? `pri:${flow.priority} ` : '',
    (flow.buffer_id ?? NO_BUFFER) !== NO_BUFFER ? `buf:${hex(flow.buffer_id ?? 0)} ` : '',
    flow.out_port !== undefined && flow.out_port !== Port.ANY ? `out_port:${formatPort(flow.out_port)} ` : '',
    flagWords(flow.flags),
    `actions=${formatActions(flow.actions)}`,
  ];
  return parts.join('');
}

/** A flow as `ovs-ofctl dump-flows` prints it, without the space before; `stats: false` leaves out what changes by itself. */
export function formatFlowStats(flow: FlowStats, options: { readonly stats?: boolean } = {}): string {
  const match = formatMatch(flow.match, flow.priority);
  const { stats = true } = options;
  const parts = [
    stats || flow.cookie !== 0n ? `cookie=${hex(flow.cookie)}, ` : '',
    stats ? `duration=${formatDuration(flow.duration_sec, flow.duration_nsec)}, ` : '',
    stats || flow.table !== 0 ? `table=${flow.table}, ` : '',
    stats && flow.packet_count !== NO_COOKIE ? `n_packets=${flow.packet_count}, ` : '',
    stats && flow.byte_count !== NO_COOKIE ? `n_bytes=${flow.byte_count}, ` : '',
    flow.idle_timeout === 0 ? '' : `idle_timeout=${flow.idle_timeout}, `,
    flow.hard_timeout === 0 ? '' : `hard_timeout=${flow.hard_timeout}, `,
    flagWords(flow.flags),
    flow.importance ? `importance=${flow.importance}, ` : '',
    stats && flow.idle_age !== undefined ? `idle_age=${flow.idle_age}, ` : '',
    stats && flow.hard_age !== undefined && flow.hard_age !== flow.duration_sec ? `hard_age=${flow.hard_age}, ` : '',
    match === '' ? '' : `${match} `,
    `actions=${formatActions(flow.actions)}`,
  ];
  return parts.join('');
}

export function printFlowStatsRequest(request: FlowStatsRequest): string {
  const table = request.table === undefined ? '' : ` table=${request.table}`;
  const port = request.out_port === undefined ? '' : ` out_port=${formatPort(request.out_port)}`;
  return `${table}${port} ${formatMatch(request.match)}`;
}

export function printFlowRemoved(removed: FlowRemoved): string {
  const { reason, table, cookie, hard_timeout } = removed;
  const known = typeof reason === 'number' ? FLOW_REMOVED_REASONS[reason] : reason;
  const parts = [
    ` ${formatMatch(removed.match, removed.priority)}`,
    ` reason=${known ?? reason}`,
    table === undefined || table === 0xff ? '' : ` table_id=${table}`,
    cookie === 0n ? '' : ` cookie:${hex(cookie)}`,
    ` duration${formatDuration(removed.duration_sec, removed.duration_nsec)}`,
    ` idle${removed.idle_timeout}`,
    hard_timeout === undefined || hard_timeout === 0 ? '' : ` hard${hard_timeout}`,
    ` pkts${removed.packet_count} bytes${removed.byte_count}\n`,
  ];
  return parts.join('');
}

import { fieldNamed } from '../field/field.ts';
import {
  type Bucket,
  BucketId,
  type Group,
  type GroupCommand,
  type GroupFeaturesReply,
  GroupId,
  type GroupMod,
  type GroupStats,
  type HashField,
} from '../messages/group.ts';
import { formatFieldValue } from '../text/field-text.ts';
import { formatActions } from '../text/format-actions.ts';
import { formatPort } from '../text/port-text.ts';
import { formatDuration } from './bits.ts';

export function formatGroupId(id: number): string {
  return id === GroupId.ALL ? 'ALL' : id === GroupId.ANY ? 'ANY' : String(id);
}

function formatBucketId(id: number): string {
  if (id === BucketId.FIRST) return 'first';
  if (id === BucketId.LAST) return 'last';
  return id === BucketId.ALL ? 'all' : String(id);
}

const COMMANDS: Readonly<Record<GroupCommand, string>> = {
  add: 'ADD',
  modify: 'MOD',
  add_or_mod: 'ADD_OR_MOD',
  delete: 'DEL',
  insert_bucket: 'INSERT_BUCKET',
  remove_bucket: 'REMOVE_BUCKET',
};

function formatBucket(bucket: Bucket, index: number, version: number, select: boolean): string {
  // OpenFlow 1.5 numbers buckets, and so does Nicira's form for 1.0.
  const id = version >= 6 || version === 1 ? `bucket_id:${bucket.bucket_id ?? index},` : '';
  const weight = bucket.weight ?? (select ? 1 : 0);
  const parts = [
    'bucket=',
    id,
    weight === (select ? 1 : 0) ? '' : `weight:${weight},`,
    bucket.watch_port === undefined ? '' : `watch_port:${formatPort(bucket.watch_port)},`,
    bucket.watch_group === undefined ? '' : `watch_group:${formatGroupId(bucket.watch_group)},`,
    `actions=${formatActions(bucket.actions)}`,
  ];
  return parts.join('');
}

function formatSelection(group: Group): string {
  const { selection_method: method, selection_method_param: param, fields = [] } = group;
  if (method === undefined) return '';
  const order = (field: HashField): number => fieldNamed(field.field).index;
  const sorted = [...fields].sort((left, right) => order(left) - order(right));
  const list = sorted.map(({ field: name, mask }) => {
    const field = fieldNamed(name);
    return mask === field.ones ? name : `${name}=${formatFieldValue(field, mask, field.ones)}`;
  });
  const fieldText = list.length === 0 ? '' : list.length === 1 ? `,fields=${list[0]}` : `,fields(${list.join(',')})`;
  return `,selection_method=${method}${param === undefined || param === 0n ? '' : `,selection_method_param=${param}`}${fieldText}`;
}

/** A group's text as ovs-ofctl prints it; the version says whether buckets have ids. */
export function formatGroup(group: Group, version: number, typed = true): string {
  const select = group.group_type === 'select';
  const type = typed ? `,type=${group.group_type}` : '';
  const buckets = group.buckets.map((bucket, index) => `,${formatBucket(bucket, index, version, select)}`).join('');
  return `group_id=${formatGroupId(group.group_id)}${type}${formatSelection(group)}${buckets}`;
}

export function printGroupMod(group: GroupMod, version: number): string {
  const { command, command_bucket_id: id } = group;
  const inserts = command === 'insert_bucket' || command === 'remove_bucket';
  const where = inserts ? ` command_bucket_id:${formatBucketId(id ?? BucketId.ALL)},` : ' ';
  const typed = !inserts && command !== 'delete';
  return `\n ${COMMANDS[command]}${where}${formatGroup(group, version, typed)}`;
}

export function printGroupStats(stats: GroupStats): string {
  const { duration_sec, duration_nsec = 0 } = stats;
  const duration =
    duration_sec === undefined || duration_sec === 0xffffffff
      ? ''
      : `duration=${formatDuration(duration_sec, duration_nsec)},`;
  const buckets = stats.buckets.map(
    (bucket, index) => `,bucket${index}:packet_count=${bucket.packet_count},byte_count=${bucket.byte_count}`,
  );
  const counts = `packet_count=${stats.packet_count},byte_count=${stats.byte_count}`;
  return `group_id=${stats.group_id},${duration}ref_count=${stats.ref_count},${counts}${buckets.join('')}`;
}

const TYPE_NAMES = ['all', 'select', 'indirect', 'fast failover'];

/** OFPAT_* of OpenFlow 1.1 and 1.2 by bit, in the order in which ovs-ofctl tells them. */
const ACTIONS_11: readonly (readonly [bit: number, name: string])[] = [
  ...([
    [0, 'output'],
    [22, 'group'],
    [1, 'set_vlan_vid'],
    [2, 'set_vlan_pcp'],
  ] as const),
  ...([
    [18, 'strip_vlan'],
    [17, 'push_vlan'],
    [3, 'mod_dl_src'],
    [4, 'mod_dl_dst'],
  ] as const),
  ...([
    [5, 'mod_nw_src'],
    [6, 'mod_nw_dst'],
    [7, 'mod_nw_tos'],
    [8, 'mod_nw_ecn'],
    [23, 'mod_nw_ttl'],
  ] as const),
  ...([
    [9, 'mod_tp_src'],
    [10, 'mod_tp_dst'],
    [24, 'dec_ttl'],
    [13, 'set_mpls_label'],
  ] as const),
  ...([
    [14, 'set_mpls_tc'],
    [15, 'set_mpls_ttl'],
    [16, 'dec_mpls_ttl'],
    [19, 'push_mpls'],
    [20, 'pop_mpls'],
  ] as const),
  ...([[21, 'set_queue']] as const),
];
const ACTIONS_12: readonly (readonly [bit: number, name: string])[] = [
  ...([
    [0, 'output'],
    [22, 'group'],
    [25, 'set_field'],
    [18, 'strip_vlan'],
    [17, 'push_vlan'],
  ] as const),
  ...([
    [23, 'mod_nw_ttl'],
    [24, 'dec_ttl'],
    [15, 'set_mpls_ttl'],
    [16, 'dec_mpls_ttl'],
  ] as const),
  ...([
    [19, 'push_mpls'],
    [20, 'pop_mpls'],
    [21, 'set_queue'],
  ] as const),
];

export function printGroupFeatures(reply: GroupFeaturesReply, version: number): string {
  const table = version === 1 || version === 2 ? ACTIONS_11 : ACTIONS_12;
  const types = TYPE_NAMES.map((name, index) => {
    if ((reply.types & (1 << index)) === 0) return '';
    const bits = reply.actions[index] ?? 0;
    const actions = table.filter(([bit]) => (bits & (1 << bit)) !== 0).map(([, action]) => action);
    const most = reply.max_groups[index] ?? 0;
    return `    ${name} group:\n       max_groups=${most === 0 ? '0' : `0x${most.toString(16)}`}\n       actions: ${
      actions.length === 0 ? '(none)' : actions.join(' ')
    }\n`;
  });
  const bits = (value: number): string => `0x${value.toString(16)}`;
  return `\n Group table:\n    Types:  ${bits(reply.types)}\n    Capabilities:  ${bits(reply.capabilities)}\n${types.join('')}`;
}

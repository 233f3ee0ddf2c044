import type { Bundle, HashFields, Multipath, PacketInReason } from '../model/action.ts';

/** enum nx_hash_fields, in the order of its numbers. */
export const HASH_FIELDS: readonly HashFields[] = [
  'eth_src',
  'symmetric_l4',
  'symmetric_l3l4',
  'symmetric_l3l4+udp',
  'nw_src',
  'nw_dst',
  'symmetric_l3',
];

/** enum nx_mp_algorithm. */
export const MULTIPATH_ALGORITHMS: readonly Multipath['algorithm'][] = [
  'modulo_n',
  'hash_threshold',
  'hrw',
  'iter_hash',
];

/** enum nx_bd_algorithm. */
export const BUNDLE_ALGORITHMS: readonly Bundle['algorithm'][] = ['active_backup', 'hrw'];

/** enum ofp_packet_in_reason (OFPR_*), by its numbers; the last two are Open vSwitch's own. */
export const PACKET_IN_REASONS: readonly PacketInReason[] = [
  ...([
    'no_match',
    'action',
    'invalid_ttl',
    'action_set',
    'group',
    'packet_out',
    'explicit_miss',
    'implicit_miss',
  ] as const),
];

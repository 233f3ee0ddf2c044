/**
 * The wire messages that Open vSwitch 3.1 speaks. A row is: name as ovs-ofctl prints it, our type, envelope, versions, number, and
 * the body's length: `n` bytes, `n+m` for n and any multiple of m more. Envelopes: OFPT is a message of its own, OFPST a
 * multipart request or reply, NXT and NXST are Nicira's of the same kinds, ONFT the foundation's.
 */
export const RAW_MESSAGE_ROWS = [
  ['OFPT_HELLO', 'hello', 'OFPT', '1.0-1.5', 0, '0+1'],
  ['OFPT_ERROR', 'error', 'OFPT', '1.0-1.5', 1, '4+1'],
  ['OFPT_ECHO_REQUEST', 'echo_request', 'OFPT', '1.0-1.5', 2, '0+1'],
  ['OFPT_ECHO_REPLY', 'echo_reply', 'OFPT', '1.0-1.5', 3, '0+1'],
  ['OFPT_FEATURES_REQUEST', 'features_request', 'OFPT', '1.0-1.5', 5, '0'],
  ['OFPT_FEATURES_REPLY', 'features_reply', 'OFPT', '1.0', 6, '24+48'],
  ['OFPT_FEATURES_REPLY', 'features_reply', 'OFPT', '1.1-1.2', 6, '24+64'],
  ['OFPT_FEATURES_REPLY', 'features_reply', 'OFPT', '1.3-1.5', 6, '24'],
  ['OFPT_GET_CONFIG_REQUEST', 'get_config_request', 'OFPT', '1.0-1.5', 7, '0'],
  ['OFPT_GET_CONFIG_REPLY', 'get_config_reply', 'OFPT', '1.0-1.5', 8, '4'],
  ['OFPT_SET_CONFIG', 'set_config', 'OFPT', '1.0-1.5', 9, '4'],
  ['OFPT_PACKET_IN', 'packet_in', 'OFPT', '1.0', 10, '10+1'],
  ['OFPT_PACKET_IN', 'packet_in', 'OFPT', '1.1', 10, '16+1'],
  ['OFPT_PACKET_IN', 'packet_in', 'OFPT', '1.2', 10, '8+1'],
  ['OFPT_PACKET_IN', 'packet_in', 'OFPT', '1.3-1.5', 10, '16+1'],
  ['NXT_PACKET_IN', 'packet_in', 'NXT', '1.0-1.5', 17, '24+1'],
  ['NXT_PACKET_IN2', 'packet_in', 'NXT', '1.0-1.5', 30, '0+8'],
  ['OFPT_FLOW_REMOVED', 'flow_removed', 'OFPT', '1.0', 11, '80'],
  ['OFPT_FLOW_REMOVED', 'flow_removed', 'OFPT', '1.1-1.4', 11, '40+8'],
  ['OFPT_FLOW_REMOVED', 'flow_removed', 'OFPT', '1.5', 11, '16+8'],
  ['NXT_FLOW_REMOVED', 'flow_removed', 'NXT', '1.0-1.5', 14, '40+8'],
  ['OFPT_PORT_STATUS', 'port_status', 'OFPT', '1.0', 12, '56'],
  ['OFPT_PORT_STATUS', 'port_status', 'OFPT', '1.1-1.3', 12, '72'],
  ['OFPT_PORT_STATUS', 'port_status', 'OFPT', '1.4-1.5', 12, '48+8'],
  ['OFPT_PACKET_OUT', 'packet_out', 'OFPT', '1.0', 13, '8+1'],
  ['OFPT_PACKET_OUT', 'packet_out', 'OFPT', '1.1-1.4', 13, '16+1'],
  ['OFPT_PACKET_OUT', 'packet_out', 'OFPT', '1.5', 13, '8+1'],
  ['OFPT_FLOW_MOD', 'flow_mod', 'OFPT', '1.0', 14, '64+8'],
  ['OFPT_FLOW_MOD', 'flow_mod', 'OFPT', '1.1-1.5', 14, '40+8'],
  ['NXT_FLOW_MOD', 'flow_mod', 'NXT', '1.0-1.5', 13, '32+8'],
  ['NXT_GROUP_MOD', 'group_mod', 'NXT', '1.0', 31, '16+8'],
  ['OFPT_GROUP_MOD', 'group_mod', 'OFPT', '1.1-1.4', 15, '8+8'],
  ['OFPT_GROUP_MOD', 'group_mod', 'OFPT', '1.5', 15, '16+8'],
  ['OFPT_PORT_MOD', 'port_mod', 'OFPT', '1.0', 15, '24'],
  ['OFPT_PORT_MOD', 'port_mod', 'OFPT', '1.1-1.3', 16, '32'],
  ['OFPT_PORT_MOD', 'port_mod', 'OFPT', '1.4-1.5', 16, '24+8'],
  ['OFPT_TABLE_MOD', 'table_mod', 'OFPT', '1.1-1.3', 17, '8'],
  ['OFPT_TABLE_MOD', 'table_mod', 'OFPT', '1.4-1.5', 17, '8+8'],
  ['OFPT_BARRIER_REQUEST', 'barrier_request', 'OFPT', '1.0', 18, '0'],
  ['OFPT_BARRIER_REQUEST', 'barrier_request', 'OFPT', '1.1-1.5', 20, '0'],
  ['OFPT_BARRIER_REPLY', 'barrier_reply', 'OFPT', '1.0', 19, '0'],
  ['OFPT_BARRIER_REPLY', 'barrier_reply', 'OFPT', '1.1-1.5', 21, '0'],
  ['OFPT_QUEUE_GET_CONFIG_REQUEST', 'queue_get_config_request', 'OFPT', '1.0', 20, '4'],
  ['OFPT_QUEUE_GET_CONFIG_REQUEST', 'queue_get_config_request', 'OFPT', '1.1-1.3', 22, '8'],
  ['OFPT_QUEUE_GET_CONFIG_REPLY', 'queue_get_config_reply', 'OFPT', '1.0', 21, '8+8'],
  ['OFPT_QUEUE_GET_CONFIG_REPLY', 'queue_get_config_reply', 'OFPT', '1.1-1.3', 23, '8+8'],
  ['OFPT_ROLE_REQUEST', 'role_request', 'OFPT', '1.2-1.5', 24, '16'],
  ['NXT_ROLE_REQUEST', 'role_request', 'NXT', '1.0-1.5', 10, '4'],
  ['OFPT_ROLE_REPLY', 'role_reply', 'OFPT', '1.2-1.5', 25, '16'],
  ['NXT_ROLE_REPLY', 'role_reply', 'NXT', '1.0-1.5', 11, '4'],
  ['OFPT_GET_ASYNC_REQUEST', 'get_async_request', 'OFPT', '1.3-1.5', 26, '0'],
  ['OFPT_GET_ASYNC_REPLY', 'get_async_reply', 'OFPT', '1.3', 27, '24'],
  ['OFPT_GET_ASYNC_REPLY', 'get_async_reply', 'OFPT', '1.4-1.5', 27, '0+8'],
  ['OFPT_SET_ASYNC', 'set_async', 'OFPT', '1.3', 28, '24'],
  ['OFPT_SET_ASYNC', 'set_async', 'OFPT', '1.4-1.5', 28, '0+8'],
  ['NXT_SET_ASYNC_CONFIG', 'set_async', 'NXT', '1.0-1.5', 19, '24'],
  ['NXT_SET_ASYNC_CONFIG2', 'set_async', 'NXT', '1.0-1.3', 27, '0+8'],
  ['OFPT_METER_MOD', 'meter_mod', 'OFPT', '1.3-1.5', 29, '8+8'],
  ['OFPT_ROLE_STATUS', 'role_status', 'OFPT', '1.4-1.5', 30, '16+8'],
  ['ONFT_ROLE_STATUS', 'role_status', 'ONFT', '1.3', 1911, '16+8'],
  ['OFPT_TABLE_STATUS', 'table_status', 'OFPT', '1.4-1.5', 31, '8+8'],
  ['OFPT_REQUESTFORWARD', 'requestforward', 'OFPT', '1.4-1.5', 32, '8+8'],
  ['NXT_REQUESTFORWARD', 'requestforward', 'NXT', '1.0-1.2', 132, '8+8'],
  ['ONFT_REQUESTFORWARD', 'requestforward', 'ONFT', '1.3', 2350, '8+8'],
  ['OFPT_BUNDLE_CONTROL', 'bundle_control', 'OFPT', '1.4-1.5', 33, '8+8'],
  ['ONFT_BUNDLE_CONTROL', 'bundle_control', 'ONFT', '1.3', 2300, '8+8'],
  ['OFPT_BUNDLE_ADD_MESSAGE', 'bundle_add', 'OFPT', '1.4-1.5', 34, '8+1'],
  ['ONFT_BUNDLE_ADD_MESSAGE', 'bundle_add', 'ONFT', '1.3', 2301, '8+1'],
  ['OFPST_DESC request', 'desc_request', 'OFPST', '1.0-1.5', 0, '0'],
  ['OFPST_DESC reply', 'desc_reply', 'OFPST', '1.0-1.5', 0, '1056'],
  ['OFPST_FLOW request', 'flow_stats_request', 'OFPST', '1.0', 1, '44'],
  ['OFPST_FLOW request', 'flow_stats_request', 'OFPST', '1.1-1.5', 1, '32+8'],
  ['NXST_FLOW request', 'flow_stats_request', 'NXST', '1.0', 0, '8+8'],
  ['OFPST_FLOW reply', 'flow_stats_reply', 'OFPST', '1.0-1.5', 1, '0+1'],
  ['NXST_FLOW reply', 'flow_stats_reply', 'NXST', '1.0', 0, '0+1'],
  ['OFPST_AGGREGATE request', 'aggregate_request', 'OFPST', '1.0', 2, '44'],
  ['OFPST_AGGREGATE request', 'aggregate_request', 'OFPST', '1.1-1.5', 2, '32+8'],
  ['NXST_AGGREGATE request', 'aggregate_request', 'NXST', '1.0', 1, '8+8'],
  ['OFPST_AGGREGATE reply', 'aggregate_reply', 'OFPST', '1.0-1.4', 2, '24'],
  ['OFPST_AGGREGATE reply', 'aggregate_reply', 'OFPST', '1.5', 2, '0+8'],
  ['NXST_AGGREGATE reply', 'aggregate_reply', 'NXST', '1.0', 1, '24'],
  ['OFPST_TABLE request', 'table_stats_request', 'OFPST', '1.0-1.5', 3, '0'],
  ['OFPST_TABLE reply', 'table_stats_reply', 'OFPST', '1.0', 3, '0+64'],
  ['OFPST_TABLE reply', 'table_stats_reply', 'OFPST', '1.1', 3, '0+88'],
  ['OFPST_TABLE reply', 'table_stats_reply', 'OFPST', '1.2', 3, '0+128'],
  ['OFPST_TABLE reply', 'table_stats_reply', 'OFPST', '1.3-1.5', 3, '0+24'],
  ['OFPST_PORT request', 'port_stats_request', 'OFPST', '1.0-1.5', 4, '8'],
  ['OFPST_PORT reply', 'port_stats_reply', 'OFPST', '1.0-1.2', 4, '0+104'],
  ['OFPST_PORT reply', 'port_stats_reply', 'OFPST', '1.3', 4, '0+112'],
  ['OFPST_PORT reply', 'port_stats_reply', 'OFPST', '1.4-1.5', 4, '0+8'],
  ['OFPST_QUEUE request', 'queue_stats_request', 'OFPST', '1.0-1.5', 5, '8'],
  ['OFPST_QUEUE reply', 'queue_stats_reply', 'OFPST', '1.0-1.2', 5, '0+32'],
  ['OFPST_QUEUE reply', 'queue_stats_reply', 'OFPST', '1.3', 5, '0+40'],
  ['OFPST_QUEUE reply', 'queue_stats_reply', 'OFPST', '1.4-1.5', 5, '0+8'],
  ['NXST_GROUP request', 'group_stats_request', 'NXST', '1.0', 7, '8'],
  ['OFPST_GROUP request', 'group_stats_request', 'OFPST', '1.1-1.5', 6, '8'],
  ['NXST_GROUP reply', 'group_stats_reply', 'NXST', '1.0', 7, '0+8'],
  ['OFPST_GROUP reply', 'group_stats_reply', 'OFPST', '1.1-1.5', 6, '0+8'],
  ['NXST_GROUP_DESC request', 'group_desc_request', 'NXST', '1.0', 8, '8'],
  ['OFPST_GROUP_DESC request', 'group_desc_request', 'OFPST', '1.1-1.4', 7, '0'],
  ['OFPST_GROUP_DESC request', 'group_desc_request', 'OFPST', '1.5', 7, '8'],
  ['NXST_GROUP_DESC reply', 'group_desc_reply', 'NXST', '1.0', 8, '0+8'],
  ['OFPST_GROUP_DESC reply', 'group_desc_reply', 'OFPST', '1.1-1.5', 7, '0+8'],
  ['NXST_GROUP_FEATURES request', 'group_features_request', 'NXST', '1.0-1.1', 9, '0'],
  ['OFPST_GROUP_FEATURES request', 'group_features_request', 'OFPST', '1.2-1.5', 8, '0'],
  ['NXST_GROUP_FEATURES reply', 'group_features_reply', 'NXST', '1.0-1.1', 9, '40'],
  ['OFPST_GROUP_FEATURES reply', 'group_features_reply', 'OFPST', '1.2-1.5', 8, '40'],
  ['OFPST_METER request', 'meter_stats_request', 'OFPST', '1.3-1.5', 9, '8'],
  ['OFPST_METER reply', 'meter_stats_reply', 'OFPST', '1.3-1.5', 9, '0+8'],
  ['OFPST_METER_CONFIG request', 'meter_config_request', 'OFPST', '1.3-1.5', 10, '8'],
  ['OFPST_METER_CONFIG reply', 'meter_config_reply', 'OFPST', '1.3-1.5', 10, '0+8'],
  ['OFPST_METER_FEATURES request', 'meter_features_request', 'OFPST', '1.3-1.5', 11, '0'],
  ['OFPST_METER_FEATURES reply', 'meter_features_reply', 'OFPST', '1.3-1.5', 11, '16'],
  ['OFPST_TABLE_FEATURES request', 'table_features_request', 'OFPST', '1.3-1.5', 12, '0+8'],
  ['OFPST_TABLE_FEATURES reply', 'table_features_reply', 'OFPST', '1.3-1.5', 12, '64+8'],
  ['OFPST_PORT_DESC request', 'port_desc_request', 'OFPST', '1.0-1.4', 13, '0'],
  ['OFPST_PORT_DESC request', 'port_desc_request', 'OFPST', '1.5', 13, '8'],
  ['OFPST_PORT_DESC reply', 'port_desc_reply', 'OFPST', '1.0', 13, '0+48'],
  ['OFPST_PORT_DESC reply', 'port_desc_reply', 'OFPST', '1.1-1.3', 13, '0+64'],
  ['OFPST_PORT_DESC reply', 'port_desc_reply', 'OFPST', '1.4-1.5', 13, '0+8'],
  ['OFPST_TABLE_DESC request', 'table_desc_request', 'OFPST', '1.4-1.5', 14, '0'],
  ['OFPST_TABLE_DESC reply', 'table_desc_reply', 'OFPST', '1.4-1.5', 14, '0+8'],
  ['OFPST_QUEUE_DESC request', 'queue_desc_request', 'OFPST', '1.4-1.5', 15, '8'],
  ['OFPST_QUEUE_DESC reply', 'queue_desc_reply', 'OFPST', '1.4-1.5', 15, '0+8'],
  ['NXST_FLOW_MONITOR request', 'flow_monitor_request', 'NXST', '1.0-1.2', 2, '0+8'],
  ['OFPST_FLOW_MONITOR request', 'flow_monitor_request', 'ONFST', '1.3', 1870, '0+8'],
  ['OFPST_FLOW_MONITOR request', 'flow_monitor_request', 'OFPST', '1.4-1.5', 16, '0+8'],
  ['NXST_FLOW_MONITOR reply', 'flow_monitor_reply', 'NXST', '1.0-1.2', 2, '0+8'],
  ['OFPST_FLOW_MONITOR reply', 'flow_monitor_reply', 'ONFST', '1.3', 1870, '0+8'],
  ['OFPST_FLOW_MONITOR reply', 'flow_monitor_reply', 'OFPST', '1.4-1.5', 16, '0+8'],
  ['NXT_SET_FLOW_FORMAT', 'set_flow_format', 'NXT', '1.0', 12, '4'],
  ['NXT_FLOW_MOD_TABLE_ID', 'flow_mod_table_id', 'NXT', '1.0-1.5', 15, '8'],
  ['NXT_SET_PACKET_IN_FORMAT', 'set_packet_in_format', 'NXT', '1.0-1.5', 16, '4'],
  ['NXT_FLOW_AGE', 'flow_age', 'NXT', '1.0-1.5', 18, '0'],
  ['NXT_SET_CONTROLLER_ID', 'set_controller_id', 'NXT', '1.0-1.5', 20, '8'],
  ['NXT_FLOW_MONITOR_CANCEL', 'flow_monitor_cancel', 'NXT', '1.0-1.2', 21, '4'],
  ['ONFT_FLOW_MONITOR_CANCEL', 'flow_monitor_cancel', 'ONFT', '1.3', 1870, '4'],
  ['NXT_FLOW_MONITOR_PAUSED', 'flow_monitor_paused', 'NXT', '1.0-1.2', 22, '0'],
  ['ONFT_FLOW_MONITOR_PAUSED', 'flow_monitor_paused', 'ONFT', '1.3', 1871, '0'],
  ['NXT_FLOW_MONITOR_RESUMED', 'flow_monitor_resumed', 'NXT', '1.0-1.2', 23, '0'],
  ['ONFT_FLOW_MONITOR_RESUMED', 'flow_monitor_resumed', 'ONFT', '1.3', 1872, '0'],
  ['NXT_TLV_TABLE_MOD', 'tlv_table_mod', 'NXT', '1.0-1.5', 24, '8+8'],
  ['NXT_TLV_TABLE_REQUEST', 'tlv_table_request', 'NXT', '1.0-1.5', 25, '0'],
  ['NXT_TLV_TABLE_REPLY', 'tlv_table_reply', 'NXT', '1.0-1.5', 26, '16+8'],
  ['NXT_RESUME', 'resume', 'NXT', '1.0-1.5', 28, '0+8'],
  ['NXT_CT_FLUSH_ZONE', 'ct_flush_zone', 'NXT', '1.0-1.5', 29, '8'],
  ['NXT_CT_FLUSH', 'ct_flush', 'NXT', '1.0-1.5', 32, '8+8'],
  ['NXST_IPFIX_BRIDGE request', 'ipfix_bridge_request', 'NXST', '1.0-1.5', 3, '0'],
  ['NXST_IPFIX_BRIDGE reply', 'ipfix_bridge_reply', 'NXST', '1.0-1.5', 3, '88'],
  ['NXST_IPFIX_FLOW request', 'ipfix_flow_request', 'NXST', '1.0-1.5', 4, '0'],
  ['NXST_IPFIX_FLOW reply', 'ipfix_flow_reply', 'NXST', '1.0-1.5', 4, '0+88'],
] as const;

/** A message's type. */
export type MessageType = (typeof RAW_MESSAGE_ROWS)[number][1];
/** A wire message's name. */
export type RawMessageName = (typeof RAW_MESSAGE_ROWS)[number][0];
type Envelope = 'OFPT' | 'OFPST' | 'NXT' | 'NXST' | 'ONFT' | 'ONFST';

/** A wire message in one version. */
export interface RawMessage {
  readonly name: RawMessageName;
  readonly type: MessageType;
  readonly envelope: Envelope;
  /** A multipart message, and whether it is the reply. */
  readonly multipart: 'request' | 'reply' | undefined;
  readonly number: number;
  readonly least: number;
  /** 0 where the length is fixed. */
  readonly multiple: number;
}

const byCode = new Map<string, RawMessage>();
const byType = new Map<string, RawMessage>();

/** A key of what the header says. `reply` counts for multipart messages only. */
export function codeKey(version: number, envelope: Envelope, number: number, reply: boolean): string {
  return `${version}/${envelope}/${number}/${reply}`;
}

for (const [name, type, envelope, versions, number, length] of RAW_MESSAGE_ROWS) {
  const [from = '', to = from] = versions.split('-');
  const [least = '0', multiple = '0'] = length.split('+');
  const multipart = name.endsWith(' request') ? 'request' : name.endsWith(' reply') ? 'reply' : undefined;
  const raw: RawMessage = { name, type, envelope, multipart, number, least: Number(least), multiple: Number(multiple) };
  for (let version = Number(from.slice(2)) + 1; version <= Number(to.slice(2)) + 1; version++) {
    byCode.set(codeKey(version, envelope, number, multipart === 'reply'), raw);
    byType.set(`${version}/${name}`, raw);
    if (!byType.has(`${version}/${type}`)) byType.set(`${version}/${type}`, raw);
  }
}

export function rawByCode(version: number, envelope: Envelope, number: number, reply: boolean): RawMessage | undefined {
  return byCode.get(codeKey(version, envelope, number, reply));
}

/** The wire message for a type, or with a name of one of several, in a version; undefined where the version has none. */
export function rawFor(version: number, nameOrType: string): RawMessage | undefined {
  return byType.get(`${version}/${nameOrType}`);
}

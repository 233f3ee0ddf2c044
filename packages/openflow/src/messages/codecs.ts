import type { FlowMod } from '../model/flow.ts';
import { asyncBody } from './async.ts';
import { type BodyCodec, choiceBody, emptyBody } from './base.ts';
import { configBody, echoBody, errorBody, helloBody } from './basic.ts';
import { bundleAddBody, bundleControlBody, type NestedCodec, requestForwardBody } from './bundle.ts';
import {
  readFlowMod10,
  readFlowMod11,
  readNxFlowMod,
  writeFlowMod10,
  writeFlowMod11,
  writeNxFlowMod,
} from './flow-mod.ts';
import { flowRemovedBody } from './flow-removed.ts';
import { aggregateReplyBody, aggregateRequestBody, flowStatsReplyBody, flowStatsRequestBody } from './flow-stats.ts';
import {
  groupDescReplyBody,
  groupDescRequestBody,
  groupFeaturesReplyBody,
  groupModBody,
  groupStatsReplyBody,
  groupStatsRequestBody,
} from './group.ts';
import type { Body, PlainMessage } from './message.ts';
import {
  meterConfigReplyBody,
  meterFeaturesReplyBody,
  meterModBody,
  meterRequestBody,
  meterStatsReplyBody,
} from './meter.ts';
import { flowMonitorReplyBody, flowMonitorRequestBody } from './monitor.ts';
import {
  ctFlushBody,
  ctFlushZoneBody,
  flowModTableIdBody,
  flowMonitorCancelBody,
  formatBody,
  setControllerIdBody,
  tlvTableModBody,
  tlvTableReplyBody,
} from './nicira-messages.ts';
import { packetInBody, packetOutBody, resumeBody } from './packet.ts';
import {
  featuresReplyBody,
  portDescReplyBody,
  portDescRequestBody,
  portModBody,
  portStatsReplyBody,
  portStatsRequestBody,
  portStatusBody,
} from './port.ts';
import {
  queueConfigReplyBody,
  queueConfigRequestBody,
  queueDescReplyBody,
  queueDescRequestBody,
  queueStatsReplyBody,
  queueStatsRequestBody,
  roleBody,
  roleStatusBody,
} from './queue-role.ts';
import type { MessageType } from './raw-messages.ts';
import {
  descReplyBody,
  ipfixReplyBody,
  tableDescReplyBody,
  tableFeaturesBody,
  tableModBody,
  tableStatsReplyBody,
  tableStatusBody,
} from './table.ts';

const flowModBody: BodyCodec<FlowMod> = {
  read: (reader, { raw, version, policy }) => {
    if (raw.name === 'NXT_FLOW_MOD') return readNxFlowMod(reader, version, policy);
    return version === 1 ? readFlowMod10(reader, version, policy) : readFlowMod11(reader, version, policy);
  },
  write: (writer, flow, { raw, version }) => {
    if (raw.name === 'NXT_FLOW_MOD') writeNxFlowMod(writer, flow, version);
    else if (version === 1) writeFlowMod10(writer, flow);
    else writeFlowMod11(writer, flow, version);
  },
};

type BodyOf<T extends string, B = Body> = B extends { readonly type: infer U } ? (T extends U ? B : never) : never;
type Codecs = { readonly [T in MessageType]: BodyCodec<BodyOf<T>> };

const PLAIN: readonly PlainMessage['type'][] = [
  'features_request',
  'get_config_request',
  'barrier_request',
  'barrier_reply',
  'get_async_request',
  'desc_request',
  'table_stats_request',
  'group_features_request',
  'meter_features_request',
  'table_desc_request',
  'flow_age',
  'flow_monitor_paused',
  'flow_monitor_resumed',
  'tlv_table_request',
  'ipfix_bridge_request',
  'ipfix_flow_request',
];

const queueConfigRequest = choiceBody(({ raw }) =>
  raw.type === 'queue_desc_request' ? queueDescRequestBody : queueConfigRequestBody,
);
const queueConfigReply = choiceBody(({ raw }) =>
  raw.type === 'queue_desc_reply' ? queueDescReplyBody : queueConfigReplyBody,
);

/** Every type's codec. */
export function bodyCodecs(nested: NestedCodec): Codecs {
  return {
    ...(Object.fromEntries(PLAIN.map((type) => [type, emptyBody(type)])) as Record<
      PlainMessage['type'],
      BodyCodec<PlainMessage>
    >),
    hello: helloBody,
    error: errorBody,
    echo_request: echoBody('echo_request'),
    echo_reply: echoBody('echo_reply'),
    features_reply: featuresReplyBody,
    get_config_reply: configBody('get_config_reply'),
    set_config: configBody('set_config'),
    packet_in: packetInBody,
    resume: resumeBody,
    packet_out: packetOutBody,
    flow_mod: flowModBody,
    flow_removed: flowRemovedBody,
    port_status: portStatusBody,
    port_mod: portModBody,
    group_mod: groupModBody,
    meter_mod: meterModBody,
    table_mod: tableModBody,
    table_status: tableStatusBody,
    role_request: roleBody('role_request'),
    role_reply: roleBody('role_reply'),
    role_status: roleStatusBody,
    get_async_reply: asyncBody('get_async_reply'),
    set_async: asyncBody('set_async'),
    requestforward: requestForwardBody(nested),
    bundle_control: bundleControlBody,
    bundle_add: bundleAddBody(nested),
    flow_stats_request: flowStatsRequestBody,
    flow_stats_reply: flowStatsReplyBody,
    aggregate_request: aggregateRequestBody,
    aggregate_reply: aggregateReplyBody,
    desc_reply: descReplyBody,
    table_stats_reply: tableStatsReplyBody,
    table_features_request: tableFeaturesBody('table_features_request'),
    table_features_reply: tableFeaturesBody('table_features_reply'),
    table_desc_reply: tableDescReplyBody,
    port_stats_request: portStatsRequestBody,
    port_stats_reply: portStatsReplyBody,
    port_desc_request: portDescRequestBody,
    port_desc_reply: portDescReplyBody,
    queue_stats_request: queueStatsRequestBody,
    queue_stats_reply: queueStatsReplyBody,
    queue_get_config_request: queueConfigRequest,
    queue_get_config_reply: queueConfigReply,
    queue_desc_request: queueConfigRequest,
    queue_desc_reply: queueConfigReply,
    group_stats_request: groupStatsRequestBody,
    group_stats_reply: groupStatsReplyBody,
    group_desc_request: groupDescRequestBody,
    group_desc_reply: groupDescReplyBody,
    group_features_reply: groupFeaturesReplyBody,
    meter_stats_request: meterRequestBody('meter_stats_request'),
    meter_config_request: meterRequestBody('meter_config_request'),
    meter_stats_reply: meterStatsReplyBody,
    meter_config_reply: meterConfigReplyBody,
    meter_features_reply: meterFeaturesReplyBody,
    flow_monitor_request: flowMonitorRequestBody,
    flow_monitor_reply: flowMonitorReplyBody,
    flow_monitor_cancel: flowMonitorCancelBody,
    set_flow_format: formatBody('set_flow_format'),
    set_packet_in_format: formatBody('set_packet_in_format'),
    flow_mod_table_id: flowModTableIdBody,
    set_controller_id: setControllerIdBody,
    tlv_table_mod: tlvTableModBody,
    tlv_table_reply: tlvTableReplyBody,
    ct_flush_zone: ctFlushZoneBody,
    ct_flush: ctFlushBody,
    ipfix_bridge_reply: ipfixReplyBody('ipfix_bridge_reply'),
    ipfix_flow_reply: ipfixReplyBody('ipfix_flow_reply'),
  };
}

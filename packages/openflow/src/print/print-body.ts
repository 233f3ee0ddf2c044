import type { ErrorMessage, Hello } from '../messages/basic.ts';
import type { Message } from '../messages/message.ts';
import type { RawMessage } from '../messages/raw-messages.ts';
import { formatPort } from '../text/port-text.ts';
import { hexDump } from './hex-dump.ts';
import { formatFlowStats, printFlowMod, printFlowRemoved, printFlowStatsRequest } from './print-flow.ts';
import { formatGroup, formatGroupId, printGroupFeatures, printGroupMod, printGroupStats } from './print-group.ts';
import { formatMeter, formatMeterId, printMeterFeatures, printMeterMod, printMeterStats } from './print-meter.ts';
import {
  formatQueue,
  printAsync,
  printBundleControl,
  printConfig,
  printCtFlush,
  printIpfix,
  printMonitorReply,
  printMonitorRequest,
  printQueueStats,
  printQueues,
  printRole,
  printRoleStatus,
  printTlvMod,
  printTlvReply,
} from './print-misc.ts';
import { printPacketIn, printPacketOut } from './print-packet.ts';
import { printFeatures, printPortMod, printPortStats, printPortStatus, printPorts } from './print-port.ts';
import { printTableDesc, printTableMod, printTableStatus } from './print-table.ts';
import { printTableFeatures, printTableStats } from './print-table-features.ts';

/** What printing a body needs beside it. */
export interface PrintContext {
  readonly raw: RawMessage;
  readonly verbosity: number;
  /** The whole message. */
  readonly bytes: Uint8Array;
  /** Prints a message within. */
  readonly nested: (bytes: Uint8Array) => string;
}

function printHello(hello: Hello, version: number, bytes: Uint8Array): string {
  const up = Math.min(version, 31);
  const versions = hello.versions ?? Array.from({ length: up }, (_, at) => at + 1);
  const list = versions.map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
  return `\n version bitmap: ${list}\n${hello.strange ? ` unknown data in hello:\n${hexDump(bytes, true)}` : ''}`;
}

/** Printable text with escapes, as C's strings have them. */
function escaped(bytes: Uint8Array): string {
  const names: Readonly<Record<number, string>> = { 34: '\\"', 92: '\\\\' };
  return Array.from(bytes, (byte) => {
    const name = names[byte];
    if (name !== undefined) return name;
    return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  }).join('');
}

function printError(error: ErrorMessage, nested: (bytes: Uint8Array) => string): string {
  const name = error.ofp ?? 'unknown';
  if (error.ofp === 'OFPHFC_INCOMPATIBLE' || error.ofp === 'OFPHFC_EPERM') {
    return ` ${name}\n${escaped(error.data)}\n`;
  }
  return ` ${name}\n${nested(error.data)}`;
}

function printEcho(data: Uint8Array, verbosity: number): string {
  return ` ${data.length} bytes of payload\n${verbosity > 1 ? hexDump(data, true) : ''}`;
}

const FLOW_FORMATS: Readonly<Record<number, string>> = { 0: 'openflow10', 2: 'nxm' };
const PACKET_IN_FORMATS = ['standard', 'nxt_packet_in', 'nxt_packet_in2'];

/** Everything behind the header's colon. Throws a decode error where ovs-ofctl refuses what only printing looks at. */
export function printBody(message: Message, context: PrintContext): string {
  return printSmall(message, context) ?? printStats(message, context) ?? '';
}

function printSmall(message: Message, { verbosity, bytes, nested, raw }: PrintContext): string | undefined {
  const { version } = message;
  switch (message.type) {
    case 'hello':
      return printHello(message, version, bytes);
    case 'error':
      return printError(message, nested);
    case 'echo_request':
    case 'echo_reply':
      return printEcho(message.data, verbosity);
    case 'features_reply':
      return printFeatures(message, version);
    case 'get_config_reply':
    case 'set_config':
      return printConfig(message, version);
    case 'packet_in':
    case 'resume':
      return printPacketIn(message, version, verbosity);
    case 'packet_out':
      return printPacketOut(message, verbosity);
    case 'flow_mod':
      return printFlowMod(message);
    case 'flow_removed':
      return printFlowRemoved(message);
    case 'port_status':
      return printPortStatus(message, version);
    case 'port_mod':
      return printPortMod(message, version);
    case 'group_mod':
      return printGroupMod(message, version);
    case 'meter_mod':
      return printMeterMod(message);
    case 'table_mod':
      return printTableMod(message, version);
    case 'table_status':
      return printTableStatus(message);
    case 'role_request':
    case 'role_reply':
      return printRole(message);
    case 'role_status':
      return printRoleStatus(message);
    case 'get_async_reply':
    case 'set_async':
      return printAsync(message);
    case 'bundle_control':
      return printBundleControl(message);
    case 'requestforward':
      return printForward(message.message, version);
    case 'set_flow_format':
      return ` format=${FLOW_FORMATS[message.format] ?? '(unknown)'}`;
    case 'set_packet_in_format':
      return ` format=${PACKET_IN_FORMATS[message.format]}`;
    case 'flow_mod_table_id':
      return ` ${message.set === 0 ? 'disable' : 'enable'}`;
    case 'set_controller_id':
      return ` id=${message.controller_id}`;
    case 'flow_monitor_cancel':
      return ` id=${message.id}`;
    case 'tlv_table_mod':
      return printTlvMod(message);
    case 'tlv_table_reply':
      return printTlvReply(message);
    case 'ct_flush_zone':
      return ` zone_id=${message.zone_id}`;
    case 'ct_flush':
      return printCtFlush(message);
    case 'flow_monitor_request':
      return printMonitorRequest(message, raw.envelope === 'NXST');
    case 'flow_monitor_reply':
      return printMonitorReply(message);
    default:
      return undefined;
  }
}

function printForward(message: Message, version: number): string {
  if (message.type === 'group_mod') return ` reason=group_mod${printGroupMod(message, version)}`;
  return message.type === 'meter_mod' ? ` reason=meter_mod${printMeterMod(message)}` : '';
}

function printDesc(message: Extract<Message, { type: 'desc_reply' }>): string {
  const { mfr_desc, hw_desc, sw_desc, serial_num, dp_desc } = message;
  return `\nManufacturer: ${mfr_desc}\nHardware: ${hw_desc}\nSoftware: ${sw_desc}\nSerial Num: ${serial_num}\nDP Description: ${dp_desc}\n`;
}

function printStats(message: Message, { verbosity }: PrintContext): string | undefined {
  const { version } = message;
  switch (message.type) {
    case 'desc_reply':
      return printDesc(message);
    case 'flow_stats_request':
    case 'aggregate_request':
      return printFlowStatsRequest(message);
    case 'flow_stats_reply':
      return message.flows.map((flow) => `\n ${formatFlowStats(flow)}`).join('');
    case 'aggregate_reply':
      return ` packet_count=${message.packet_count} byte_count=${message.byte_count} flow_count=${message.flow_count}`;
    case 'table_stats_reply':
      return printTableStats(message.tables, version);
    case 'table_features_request':
    case 'table_features_reply':
      return printTableFeatures(message.tables, version);
    case 'table_desc_reply':
      return message.tables.map(printTableDesc).join('');
    case 'port_stats_request':
      return ` port_no=${formatPort(message.port_no)}`;
    case 'port_stats_reply': {
      const head = ` ${message.ports.length} ports\n`;
      return verbosity < 1 ? head : head + message.ports.map(printPortStats).join('');
    }
    case 'port_desc_request':
      return ` port=${formatPort(message.port_no)}`;
    case 'port_desc_reply':
      return `\n${printPorts(message.ports, version)}`;
    case 'queue_stats_request':
      return ` port=${formatPort(message.port_no)} queue=${formatQueue(message.queue_id)}`;
    case 'queue_stats_reply': {
      const head = ` ${message.queues.length} queues\n`;
      return verbosity < 1 ? head : head + message.queues.map(printQueueStats).join('');
    }
    case 'queue_get_config_request':
    case 'queue_desc_request':
      return ` port=${formatPort(message.port_no)}${message.queue_id === undefined || message.queue_id === 0xffffffff ? '' : ` queue=${message.queue_id}`}`;
    case 'queue_get_config_reply':
    case 'queue_desc_reply':
      return printQueues(message);
    default:
      return printGroupsAndMeters(message);
  }
}

function printGroupsAndMeters(message: Message): string | undefined {
  const { version } = message;
  switch (message.type) {
    case 'group_stats_request':
    case 'group_desc_request':
      return ` group_id=${formatGroupId(message.group_id)}`;
    case 'group_stats_reply':
      return message.groups.map((group) => `\n ${printGroupStats(group)}`).join('');
    case 'group_desc_reply':
      return message.groups.map((group) => `\n ${formatGroup(group, version)}`).join('');
    case 'group_features_reply':
      return printGroupFeatures(message, version);
    case 'meter_stats_request':
    case 'meter_config_request':
      return ` ${formatMeterId(message.meter_id)}`;
    case 'meter_stats_reply':
      return message.meters.map((meter) => `\n${printMeterStats(meter)}`).join('');
    case 'meter_config_reply':
      return message.meters.map((meter) => `\n${formatMeter(meter)}`).join('');
    case 'meter_features_reply':
      return printMeterFeatures(message);
    case 'ipfix_bridge_reply':
      return `\n${message.stats.map((stats) => printIpfix(stats, true)).join('')}`;
    case 'ipfix_flow_reply':
      return ` ${message.stats.length} ids\n${message.stats.map((stats) => printIpfix(stats, false)).join('')}`;
    default:
      return undefined;
  }
}

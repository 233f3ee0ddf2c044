import type { FlowMod, PacketOut } from '../model/flow.ts';
import type { AsyncConfig } from './async.ts';
import type { Echo, ErrorMessage, Hello, SwitchConfig, UnknownMessage } from './basic.ts';
import type { FlowRemoved } from './flow-removed.ts';
import type { AggregateReply, FlowStatsReply, FlowStatsRequest } from './flow-stats.ts';
import type {
  GroupDescReply,
  GroupDescRequest,
  GroupFeaturesReply,
  GroupMod,
  GroupStatsReply,
  GroupStatsRequest,
} from './group.ts';
import type { MeterConfigReply, MeterFeaturesReply, MeterMod, MeterRequest, MeterStatsReply } from './meter.ts';
import type { FlowMonitorReply, FlowMonitorRequest } from './monitor.ts';
import type {
  CtFlush,
  CtFlushZone,
  FlowModTableId,
  FlowMonitorCancel,
  SetControllerId,
  SetFormat,
  TlvTableMod,
  TlvTableReply,
} from './nicira-messages.ts';
import type { PacketIn, Resume } from './packet.ts';
import type {
  FeaturesReply,
  PortDescReply,
  PortDescRequest,
  PortMod,
  PortStatsReply,
  PortStatsRequest,
  PortStatus,
} from './port.ts';
import type {
  QueueConfigReply,
  QueueConfigRequest,
  QueueStatsReply,
  QueueStatsRequest,
  RoleMessage,
  RoleStatus,
} from './queue-role.ts';
import type {
  DescReply,
  IpfixReply,
  TableDescReply,
  TableFeaturesMessage,
  TableMod,
  TableStatsReply,
  TableStatus,
} from './table.ts';

/** Messages that are only their header. */
export interface PlainMessage {
  readonly type:
    | 'features_request'
    | 'get_config_request'
    | 'barrier_request'
    | 'barrier_reply'
    | 'get_async_request'
    | 'desc_request'
    | 'table_stats_request'
    | 'group_features_request'
    | 'meter_features_request'
    | 'table_desc_request'
    | 'flow_age'
    | 'flow_monitor_paused'
    | 'flow_monitor_resumed'
    | 'tlv_table_request'
    | 'ipfix_bridge_request'
    | 'ipfix_flow_request';
}

/** OFPT_BUNDLE_CONTROL, and ONFT_BUNDLE_CONTROL for OpenFlow 1.3. */
export interface BundleControl {
  readonly type: 'bundle_control';
  readonly bundle_id: number;
  readonly control:
    | 'open_request'
    | 'open_reply'
    | 'close_request'
    | 'close_reply'
    | 'commit_request'
    | 'commit_reply'
    | 'discard_request'
    | 'discard_reply';
  readonly atomic?: boolean;
  readonly ordered?: boolean;
  readonly properties?: Uint8Array;
}

/** OFPT_BUNDLE_ADD_MESSAGE: a message for a bundle; it has the same xid and version as the message around it. */
export interface BundleAdd {
  readonly type: 'bundle_add';
  readonly bundle_id: number;
  readonly atomic?: boolean;
  readonly ordered?: boolean;
  readonly message: Message;
  readonly properties?: Uint8Array;
}

/** OFPT_REQUESTFORWARD: another controller's group or meter mod. */
export interface RequestForward {
  readonly type: 'requestforward';
  readonly message: Message;
}

/** What a message says, by its type. */
export type Body =
  | PlainMessage
  | Hello
  | ErrorMessage
  | Echo
  | SwitchConfig
  | FeaturesReply
  | PacketIn
  | Resume
  | PacketOut
  | FlowMod
  | FlowRemoved
  | PortStatus
  | PortMod
  | GroupMod
  | MeterMod
  | TableMod
  | TableStatus
  | RoleMessage
  | RoleStatus
  | AsyncConfig
  | BundleControl
  | BundleAdd
  | RequestForward
  | FlowStatsRequest
  | FlowStatsReply
  | AggregateReply
  | DescReply
  | TableStatsReply
  | TableFeaturesMessage
  | TableDescReply
  | PortStatsRequest
  | PortStatsReply
  | PortDescRequest
  | PortDescReply
  | QueueStatsRequest
  | QueueStatsReply
  | QueueConfigRequest
  | QueueConfigReply
  | GroupStatsRequest
  | GroupStatsReply
  | GroupDescRequest
  | GroupDescReply
  | GroupFeaturesReply
  | MeterRequest
  | MeterStatsReply
  | MeterConfigReply
  | MeterFeaturesReply
  | FlowMonitorRequest
  | FlowMonitorReply
  | FlowMonitorCancel
  | SetFormat
  | FlowModTableId
  | SetControllerId
  | TlvTableMod
  | TlvTableReply
  | CtFlushZone
  | CtFlush
  | IpfixReply
  | UnknownMessage;

/** A message: what it says, with its header. */
export type Message = Body & {
  /** OpenFlow's version byte: 1 is OpenFlow 1.0, 4 is 1.3, 6 is 1.5. */
  readonly version: number;
  /** Transaction id: a reply has its request's. */
  readonly xid: number;
  /** The wire message's name, e.g. `NXT_FLOW_MOD`; left out, the version's usual one for the type. */
  readonly name?: string;
  /** A multipart message that is not the last of its reply or request. */
  readonly more?: boolean;
};

/**
 * OpenFlow 1.3, 1.4 and 1.5 with Nicira's extensions, as Open vSwitch speaks them: one model of plain readonly data for every
 * version, codecs, ovs-ofctl's text both ways, and the flow-table reconciler. Runs anywhere; the connection, which needs
 * sockets, is `@ovnkube/openflow/connection`.
 */

export { actionBytes } from './actions/action-bytes.ts';
export * as codec from './codec.ts';
export { type OfpErrorCode, type OfpErrorName, ofpErrorCode, ofpErrorName } from './errors/ofp-error.ts';
export {
  FIELDS,
  type Field,
  type FieldAlias,
  type FieldFormat,
  type FieldName,
  fieldNamed,
  findField,
  type Prerequisite,
  type WireForm,
} from './field/field.ts';
export { canonicalMatch } from './match/canonical-match.ts';
export { type DecodeOptions, decodeMessage, encodeFlowMod, encodeMessage } from './messages/codec.ts';
export type { Message } from './messages/message.ts';
export type { TlvMap, TlvTableMod } from './messages/nicira-messages.ts';
export type {
  Action,
  Bundle,
  CheckPktLarger,
  Clone,
  Conjunction,
  Controller,
  Decap,
  DecTtlControllers,
  DeleteField,
  EmptyApplyActions,
  Encap,
  EncapProperty,
  Enqueue,
  FinTimeout,
  GotoTable,
  Group,
  HashFields,
  Load,
  MeterAction,
  Move,
  Multipath,
  Note,
  Output,
  OutputField,
  OutputTruncated,
  PacketInReason,
  Plain,
  Pop,
  Push,
  PushPop,
  Resubmit,
  Sample,
  SetEthernet,
  SetField,
  SetHeader,
  SetQueue,
  SetTunnel,
  SetVlan,
  UnknownAction,
  WireVariant,
  WriteActions,
  WriteMetadata,
} from './model/action.ts';
export type { ConntrackAction, ConntrackClear, Nat } from './model/conntrack-action.ts';
export type { Flow, FlowFlags, FlowMod, FlowModCommand, PacketOut } from './model/flow.ts';
export type { Learn, LearnSource, LearnSpec } from './model/learn-action.ts';
export type { FieldValue, Match, MatchField, Subfield, UnknownMatchField } from './model/match.ts';
export { LAST_PORT, Port, portFrom16, portTo16 } from './model/port.ts';
export { isOpenFlowError, OpenFlowError, type OpenFlowErrorCode, type OpenFlowErrorDetails } from './openflow-error.ts';
export * as nxm from './oxm/nxm-text.ts';
export { type FormatOptions, formatMessage } from './print/format-message.ts';
export { chooseProtocol, encodeParsedFlow } from './text/flow-protocol.ts';
export { formatAction, formatActions } from './text/format-actions.ts';
export { DEFAULT_PRIORITY, formatMatch } from './text/format-match.ts';
export { parseActions } from './text/parse-actions.ts';
export { type FlowFilter, type ParsedFlow, parseFlowFilter, parseFlowMod, parseMatch } from './text/parse-flow.ts';
export { type ParsedGroup, parseGroupMod } from './text/parse-group.ts';
export { parseMeterMod } from './text/parse-meter.ts';
export { parseTlvTableMod } from './text/parse-tlv.ts';
export { formatProtocols, protocolNamed, protocolVersion } from './text/protocol.ts';

import type { FieldName } from '../field/field.ts';
import type { ConntrackAction, ConntrackClear, Nat } from './conntrack-action.ts';
import type { Learn } from './learn-action.ts';
import type { FieldValue, Subfield } from './match.ts';

/** Why a packet went to the controller. */
export type PacketInReason =
  | 'no_match'
  | 'action'
  | 'invalid_ttl'
  | 'action_set'
  | 'group'
  | 'packet_out'
  | 'explicit_miss'
  | 'implicit_miss';

/**
 * Several wire actions may mean the same. `form` names the one that was decoded where it is not the one that Open vSwitch
 * itself writes in that version (e.g. `NXAST_RESUBMIT_TABLE` for a resubmit that needs no table): with it, encoding gives
 * the very bytes back. Leave it out when you make actions; `canonicalActions` takes it away.
 */
export interface WireVariant {
  readonly form?: string;
}

/** Send to a port. `max_len` (bytes) counts only for the port CONTROLLER. */
export interface Output extends WireVariant {
  readonly type: 'output';
  /** 32-bit OpenFlow 1.1+ number: `Port.LOCAL` and the like for reserved ones. */
  readonly port: number;
  readonly max_len?: number;
}

/** Send to the port whose number is in a field: `output:NXM_NX_REG0[]`. */
export interface OutputField extends WireVariant {
  readonly type: 'output_reg';
  readonly src: Subfield;
  readonly max_len?: number;
}

/** `output(port=1,max_len=100)`: truncate the packet, then send. */
export interface OutputTruncated extends WireVariant {
  readonly type: 'output_trunc';
  readonly port: number;
  readonly max_len: number;
}

export interface Group extends WireVariant {
  readonly type: 'group';
  readonly group_id: number;
}

/** `controller(...)`: a packet-in with a reason, a controller id, user data; `pause` makes it resumable. */
export interface Controller extends WireVariant {
  readonly type: 'controller';
  /** Bytes of the packet to send; default 65535. */
  readonly max_len?: number;
  /** Default 0. */
  readonly controller_id?: number;
  /** Default `action`. */
  readonly reason?: PacketInReason;
  readonly userdata?: Uint8Array;
  readonly pause?: boolean;
  readonly meter_id?: number;
}

export interface Enqueue extends WireVariant {
  readonly type: 'enqueue';
  readonly port: number;
  readonly queue: number;
}

/** The flow fields that `bundle` and `multipath` hash. */
export type HashFields =
  | 'eth_src'
  | 'symmetric_l4'
  | 'symmetric_l3l4'
  | 'symmetric_l3l4+udp'
  | 'symmetric_l3'
  | 'nw_src'
  | 'nw_dst';

/** `bundle(fields,basis,algorithm,ofport,members:...)`, and `bundle_load` where `dst` is given. */
export interface Bundle extends WireVariant {
  readonly type: 'bundle';
  readonly fields: HashFields;
  readonly basis: number;
  readonly algorithm: 'active_backup' | 'hrw';
  readonly members: readonly number[];
  readonly dst?: Subfield;
}

/** `multipath(fields,basis,algorithm,n_links,arg,dst)`. */
export interface Multipath extends WireVariant {
  readonly type: 'multipath';
  readonly fields: HashFields;
  readonly basis: number;
  readonly algorithm: 'modulo_n' | 'hash_threshold' | 'hrw' | 'iter_hash';
  readonly n_links: number;
  readonly arg: number;
  readonly dst: Subfield;
}

/** `set_field:VALUE[/MASK]->FIELD`. */
export interface SetField extends WireVariant {
  readonly type: 'set_field';
  readonly field: FieldName;
  readonly value: FieldValue;
  readonly mask?: FieldValue;
  /** `tun_metadataN` only: bytes on the wire. */
  readonly bytes?: number;
}

/** `load:VALUE->DST`. What is wider than 64 bits goes out as several, save in OpenFlow 1.5. */
export interface Load extends WireVariant {
  readonly type: 'load';
  readonly dst: Subfield;
  readonly value: bigint;
}

/** `move:SRC->DST`. */
export interface Move extends WireVariant {
  readonly type: 'move';
  readonly src: Subfield;
  readonly dst: Subfield;
}

/** `push:SRC` and `pop:DST`, the stack of Nicira's extension. */
export interface Push extends WireVariant {
  readonly type: 'push';
  readonly src: Subfield;
}
export interface Pop extends WireVariant {
  readonly type: 'pop';
  readonly dst: Subfield;
}

/** `mod_nw_src` and its like: actions on one header field, with the number to write. */
export interface SetHeader extends WireVariant {
  readonly type:
    | 'mod_nw_src'
    | 'mod_nw_dst'
    | 'mod_nw_tos'
    | 'mod_nw_ecn'
    | 'mod_nw_ttl'
    | 'mod_tp_src'
    | 'mod_tp_dst'
    | 'set_mpls_label'
    | 'set_mpls_tc'
    | 'set_mpls_ttl';
  readonly value: number;
  /** `mod_tp_src` and `mod_tp_dst`: which protocol's port it is, from the flow's match; from OpenFlow 1.2 on it chooses the field to set. */
  readonly ip_proto?: number;
}
export interface SetVlan extends WireVariant {
  readonly type: 'set_vlan_vid' | 'set_vlan_pcp';
  readonly value: number;
  /** Push a VLAN header where there is none: OpenFlow 1.0's `mod_vlan_vid` and `mod_vlan_pcp`. */
  readonly push_vlan_if_needed?: boolean;
  /** The flow's match says that there is a VLAN header. */
  readonly flow_has_vlan?: boolean;
}
export interface SetEthernet extends WireVariant {
  readonly type: 'mod_dl_src' | 'mod_dl_dst';
  readonly value: bigint;
}

/** `push_vlan`, `push_mpls`, `pop_mpls`: the Ethernet type that the packet has afterwards. */
export interface PushPop extends WireVariant {
  readonly type: 'push_vlan' | 'push_mpls' | 'pop_mpls';
  readonly ethertype: number;
}

/** Actions without arguments. `dec_ttl` is the form without controller ids. */
export interface Plain extends WireVariant {
  readonly type:
    | 'pop_vlan'
    | 'strip_vlan'
    | 'dec_ttl'
    | 'dec_mpls_ttl'
    | 'dec_nsh_ttl'
    | 'pop_queue'
    | 'exit'
    | 'clear_actions'
    | 'debug_recirc'
    | 'debug_slow';
}

/** `dec_ttl(id,...)`: the controllers to tell of an exceeded TTL. */
export interface DecTtlControllers extends WireVariant {
  readonly type: 'dec_ttl_cnt_ids';
  readonly ids: readonly number[];
}

/** `set_tunnel`, `set_tunnel64`. */
export interface SetTunnel extends WireVariant {
  readonly type: 'set_tunnel' | 'set_tunnel64';
  readonly tun_id: bigint;
}

export interface SetQueue extends WireVariant {
  readonly type: 'set_queue';
  readonly queue: number;
}

export interface FinTimeout extends WireVariant {
  readonly type: 'fin_timeout';
  readonly idle_timeout: number;
  readonly hard_timeout: number;
}

/** `resubmit(port,table[,ct])`. Left-out `in_port` and `table` keep what they are. */
export interface Resubmit extends WireVariant {
  readonly type: 'resubmit';
  readonly in_port?: number;
  readonly table?: number;
  readonly ct?: boolean;
}

export interface Conjunction extends WireVariant {
  readonly type: 'conjunction';
  readonly id: number;
  /** Which dimension this flow is of, from 1. */
  readonly clause: number;
  readonly n_clauses: number;
}

export interface Note extends WireVariant {
  readonly type: 'note';
  readonly data: Uint8Array;
}

export interface Sample extends WireVariant {
  readonly type: 'sample';
  readonly probability: number;
  readonly collector_set_id: number;
  readonly obs_domain_id: number;
  readonly obs_point_id: number;
  /** The field that the observation point comes from at run time, in place of `obs_point_id`: Open vSwitch 3.4 and later. */
  readonly obs_point_src?: Subfield;
  readonly sampling_port?: number;
  readonly direction?: 'ingress' | 'egress';
}

export interface CheckPktLarger extends WireVariant {
  readonly type: 'check_pkt_larger';
  readonly pkt_len: number;
  readonly dst: Subfield;
}

export interface DeleteField extends WireVariant {
  readonly type: 'delete_field';
  readonly field: FieldName;
}

/** A property of `encap`: the class and type of NSH's metadata TLVs, or the MD type. */
export type EncapProperty =
  | { readonly name: 'md_type'; readonly value: number }
  | { readonly name: 'tlv'; readonly tlv_class: number; readonly tlv_type: number; readonly data: Uint8Array };

/** `encap(HEADER)`; `packet_type` is namespace << 16 | type. */
export interface Encap extends WireVariant {
  readonly type: 'encap';
  readonly packet_type: number;
  readonly header_size?: number;
  readonly properties?: readonly EncapProperty[];
}

/** `decap` and `decap(packet_type(ns=…,type=…))`. */
export interface Decap extends WireVariant {
  readonly type: 'decap';
  readonly packet_type?: number;
}

export interface Clone extends WireVariant {
  readonly type: 'clone';
  readonly actions: readonly Action[];
}

/** Instructions of OpenFlow 1.1+, in the list of actions as in flow text. */
export interface WriteMetadata extends WireVariant {
  readonly type: 'write_metadata';
  readonly metadata: bigint;
  readonly mask?: bigint;
}
export interface MeterAction extends WireVariant {
  readonly type: 'meter';
  readonly meter_id: number;
}
export interface GotoTable extends WireVariant {
  readonly type: 'goto_table';
  readonly table: number;
}
export interface WriteActions extends WireVariant {
  readonly type: 'write_actions';
  readonly actions: readonly Action[];
}
/** Only where an Apply-Actions instruction was empty on the wire; else its actions stand in the list themselves. */
export interface EmptyApplyActions extends WireVariant {
  readonly type: 'apply_actions';
}

/** An action or instruction that is not known, as it came, header included. */
export interface UnknownAction {
  readonly type: 'unknown';
  readonly instruction?: boolean;
  readonly raw: Uint8Array;
}

/** An action or, as in flow text, an instruction. The names are those of ovs-actions(7). */
export type Action =
  | Output
  | OutputField
  | OutputTruncated
  | Group
  | Controller
  | Enqueue
  | Bundle
  | Multipath
  | SetField
  | Load
  | Move
  | Push
  | Pop
  | SetHeader
  | SetVlan
  | SetEthernet
  | PushPop
  | Plain
  | DecTtlControllers
  | SetTunnel
  | SetQueue
  | FinTimeout
  | Resubmit
  | Conjunction
  | Note
  | Sample
  | CheckPktLarger
  | DeleteField
  | Encap
  | Decap
  | Clone
  | Learn
  | ConntrackAction
  | ConntrackClear
  | Nat
  | WriteMetadata
  | MeterAction
  | GotoTable
  | WriteActions
  | EmptyApplyActions
  | UnknownAction;

import type { Action } from './action.ts';
import type { Match } from './match.ts';

/** What a flow mod does; `_strict` means priority and match must be equal. */
export type FlowModCommand = 'add' | 'modify' | 'modify_strict' | 'delete' | 'delete_strict';

/** A flow of a table, as one wants it there. */
export interface Flow {
  readonly table: number;
  /** 0 to 65535; ovs-ofctl's default is 32768. */
  readonly priority: number;
  readonly match: Match;
  readonly actions: readonly Action[];
  readonly cookie?: bigint;
  /** Seconds; 0 or left out: never. */
  readonly idle_timeout?: number;
  readonly hard_timeout?: number;
  readonly importance?: number;
  readonly flags?: FlowFlags;
}

/** Flags of a flow; left-out ones are off. */
export interface FlowFlags {
  readonly send_flow_rem?: boolean;
  readonly check_overlap?: boolean;
  readonly reset_counts?: boolean;
  readonly no_packet_counts?: boolean;
  readonly no_byte_counts?: boolean;
}

/** OFPT_FLOW_MOD. */
export interface FlowMod extends Omit<Flow, 'table' | 'cookie'> {
  readonly type: 'flow_mod';
  readonly command: FlowModCommand;
  /** Left out: the switch chooses, or for deletes every table (wire value 0xff). */
  readonly table?: number;
  /** The cookie of a new flow. */
  readonly cookie?: bigint;
  /** Restricts a modify or delete to flows with these cookie bits. */
  readonly cookie_match?: { readonly cookie: bigint; readonly mask: bigint };
  readonly buffer_id?: number;
  /** Restricts a delete. */
  readonly out_port?: number;
  readonly out_group?: number;
}

/** OFPT_PACKET_OUT. Before OpenFlow 1.5 the match can only hold `in_port`. */
export interface PacketOut {
  readonly type: 'packet_out';
  readonly in_port: number;
  /** OpenFlow 1.5: other metadata fields than the port. */
  readonly match?: Match;
  readonly actions: readonly Action[];
  readonly buffer_id?: number;
  readonly data: Uint8Array;
}

import type { Action, WireVariant } from './action.ts';
import type { Subfield } from './match.ts';

/** `nat`, `nat(src=…)`, `nat(dst=…)` inside a `ct` action. Without `direction` it undoes what the connection's NAT is. */
export interface Nat extends WireVariant {
  readonly type: 'nat';
  readonly direction?: 'src' | 'dst';
  readonly persistent?: boolean;
  readonly hash?: boolean;
  readonly random?: boolean;
  /** A range of addresses; `max` left out is a single one. IPv4 as a number, IPv6 as a bigint. */
  readonly ipv4?: { readonly min: number; readonly max?: number };
  readonly ipv6?: { readonly min: bigint; readonly max?: bigint };
  readonly ports?: { readonly min: number; readonly max?: number };
}

/** `ct(commit,table=…,zone=…,nat(…),exec(…),alg=…)`. */
export interface ConntrackAction extends WireVariant {
  readonly type: 'ct';
  readonly commit?: boolean;
  readonly force?: boolean;
  /** A number, or the field that holds the zone. Default 0. */
  readonly zone?: number | Subfield;
  /** Where the packet goes on after tracking; left out, it does not. */
  readonly table?: number;
  /** The `nat(…)` argument; it comes before `exec` on the wire. */
  readonly nat?: Nat;
  /** What runs on the connection: `set_field`, `load`, `move` to ct_mark and ct_label. */
  readonly exec?: readonly Action[];
  /** The application's control port: 21 is ftp, 69 is tftp. */
  readonly alg?: number;
}

/** `ct_clear`. */
export interface ConntrackClear extends WireVariant {
  readonly type: 'ct_clear';
}

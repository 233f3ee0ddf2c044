import type { WireVariant } from './action.ts';
import type { Subfield } from './match.ts';

/** A field of the packet, or an immediate value as wide as the destination. */
export type LearnSource = Subfield | { readonly immediate: bigint; readonly width: number };

/** One argument of `learn` that says what the new flow matches or does. */
export type LearnSpec =
  | { readonly kind: 'match'; readonly src: LearnSource; readonly dst: Subfield }
  | { readonly kind: 'load'; readonly src: LearnSource; readonly dst: Subfield }
  | { readonly kind: 'output'; readonly src: LearnSource };

/** `learn(table=…,…)`: the packet adds or changes a flow. Left-out numbers are 0, `table` is 1 and `priority` 32768. */
export interface Learn extends WireVariant {
  readonly type: 'learn';
  readonly table?: number;
  readonly priority?: number;
  readonly cookie?: bigint;
  readonly idle_timeout?: number;
  readonly hard_timeout?: number;
  readonly fin_idle_timeout?: number;
  readonly fin_hard_timeout?: number;
  readonly send_flow_rem?: boolean;
  readonly delete_learned?: boolean;
  /** At most so many flows with this cookie and table; 0 or left out: no limit. */
  readonly limit?: number;
  /** A bit that says whether the flow could be learned. */
  readonly result_dst?: Subfield;
  readonly specs: readonly LearnSpec[];
}

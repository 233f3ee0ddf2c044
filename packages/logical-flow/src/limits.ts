/** What bounds the work on one expression or action list. Every limit that is hit gives a LogicalFlowError `limit`. */
export interface Limits {
  /** Length of a match or actions text, in characters. */
  readonly textLength: number;
  /** Constants of one expression, address sets and port groups expanded. */
  readonly constants: number;
  /** Comparisons that exist at one time while an expression is normalised. */
  readonly comparisons: number;
  /** OpenFlow matches of one expression. */
  readonly matches: number;
  /** Actions of one list, nested ones included. */
  readonly actions: number;
}

/** Far above what northd makes (a load balancer with 1,000 backends is 30 kB), far below a second of CPU. */
export const DEFAULT_LIMITS: Limits = {
  textLength: 2_000_000,
  constants: 200_000,
  comparisons: 400_000,
  matches: 200_000,
  actions: 20_000,
};

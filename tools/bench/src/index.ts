/** Workloads, and ratios against the real programs in one run. */
export const name = '@ovnkube/bench';

import type { FieldProblem } from './field.ts';

/** A policy that was not understood in every field. What it does not say clearly it does not allow. */
export interface PolicyProblem {
  /** For example `NetworkPolicy`. */
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly problems: readonly FieldProblem[];
}

import { LogicalFlowError } from '../error.ts';
import type { Limits } from '../limits.ts';
import type { Member } from './expression.ts';

/** What one normalisation may still use, and what it learnt about references. */
export class Budget {
  private readonly limits: Limits;
  private comparisons: number;
  /** Sets (`$a`, `@p`) of which some member was changed, merged or dropped: their changes need the whole expression again. */
  readonly entangled = new Set<string>();

  constructor(limits: Limits) {
    this.limits = limits;
    this.comparisons = limits.comparisons;
  }

  /** Uses up `comparisons`. */
  spend(comparisons: number): void {
    this.comparisons -= comparisons;
    if (this.comparisons < 0) {
      throw new LogicalFlowError(
        'limit',
        `The expression needs more than ${this.limits.comparisons} comparisons in normal form: its ANDs of ORs multiply.`,
      );
    }
  }

  /** Notes that a member of a set does not stand for itself any more. */
  entangle(member: Member | undefined): void {
    if (member !== undefined) this.entangled.add(member.set);
  }
}

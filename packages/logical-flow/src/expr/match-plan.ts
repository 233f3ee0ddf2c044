import type { SymbolLookup } from '../field-reference.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { annotate } from './annotate.ts';
import { resolveConditions } from './conditions.ts';
import { type Comparison, combine, type Expression, isComparison, isJunction, type Member } from './expression.ts';
import { type Conjunct, conjuncts, type ExpressionMatch, MatchCollector, type MatchContext } from './matches.ts';
import { normalizeWithReferences } from './normalize.ts';
import { type ParseContext, parseExpression } from './parse.ts';
import { memberConstant } from './reference-sets.ts';
import { simplify } from './simplify.ts';

/** Everything that the matches of an expression depend on beside its text. */
export interface MatchPlanContext extends ParseContext, MatchContext {
  readonly symbols: SymbolLookup;
  readonly isChassisResident: (port: string) => boolean;
  readonly limits?: Limits;
}

/** How the matches of an expression change with a set. */
export interface MatchChange {
  readonly added: readonly ExpressionMatch[];
  readonly removed: readonly ExpressionMatch[];
  /** The expression was compiled anew: the change was not one of members that stand for themselves. */
  readonly recompiled: boolean;
}

/** Members that came to or went from `$name` or `@name`. */
export interface SetChange {
  /** With its sigil, as {@link MatchPlan.references} has it. */
  readonly set: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

interface SetUse {
  readonly conjunct: Conjunct;
  readonly dimension: number;
  readonly sample: Comparison & { readonly member: Member };
  /** Values in the dimension, changed as members come and go. */
  readonly terms: Map<string, Comparison>;
}

function termKey(comparison: Comparison): string {
  return comparison.kind === 'string' ? comparison.text : `${comparison.value}/${comparison.mask}`;
}

/** Sets whose members are tested otherwise than for equality. */
function negatedSets(expression: Expression, sets: Set<string>): void {
  if (isJunction(expression)) for (const term of expression.terms) negatedSets(term, sets);
  else if (isComparison(expression) && expression.member !== undefined && expression.operator !== '==') {
    sets.add(expression.member.set);
  }
}

/** The comparison that another member of the set of `sample` becomes; undefined: no valid member. */
function memberComparison(sample: SetUse['sample'], text: string): Comparison | undefined {
  if (sample.kind === 'string') return { ...sample, text };
  const constant = memberConstant(text);
  if (constant === undefined) return undefined;
  const ones = (1n << BigInt(sample.member.width)) - 1n;
  const shift = BigInt(sample.member.offset);
  const value = (constant.value & ones) << shift;
  const mask = ((constant.mask ?? ones) & ones) << shift;
  return { ...sample, value, mask };
}

function hasMember(comparison: Comparison): comparison is SetUse['sample'] {
  return comparison.member !== undefined;
}

/**
 * A match compiled so that its address sets and port groups stay references: when members come or go, it says which OpenFlow
 * matches do, and compiles the expression again only where members do not stand for themselves (a negated set, a set that is
 * ANDed with another test of the same field, a set that becomes empty or a single member).
 */
export class MatchPlan {
  /** Sets that were looked up, as `$name` and `@name`, whether they exist or not. */
  references: ReadonlySet<string> = new Set();
  private readonly text: string;
  private readonly required: Expression | undefined;
  private readonly context: MatchPlanContext;
  private collector: MatchCollector;
  private entangled: ReadonlySet<string> = new Set();
  private uses: readonly SetUse[] = [];

  /** `required` is ANDed to the match: the prerequisites of the flow's actions. */
  constructor(text: string, required: Expression | undefined, context: MatchPlanContext) {
    this.text = text;
    this.required = required;
    this.context = context;
    this.collector = this.compile();
  }

  /** The matches as they are now. */
  matches(): ExpressionMatch[] {
    return this.collector.result();
  }

  get conjunctionCount(): number {
    return this.collector.conjunctionCount;
  }

  private compile(): MatchCollector {
    const { context } = this;
    const references = new Set<string>();
    const parsed = parseExpression(this.text, { ...context, referred: (name) => references.add(name) });
    const whole = this.required === undefined ? parsed : combine('and', [parsed, this.required]);
    const annotated = annotate(whole, context.symbols);
    const negated = new Set<string>();
    negatedSets(annotated, negated);
    const limits = context.limits ?? DEFAULT_LIMITS;
    const resolved = resolveConditions(simplify(annotated, limits), ({ port }) => context.isChassisResident(port));
    const { expression, entangled } = normalizeWithReferences(resolved, limits);
    const collector = new MatchCollector(context);
    const parts = conjuncts(expression);
    for (const part of parts) collector.add(part);
    this.references = references;
    this.entangled = new Set([...entangled, ...negated]);
    this.uses = parts.flatMap(setUses);
    return collector;
  }

  /**
   * Takes over a change of a set: the context's `addressSet` and `portGroup` must give the new members already.
   * Applying the changes of a set one after the other ends with the same matches as compiling with the last members.
   */
  update(change: SetChange): MatchChange {
    if (!this.references.has(change.set)) return { added: [], removed: [], recompiled: false };
    return this.updateMembers(change) ?? this.recompile();
  }

  private recompile(): MatchChange {
    const before = this.collector;
    this.collector = this.compile();
    const keys = new Set([...before.keys(), ...this.collector.keys()]);
    return { ...this.difference(keys, (key) => before.get(key)), recompiled: true };
  }

  private difference(
    keys: Iterable<string>,
    before: (key: string) => ExpressionMatch | undefined,
  ): { readonly added: ExpressionMatch[]; readonly removed: ExpressionMatch[] } {
    const added: ExpressionMatch[] = [];
    const removed: ExpressionMatch[] = [];
    for (const key of keys) {
      const [old, now] = [before(key), this.collector.get(key)];
      if (old !== undefined && now !== undefined && sameClauses(old, now)) continue;
      if (old !== undefined) removed.push(old);
      if (now !== undefined) added.push(now);
    }
    return { added, removed };
  }

  /** The change member by member, or undefined where that is not enough. Changes nothing in that case. */
  private updateMembers({ set, added, removed }: SetChange): MatchChange | undefined {
    const uses = this.uses.filter(({ sample }) => sample.member.set === set);
    if (uses.length === 0 || this.entangled.has(set)) return undefined;
    const steps: { readonly use: SetUse; readonly term: Comparison; readonly present: boolean }[] = [];
    for (const use of uses) {
      const gone = removed.map((text) => memberComparison(use.sample, text)).filter((term) => term !== undefined);
      const come = added.map((text) => memberComparison(use.sample, text)).filter((term) => term !== undefined);
      if (!standAlone(use, come, gone) || !this.staysKnown(use, come, gone)) return undefined;
      for (const term of gone) steps.push({ use, term, present: false });
      for (const term of come) steps.push({ use, term, present: true });
    }
    const before = new Map<string, ExpressionMatch | undefined>();
    for (const { use, term, present } of steps) {
      const key = this.collector.key(use.conjunct, term);
      if (key !== undefined && !before.has(key)) before.set(key, this.collector.get(key));
      this.collector.change(use.conjunct, use.dimension, term, present);
      if (present) use.terms.set(termKey(term), term);
      else use.terms.delete(termKey(term));
    }
    return { ...this.difference(before.keys(), (key) => before.get(key)), recompiled: false };
  }

  /** Whether some port of the dimension is known before and after: a dimension of unknown ports takes its AND with it. */
  private staysKnown({ sample, terms }: SetUse, come: readonly Comparison[], gone: readonly Comparison[]): boolean {
    if (sample.kind !== 'string') return true;
    const known = (term: Comparison) => term.kind === 'string' && this.context.lookupPort(term.text) !== undefined;
    const leaving = new Set(gone.map(termKey));
    const staying = [...terms.values()].filter((term) => !leaving.has(termKey(term)));
    return [...terms.values()].some(known) && [...staying, ...come].some(known);
  }
}

function setUses(conjunct: Conjunct): SetUse[] {
  return conjunct.dimensions.flatMap(({ terms }, dimension) => {
    const samples = new Map<string, SetUse['sample']>();
    for (const term of terms) if (hasMember(term)) samples.set(term.member.set, term);
    const byKey = new Map(terms.map((term) => [termKey(term), term]));
    return [...samples.values()].map((sample) => ({ conjunct, dimension, sample, terms: byKey }));
  });
}

function sameClauses(a: ExpressionMatch, b: ExpressionMatch): boolean {
  return (
    a.conjunctions.length === b.conjunctions.length &&
    a.conjunctions.every(({ id, clause }, index) => {
      const other = b.conjunctions[index];
      return other?.id === id && other.clause === clause;
    })
  );
}

/** Whether the terms can come and go one by one: none is there for another reason, and the dimension stays one of two or more. */
function standAlone({ terms, sample }: SetUse, come: readonly Comparison[], gone: readonly Comparison[]): boolean {
  if (gone.some((term) => terms.get(termKey(term))?.member?.set !== sample.member.set)) return false;
  const keys = new Set(come.map(termKey));
  const gonerKeys = new Set(gone.map(termKey));
  if (keys.size !== come.length || gonerKeys.size !== gone.length) return false;
  if ([...keys].some((key) => terms.has(key))) return false;
  return terms.size + come.length - gone.length >= 2 && terms.size >= 2;
}

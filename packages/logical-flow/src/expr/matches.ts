import { FIELDS, type FieldName, type FieldValue, fieldNamed, type Match, type MatchField } from '@ovnkube/openflow';
import { LogicalFlowError } from '../error.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { type Comparison, type Expression, isComparison, uniqueSymbol } from './expression.ts';

/** One dimension of a conjunctive match; `clause` counts from 1. */
export interface ConjunctionClause {
  readonly id: number;
  readonly clause: number;
  readonly n_clauses: number;
}

/** One OpenFlow match that an expression becomes. */
export interface ExpressionMatch {
  readonly match: Match;
  /** Not empty: the flow's actions are these `conjunction(id, clause/n_clauses)`, else the logical flow's own. */
  readonly conjunctions: readonly ConjunctionClause[];
  /** What the match says, with the places in the source that say it. */
  readonly terms: readonly Comparison[];
}

/** How names become numbers. */
export interface MatchContext {
  /** Tunnel key of a logical port or multicast group; undefined: not known here, so a comparison with it never holds. */
  readonly lookupPort: (name: string) => number | undefined;
  /** Added to the conjunction ids, which count from 1. */
  readonly conjunctionOffset?: number;
  readonly limits?: Limits;
}

/** Fields that Open vSwitch keeps as 32-bit registers: the first one's number, and how many. */
const registerParts = new Map<FieldName, readonly [first: number, count: number]>(
  FIELDS.flatMap(({ name }) => {
    const parts = /^(x{1,2})reg(\d+)$/.exec(name);
    const count = parts?.[1] === 'x' ? 2 : 4;
    return parts === null ? [] : [[name, [count * Number(parts[2]), count]] as const];
  }),
);

function registerName(number: number): FieldName {
  return `reg${number}` as FieldName;
}

function fieldValue(name: FieldName, value: bigint): FieldValue {
  return fieldNamed(name).big ? value : Number(value);
}

function matchField(field: FieldName, value: bigint, mask: bigint): MatchField {
  const ones = BigInt(fieldNamed(field).ones);
  return mask === ones
    ? { field, value: fieldValue(field, value) }
    : { field, value: fieldValue(field, value), mask: fieldValue(field, mask) };
}

/** Values and masks by OpenFlow field. */
class Constraints {
  private readonly fields = new Map<FieldName, { readonly value: bigint; readonly mask: bigint }>();

  copy(): Constraints {
    const copy = new Constraints();
    for (const [field, constraint] of this.fields) copy.fields.set(field, constraint);
    return copy;
  }

  /** False: contradicts what is there. */
  add(field: FieldName, value: bigint, mask: bigint): boolean {
    const known = this.fields.get(field);
    if (known === undefined) {
      this.fields.set(field, { value, mask });
      return true;
    }
    const common = known.mask & mask;
    if ((known.value & common) !== (value & common)) return false;
    this.fields.set(field, { value: known.value | value, mask: known.mask | mask });
    return true;
  }

  match(): Match {
    const fields: MatchField[] = [];
    for (const [field, { value, mask }] of this.fields) {
      const parts = registerParts.get(field);
      if (parts === undefined) {
        fields.push(matchField(field, value, mask));
        continue;
      }
      const [first, count] = parts;
      for (let part = 0; part < count; part++) {
        const shift = BigInt(32 * (count - 1 - part));
        const partMask = (mask >> shift) & 0xffffffffn;
        if (partMask !== 0n)
          fields.push(matchField(registerName(first + part), (value >> shift) & 0xffffffffn, partMask));
      }
    }
    return fields.sort((a, b) => fieldNamed(a.field).index - fieldNamed(b.field).index);
  }
}

/** Text that is the same for equal matches. */
export function matchKey(match: Match): string {
  let key = '';
  for (const field of match) {
    if (field.field === 'unknown') key += `${field.header}:${field.body.join('.')};`;
    else key += `${field.field}=${field.value}${field.mask === undefined ? '' : `/${field.mask}`};`;
  }
  return key;
}

/** An OR of comparisons of one symbol inside an AND. */
export interface Dimension {
  readonly terms: readonly Comparison[];
}

/** An AND taken apart: what every flow has, and the dimensions. */
export interface Conjunct {
  readonly comparisons: readonly Comparison[];
  readonly dimensions: readonly Dimension[];
}

function comparisonsOf(expression: Expression): Comparison[] {
  return expression.kind === 'or' ? expression.terms.filter(isComparison) : [];
}

/** The ANDs of a normal form. */
export function conjuncts(normal: Expression): Conjunct[] {
  switch (normal.kind) {
    case 'boolean':
      return normal.value ? [{ comparisons: [], dimensions: [] }] : [];
    case 'comparison':
    case 'string':
      return [{ comparisons: [normal], dimensions: [] }];
    case 'and':
      return [
        {
          comparisons: normal.terms.filter(isComparison),
          dimensions: normal.terms.filter((term) => term.kind === 'or').map((term) => ({ terms: comparisonsOf(term) })),
        },
      ];
    case 'or':
      if (uniqueSymbol(normal) !== undefined)
        return [{ comparisons: [], dimensions: [{ terms: comparisonsOf(normal) }] }];
      return normal.terms.flatMap(conjuncts);
    case 'condition':
      throw new LogicalFlowError('definition', 'Conditions must be resolved before an expression becomes matches.');
  }
}

interface Collected {
  readonly match: Match;
  readonly terms: readonly Comparison[];
  /** One for each time the match was made: the clause that it is of, or undefined for an unconditional match. */
  readonly uses: (ConjunctionClause | undefined)[];
}

function finished({ match, terms, uses }: Collected): ExpressionMatch {
  // An unconditional match makes its clauses superfluous.
  const clauses = uses.filter((use) => use !== undefined);
  return { match, terms, conjunctions: clauses.length === uses.length ? clauses : [] };
}

/** Collects matches; equal ones become one flow. Remembers why each is there, so that matches can be taken out again. */
export class MatchCollector {
  private readonly context: MatchContext;
  private readonly matches = new Map<string, Collected>();
  private conjunctionIds = 0;
  /** The conjunction id of each AND that has one. */
  private readonly idOf = new Map<Conjunct, number>();

  constructor(context: MatchContext) {
    this.context = context;
  }

  /** Adds the flows of one AND. */
  add(conjunct: Conjunct): void {
    const { comparisons, dimensions } = conjunct;
    const base = this.base(comparisons);
    if (base === undefined) return;
    if (dimensions.length < 2) {
      const [only] = dimensions;
      if (only === undefined) this.put(base, comparisons);
      else this.addDimension(base, comparisons, only);
      return;
    }
    this.conjunctionIds++;
    const id = this.conjunctionIds + (this.context.conjunctionOffset ?? 0);
    this.idOf.set(conjunct, id);
    for (const [index, dimension] of dimensions.entries()) {
      const clause = { id, clause: index + 1, n_clauses: dimensions.length };
      // A dimension of unknown ports only can never hold. The flows of the ones before it stay, as OVN leaves them.
      if (!this.addDimension(base, comparisons, dimension, clause)) return;
    }
    base.add('conj_id', BigInt(id), 0xffffffffn);
    this.put(base, comparisons);
  }

  /** The key of the match that a term of a dimension of an AND becomes. */
  key(conjunct: Conjunct, term: Comparison): string | undefined {
    const constraints = this.base(conjunct.comparisons);
    if (constraints === undefined || !this.constrain(constraints, term)) return undefined;
    return matchKey(constraints.match());
  }

  /** Adds or takes out one more term of a dimension of an AND that is there. */
  change(conjunct: Conjunct, dimension: number, term: Comparison, present: boolean): void {
    const constraints = this.base(conjunct.comparisons);
    if (constraints === undefined || !this.constrain(constraints, term)) return;
    const id = this.idOf.get(conjunct);
    const clause = id === undefined ? undefined : { id, clause: dimension + 1, n_clauses: conjunct.dimensions.length };
    const terms = [...conjunct.comparisons, term];
    if (present) this.put(constraints, terms, clause);
    else this.take(constraints, clause);
  }

  private base(comparisons: readonly Comparison[]): Constraints | undefined {
    const base = new Constraints();
    return comparisons.every((comparison) => this.constrain(base, comparison)) ? base : undefined;
  }

  /** Whether any term of the dimension could be added. */
  private addDimension(
    base: Constraints,
    comparisons: readonly Comparison[],
    { terms }: Dimension,
    clause?: ConjunctionClause,
  ): boolean {
    let any = false;
    for (const term of terms) {
      const constraints = base.copy();
      if (!this.constrain(constraints, term)) continue;
      this.put(constraints, [...comparisons, term], clause);
      any = true;
    }
    return any;
  }

  private constrain(constraints: Constraints, comparison: Comparison): boolean {
    const { field } = comparison.symbol;
    if (field === undefined) return false;
    if (comparison.kind === 'comparison') return constraints.add(field, comparison.value, comparison.mask);
    const key = this.context.lookupPort(comparison.text);
    return key !== undefined && constraints.add(field, BigInt(key), BigInt(fieldNamed(field).ones));
  }

  private put(constraints: Constraints, terms: readonly Comparison[], clause?: ConjunctionClause): void {
    const match = constraints.match();
    const key = matchKey(match);
    const known = this.matches.get(key);
    if (known !== undefined) {
      known.uses.push(clause);
      return;
    }
    const limit = (this.context.limits ?? DEFAULT_LIMITS).matches;
    if (this.matches.size >= limit) {
      throw new LogicalFlowError('limit', `The expression becomes more than ${limit} OpenFlow matches.`);
    }
    this.matches.set(key, { match, terms, uses: [clause] });
  }

  private take(constraints: Constraints, clause: ConjunctionClause | undefined): void {
    const key = matchKey(constraints.match());
    const known = this.matches.get(key);
    const index = known?.uses.findIndex((use) => use?.id === clause?.id && use?.clause === clause?.clause) ?? -1;
    if (known !== undefined && index >= 0) {
      known.uses.splice(index, 1);
      if (known.uses.length === 0) this.matches.delete(key);
    }
  }

  /** How many conjunction ids were used. */
  get conjunctionCount(): number {
    return this.conjunctionIds;
  }

  /** The match with this key. */
  get(key: string): ExpressionMatch | undefined {
    const collected = this.matches.get(key);
    return collected === undefined ? undefined : finished(collected);
  }

  /** The keys of all matches. */
  keys(): Iterable<string> {
    return this.matches.keys();
  }

  /** The matches, in the order in which they were first made. */
  result(): ExpressionMatch[] {
    return [...this.matches.values()].map(finished);
  }
}

/** What an expression becomes. */
export interface ExpressionMatches {
  readonly matches: readonly ExpressionMatch[];
  /** Conjunction ids used: 1 to this number, plus the offset. */
  readonly conjunctionCount: number;
}

/** The OpenFlow matches of a normal form ({@link normalize}). */
export function expressionMatches(normal: Expression, context: MatchContext): ExpressionMatches {
  const collector = new MatchCollector(context);
  for (const conjunct of conjuncts(normal)) collector.add(conjunct);
  return { matches: collector.result(), conjunctionCount: collector.conjunctionCount };
}

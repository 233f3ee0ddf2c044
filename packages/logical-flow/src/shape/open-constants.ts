import { fieldNamed } from '@ovnkube/openflow';
import { type ActionParseContext, type ConstantUse, parseActions } from '../actions/parser.ts';
import { annotate } from '../expr/annotate.ts';
import { combine, type Expression, isComparison, isJunction } from '../expr/expression.ts';
import { type ParseContext, parseExpression } from '../expr/parse.ts';

/** How an open constant is used: how many bits of it count. */
export interface OpenConstant {
  /** The constant's number: those of the match first, then those of the actions. */
  readonly index: number;
  readonly use: 'number' | 'port' | 'assigned port' | 'resident' | 'description' | 'closed';
  /** Bits of the field that it is compared with or written to; 32 for ports. */
  readonly width: number;
  /** So many of its highest bits are tested elsewhere too, and have to be as they are. */
  readonly fixed?: number;
  /** Constants with the same number here must differ from each other. */
  readonly group?: number;
}

interface Use {
  readonly mask: bigint;
  readonly hole: number | undefined;
  readonly width: number;
  readonly equality: boolean;
  readonly isPort: boolean;
}

function collect(expression: Expression, uses: Map<string, Use[]>, residents: Set<number>): void {
  if (isJunction(expression)) {
    for (const term of expression.terms) collect(term, uses, residents);
  } else if (expression.kind === 'condition') {
    if (expression.hole !== undefined) residents.add(expression.hole);
  } else if (isComparison(expression)) {
    const { field } = expression.symbol;
    if (field === undefined) return;
    const list = uses.get(field) ?? [];
    uses.set(field, list);
    const equality = expression.operator === '==';
    if (expression.kind === 'string') {
      const mask = BigInt(fieldNamed(field).ones);
      list.push({ mask, hole: expression.hole, width: 32, equality, isPort: true });
    } else {
      const [hole] = expression.holes ?? [];
      list.push({ mask: expression.mask, hole: hole?.index, width: hole?.width ?? 0, equality, isPort: false });
    }
  }
}

/** How many of the highest bits of `mask` are those of `part`; undefined if `part` has others. */
function highBits(mask: bigint, part: bigint): number | undefined {
  const size = (bits: bigint) => bits.toString(2).length;
  const rest = mask ^ part;
  if (rest === 0n || rest >= (part & -part)) return undefined;
  return size(mask) - size(rest);
}

/** What a use is among the other uses of its field. */
function openUse(use: Use, index: number, list: readonly Use[]): OpenConstant {
  const { isPort, width, mask } = use;
  const kind = isPort ? 'port' : 'number';
  const others = list.filter((other) => other !== use && (other.mask & mask) !== 0n);
  if (!use.equality) return { index, use: 'closed', width };
  if (others.length === 0) return { index, use: kind, width };
  if (isPort || others.some(({ equality }) => !equality)) return { index, use: 'closed', width };
  if (others.every(({ hole }) => hole === undefined)) {
    const overlap = others.reduce((bits, other) => bits | other.mask, 0n) & mask;
    const fixed = highBits(mask, overlap);
    return fixed === undefined ? { index, use: 'closed', width } : { index, use: kind, width, fixed };
  }
  const alike = others.every(({ hole, mask: bits }) => hole !== undefined && bits === mask);
  if (!alike) return { index, use: 'closed', width };
  return { index, use: kind, width, group: Math.min(index, ...others.map(({ hole }) => hole ?? index)) };
}

/**
 * The constants of a match whose value cannot change the structure of what it compiles to: they are tested for equality, and
 * nothing else tests the same bits, so no value can contradict, imply or equal another one; or others test the same bits in the
 * same way, so that it is enough that their values differ; or a predicate tests the highest bits, which then count as structure.
 */
function openInMatch(expression: Expression): OpenConstant[] {
  const uses = new Map<string, Use[]>();
  const residents = new Set<number>();
  collect(expression, uses, residents);
  const open: OpenConstant[] = [...residents].map((index) => ({ index, use: 'resident', width: 0 }));
  for (const list of uses.values()) {
    for (const use of list) {
      if (use.hole !== undefined) open.push(openUse(use, use.hole, list));
    }
  }
  return open;
}

/** What is parsed to find open constants. */
export interface OpenConstantsInput {
  readonly match: string;
  readonly actions: string;
  /** Number of the constant that begins here, in each text. */
  readonly matchIndex: (start: number) => number | undefined;
  readonly actionIndex: (start: number) => number | undefined;
  readonly parse: ParseContext;
  readonly actionContext: ActionParseContext;
}

/** What is known of the constants that a shape might leave open. Throws a LogicalFlowError where the texts are not valid. */
export function openConstants(input: OpenConstantsInput): OpenConstant[] {
  const assigned: OpenConstant[] = [];
  const constant = (start: number, use: ConstantUse) => {
    const index = input.actionIndex(start);
    if (index === undefined) return;
    if (use.kind === 'number') assigned.push({ index, use: 'number', width: use.width });
    else assigned.push({ index, use: use.kind === 'port' ? 'assigned port' : 'description', width: 32 });
  };
  const { prerequisites } = parseActions(input.actions, { ...input.actionContext, constant });
  const parsed = parseExpression(input.match, { ...input.parse, hole: ({ start }) => input.matchIndex(start) });
  const whole = prerequisites === undefined ? parsed : combine('and', [parsed, prerequisites]);
  return [...openInMatch(annotate(whole, input.parse.symbols)), ...assigned];
}

import type { LogicalFlow } from '../compile-context.ts';
import { isLogicalFlowError } from '../error.ts';
import type { Limits } from '../limits.ts';
import type { Release } from '../release.ts';
import { type Hole, holeOf } from './hole.ts';
import { type OpenConstant, openConstants } from './open-constants.ts';
import type { ScannedConstant, Scanner } from './scanner.ts';
import type { Template } from './template.ts';

/** What a shape does with one of its constants. */
export type Slot =
  /** It has to be as it is. */
  | { readonly kind: 'literal' }
  /** Residency of the port that it names. */
  | { readonly kind: 'resident' }
  /** An address set or port group. */
  | { readonly kind: 'set'; readonly open: OpenConstant }
  | { readonly kind: 'hole'; readonly hole: Hole };

/** A template, or why there is none: seen once only, or not to be expressed as one. */
export type Entry = Template | 'seen' | 'not open';

/** Logical flows that differ in constants only. */
export interface Shape {
  readonly skeleton: Uint16Array;
  readonly pipeline: LogicalFlow['pipeline'];
  readonly table: number;
  readonly metered: boolean;
  readonly slots: readonly Slot[];
  readonly holes: readonly Hole[];
  readonly sets: readonly number[];
  /** Whether the constants that have to be as they are make up a part of the key. */
  readonly hasLiterals: boolean;
  /** By kind of datapath and by what is not open. */
  readonly templates: Map<string, Entry>;
}

const LITERAL: Slot = { kind: 'literal' };
const RESIDENT: Slot = { kind: 'resident' };

function slotOf(open: OpenConstant | undefined, constant: ScannedConstant): Slot | undefined {
  // What a set has to be like cannot be said in a key.
  if (constant.kind === '$' || constant.kind === '@') return open === undefined ? undefined : { kind: 'set', open };
  if (open === undefined) return LITERAL;
  if (open.use === 'resident') return RESIDENT;
  const hole = holeOf(open, constant);
  return hole === undefined ? LITERAL : { kind: 'hole', hole };
}

/** What a member of an address set can be, whatever the field: what is found open with it is open with any member. */
const ANY_MEMBER = ['0'];

/**
 * The shape of the flow that was scanned; undefined where no template can be made of it: it is not valid, or uses a set in a way
 * that depends on the set.
 */
export function makeShape(flow: LogicalFlow, scanner: Scanner, release: Release, limits: Limits): Shape | undefined {
  const constants = scanner.constants();
  const inMatch = new Map(constants.slice(0, scanner.matchCount).map(({ start }, index) => [start, index]));
  const inActions = new Map(
    constants.slice(scanner.matchCount).map(({ start }, index) => [start, scanner.matchCount + index]),
  );
  const { layout, symbols } = release;
  const { pipeline, table } = flow;
  const tableCounts = { ingress: layout.pipelines.ingress.length, egress: layout.pipelines.egress.length };
  let open: Map<number, OpenConstant>;
  try {
    const list = openConstants({
      match: flow.match,
      actions: flow.actions,
      matchIndex: (start) => inMatch.get(start),
      actionIndex: (start) => inActions.get(start),
      parse: { symbols, limits, addressSet: () => ANY_MEMBER, portGroup: () => ANY_MEMBER },
      actionContext: { ...release, pipeline, table, tableCounts, limits },
    });
    open = new Map(list.map((constant) => [constant.index, constant]));
  } catch (error) {
    if (isLogicalFlowError(error)) return undefined;
    throw error;
  }
  const slots: Slot[] = [];
  for (const [index, constant] of constants.entries()) {
    const slot = slotOf(open.get(index), constant);
    if (slot === undefined) return undefined;
    slots.push(slot);
  }
  return {
    skeleton: scanner.skeleton.slice(0, scanner.length),
    pipeline,
    table,
    metered: flow.controllerMeter !== undefined,
    slots,
    holes: slots.flatMap((slot) => (slot.kind === 'hole' ? [slot.hole] : [])),
    sets: slots.flatMap((slot, index) => (slot.kind === 'set' ? [index] : [])),
    hasLiterals: slots.some(({ kind }) => kind === 'literal' || kind === 'resident'),
    templates: new Map(),
  };
}

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
  /** It has to be as it is. `fits`: what says whether another value in its place is valid; undefined: every value is. */
  | { readonly kind: 'literal'; readonly fits?: Hole }
  /** Residency of the port that it names. */
  | { readonly kind: 'resident' }
  /** An address set or port group; not `open`: which members it has makes a difference. */
  | { readonly kind: 'set'; readonly open: OpenConstant | undefined }
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
  /** Holes whose values must differ from each other. */
  readonly groups: readonly (readonly number[])[];
  /** Whether an empty set or a port that is not here may leave nothing to match, whatever the other constants are. */
  readonly mayBeNever: boolean;
  /** By emptiness of sets, residency, and the constants of actions that are not open: whether that is so. */
  readonly never: Map<string, boolean>;
  /** By kind of datapath and by what is not open. */
  readonly templates: Map<string, Entry>;
}

const RESIDENT: Slot = { kind: 'resident' };

/** A literal of the match that is not known to be valid with other values, if it is not of this shape's kind. */
const UNKNOWN: Hole = { index: -1, kind: 'number', width: 0, shift: 0, fixed: 0 };

function literal(open: OpenConstant | undefined, { kind, mask }: ScannedConstant): Slot {
  if (kind === 'string') return { kind: 'literal' };
  if (open === undefined || mask !== '' || kind === 'hexadecimal' || kind === 'ipv6') {
    return { kind: 'literal', fits: UNKNOWN };
  }
  return { kind: 'literal', fits: { index: open.index, kind: 'number', width: open.width, shift: 0, fixed: 0 } };
}

function slotOf(open: OpenConstant | undefined, constant: ScannedConstant): Slot {
  if (constant.kind === '$' || constant.kind === '@') {
    return { kind: 'set', open: open?.use === 'closed' || open?.fixed !== undefined ? undefined : open };
  }
  if (open?.use === 'resident') return RESIDENT;
  const hole = open === undefined ? undefined : holeOf(open, constant);
  return hole === undefined ? literal(open, constant) : { kind: 'hole', hole };
}

function groupsOf(open: Iterable<OpenConstant>): number[][] {
  const groups = new Map<number, number[]>();
  for (const { index, group } of open) {
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), index]);
  }
  return [...groups.values()];
}

/** What a member of an address set can be, whatever the field: what is found open with it is open with any member. */
const ANY_MEMBER = ['0'];

/** The shape of the flow that was scanned; undefined where it is not valid. */
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
  const slots = constants.map((constant, index) => slotOf(open.get(index), constant));
  const sets = slots.flatMap((slot, index) => (slot.kind === 'set' ? [index] : []));
  const matchSlots = slots.slice(0, scanner.matchCount);
  return {
    skeleton: scanner.skeleton.slice(0, scanner.length),
    pipeline,
    table,
    metered: flow.controllerMeter !== undefined,
    slots,
    holes: slots.flatMap((slot) => (slot.kind === 'hole' ? [slot.hole] : [])),
    sets,
    groups: groupsOf(open.values()),
    mayBeNever:
      matchSlots.some(({ kind }) => kind === 'set' || kind === 'resident') &&
      matchSlots.every((slot) => slot.kind !== 'literal' || slot.fits !== UNKNOWN),
    never: new Map(),
    hasLiterals: slots.some(({ kind }) => kind === 'literal' || kind === 'resident'),
    templates: new Map(),
  };
}

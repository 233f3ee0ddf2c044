import type { Flow } from '@ovnkube/openflow';
import { compileLogicalFlow } from '../compile.ts';
import type { Chassis, Datapath, LogicalFlow } from '../compile-context.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import type { Release } from '../release.ts';
import { expandTemplates } from '../template-variables.ts';
import { fillTemplate } from './fill.ts';
import type { FlowSink } from './flow-sink.ts';
import type { Hole } from './hole.ts';
import { isNever } from './never.ts';
import { readNumber } from './read-number.ts';
import { membersOf, type ResolvedMember, type ResolvedSet, resolveSet, shifted } from './resolved-set.ts';
import { ADDRESS_SET, DECIMAL, Scanner } from './scanner.ts';
import { makeShape, type Shape } from './shape.ts';
import { makeTemplate, type Template } from './template.ts';

/** How the cache of shapes does. */
export interface ShapeStatistics {
  /** Logical flows that differ in constants only are of one shape. */
  readonly shapes: number;
  /** A shape has a template for each choice of what it cannot leave open. */
  readonly templates: number;
  /** A logical flow on one datapath was filled into a template. */
  readonly filled: number;
  /** A logical flow on one datapath was compiled from its text. */
  readonly compiled: number;
  /** The cache was full and began anew. */
  readonly emptied: number;
}

/** What a shape compiler works with. */
export interface ShapeCompilerOptions {
  readonly release: Release;
  readonly chassis: Chassis;
  /** Encodes one flow as the switch is told it, e.g. as a flow mod. */
  readonly encode: (flow: Flow) => Uint8Array;
  readonly limits?: Limits;
  /** Shapes and templates to keep, default 16384 together; a full cache begins anew. */
  readonly capacity?: number;
}

const NO_SETS: readonly ResolvedSet[] = [];
const NO_MEMBERS: readonly ResolvedMember[] = [];

/** What tells a member of a set from others. */
const identity = ({ value, constant }: ResolvedMember) => value ?? constant.text;

function hasRepeated(values: readonly unknown[]): boolean {
  return new Set(values).size < values.length;
}

/**
 * Compiles logical flows by shape: flows that differ only in constants (addresses, names of ports, numbers that are tested for
 * equality or assigned, backends), in priority, row and datapath share a template, which is filled in. What a template cannot
 * express is compiled from its text. The result is the same.
 *
 * Address sets and port groups are taken as they are: when one changes, compile again, or keep what compileLogicalFlow gives,
 * which takes changes over.
 */
export class ShapeCompiler {
  private readonly options: ShapeCompilerOptions;
  private readonly limits: Limits;
  private readonly scanner = new Scanner();
  /** By hash of the skeleton. A shape is found at its second use, because many are used once. */
  private readonly shapes = new Map<number, Shape | 'seen' | 'not valid'>();
  private numbers: (number | bigint | undefined)[] = [];
  private entries = 0;
  private templates = 0;
  private filled = 0;
  private compiled = 0;
  private emptied = 0;

  constructor(options: ShapeCompilerOptions) {
    this.options = options;
    this.limits = options.limits ?? DEFAULT_LIMITS;
  }

  get statistics(): ShapeStatistics {
    const { templates, filled, compiled, emptied } = this;
    return { shapes: this.shapes.size, templates, filled, compiled, emptied };
  }

  /** Compiles a logical flow for datapaths and appends the encoded flows. Throws a LogicalFlowError where it is not valid. */
  compile(flow: LogicalFlow, datapaths: readonly Datapath[], sink: FlowSink): void {
    const expanded = this.expanded(flow);
    const shape = this.shapeOf(expanded);
    const literals = shape === undefined ? undefined : this.readConstants(shape);
    for (const datapath of datapaths) {
      if (shape !== undefined && literals !== undefined && this.isNever(expanded, shape, datapath)) {
        this.filled++;
      } else if (
        shape !== undefined &&
        literals !== undefined &&
        this.fill(expanded, shape, literals, datapath, sink)
      ) {
        this.filled++;
      } else {
        this.compileText(flow, datapath, sink);
      }
    }
  }

  private expanded(flow: LogicalFlow): LogicalFlow {
    const { templateVariable } = this.options.chassis;
    if (templateVariable === undefined || !(flow.match.includes('^') || flow.actions.includes('^'))) return flow;
    const match = expandTemplates(flow.match, templateVariable).text;
    return { ...flow, match, actions: expandTemplates(flow.actions, templateVariable).text };
  }

  private compileText(flow: LogicalFlow, datapath: Datapath, sink: FlowSink): void {
    this.compiled++;
    const { release, chassis, encode } = this.options;
    for (const one of compileLogicalFlow(release, flow, datapath, chassis, this.limits).flows) sink.put(encode(one), 1);
  }

  private shapeOf(flow: LogicalFlow): Shape | undefined {
    const { scanner, shapes } = this;
    const metered = flow.controllerMeter !== undefined;
    const seed = flow.table * 4 + (flow.pipeline === 'ingress' ? 2 : 0) + (metered ? 1 : 0);
    scanner.scan(flow.match, flow.actions, seed);
    const { hash } = scanner;
    const known = shapes.get(hash);
    if (known === 'not valid') return undefined;
    if (known === undefined) {
      this.makeRoom();
      shapes.set(hash, 'seen');
      return undefined;
    }
    if (known !== 'seen') {
      const same = known.table === flow.table && known.pipeline === flow.pipeline && known.metered === metered;
      // Another skeleton with the same hash is compiled from its text.
      return same && scanner.equals(known.skeleton) ? known : undefined;
    }
    const shape = makeShape(flow, scanner, this.options.release, this.limits);
    shapes.set(hash, shape ?? 'not valid');
    return shape;
  }

  private makeRoom(): void {
    this.entries++;
    if (this.entries <= (this.options.capacity ?? 16384)) return;
    this.shapes.clear();
    this.entries = 1;
    this.templates = 0;
    this.emptied++;
  }

  /** Reads the values of holes, and gives what is not open as a key; undefined: a value is not what its shape says. */
  private readConstants({ slots, hasLiterals, groups, sets }: Shape): string | undefined {
    const { scanner, numbers } = this;
    let key = '';
    for (const [index, slot] of slots.entries()) {
      if (slot.kind === 'hole') {
        const { hole } = slot;
        if (hole.kind === 'port' || hole.kind === 'assigned port') continue;
        let bits = this.readBits(index, hole);
        if (bits !== undefined && hole.fixed > 0) {
          const all = BigInt(bits);
          key += `${all >> BigInt(hole.width)};`;
          bits = BigInt.asUintN(hole.width, all);
        }
        // An address or port 0 is left out of descriptions and NAT ranges, which is another structure.
        if (bits === undefined || bits === 0) {
          if (bits === undefined || hole.kind === 'description' || scanner.kinds[index] !== DECIMAL) return undefined;
        }
        numbers[index] = bits;
      } else if (hasLiterals && slot.kind !== 'set') {
        key +=
          slot.kind === 'literal'
            ? `${scanner.text(index)};`
            : this.options.chassis.isChassisResident(scanner.text(index))
              ? 'R'
              : 'r';
      }
    }
    // Groups with sets are looked at when the sets are.
    if (sets.length === 0 && groups.some((group) => hasRepeated(group.map((index) => numbers[index]))))
      return undefined;
    return key;
  }

  private readBits(index: number, hole: Hole): number | bigint | undefined {
    const { scanner } = this;
    const [start = 0, end = 0] = [scanner.textStarts[index], scanner.textEnds[index]];
    const value = readNumber(scanner.kinds[index] ?? DECIMAL, scanner.source(index), start, end);
    return value === undefined ? undefined : shifted(value, hole);
  }

  /** Whether there are no flows, because sets are empty or ports are not here, without a look at anything else. */
  private isNever(flow: LogicalFlow, shape: Shape, datapath: Datapath): boolean {
    if (!shape.mayBeNever) return false;
    const { scanner } = this;
    const { release, chassis } = this.options;
    let key = '';
    for (const [index, slot] of shape.slots.entries()) {
      if (slot.kind === 'set') {
        const members = membersOf(
          scanner.kinds[index] === ADDRESS_SET ? '$' : '@',
          scanner.text(index),
          datapath,
          chassis,
        );
        if (members === undefined) return false;
        key += members.length === 0 ? '0' : '1';
      } else if (slot.kind === 'resident') {
        key += chassis.isChassisResident(scanner.text(index)) ? 'R' : 'r';
      } else if (slot.kind === 'literal') {
        if (index >= scanner.matchCount) key += `${scanner.text(index)};`;
        else if (slot.fits !== undefined && this.readBits(index, slot.fits) === undefined) return false;
      }
    }
    let never = shape.never.get(key);
    if (never === undefined) {
      this.makeRoom();
      never = isNever(flow.match, datapath, chassis, release, this.limits);
      shape.never.set(key, never);
    }
    return never;
  }

  private resolveSets({ sets, slots, groups }: Shape, datapath: Datapath): readonly ResolvedSet[] | undefined {
    const resolved: ResolvedSet[] = [];
    for (const index of sets) {
      const slot = slots[index];
      if (slot?.kind !== 'set') return undefined;
      if (slot.open === undefined) return undefined;
      const sigil = this.scanner.kinds[index] === ADDRESS_SET ? '$' : '@';
      const set = resolveSet(slot.open, sigil, this.scanner.text(index), datapath, this.options.chassis);
      if (set === undefined) return undefined;
      if (set.members.length > 1 && hasRepeated(set.members.map(identity))) return undefined;
      resolved.push(set);
    }
    for (const group of groups) {
      const values = group.flatMap(
        (index) => resolved.find((set) => set.index === index)?.members.map(identity) ?? [this.numbers[index]],
      );
      if (hasRepeated(values)) return undefined;
    }
    return resolved;
  }

  /** Appends the flows from a template; false: there is none that can be used. */
  private fill(flow: LogicalFlow, shape: Shape, literals: string, datapath: Datapath, sink: FlowSink): boolean {
    const sets = shape.sets.length === 0 ? NO_SETS : this.resolveSets(shape, datapath);
    if (sets === undefined) return false;
    const zone = datapath.isSwitch ? 's' : datapath.commonNatZone === 'snat' ? 'n' : 'd';
    const key = sets.length === 0 ? zone + literals : `${zone}${literals}\n${sets.map((set) => set.key).join()}`;
    const template = this.templateOf(key, flow, shape, sets, datapath);
    if (template === undefined) return false;
    const members = sets.length === 0 ? NO_MEMBERS : sets.flatMap((set) => set.members);
    const filling = { flow, scanner: this.scanner, numbers: this.numbers, chassis: this.options.chassis };
    return fillTemplate(template, filling, members, datapath, sink) !== 'unfit';
  }

  /** The template of a key; the first use of a key makes none, because many are used once. */
  private templateOf(
    key: string,
    flow: LogicalFlow,
    shape: Shape,
    sets: readonly ResolvedSet[],
    datapath: Datapath,
  ): Template | undefined {
    const known = shape.templates.get(key);
    if (known === undefined) {
      this.makeRoom();
      shape.templates.set(key, 'seen');
      return undefined;
    }
    if (known === 'not open') return undefined;
    if (known !== 'seen') return known;
    const made = this.makeTemplate(flow, shape, sets, datapath);
    shape.templates.set(key, made ?? 'not open');
    if (made !== undefined) this.templates++;
    return made;
  }

  private makeTemplate(
    flow: LogicalFlow,
    { slots, holes }: Shape,
    sets: readonly ResolvedSet[],
    datapath: Datapath,
  ): Template | undefined {
    const { release, chassis, encode } = this.options;
    const constants = this.scanner.constants();
    const residents = new Map<number, boolean>();
    for (const [index, { kind }] of slots.entries()) {
      if (kind === 'resident') residents.set(index, chassis.isChassisResident(constants[index]?.text ?? ''));
    }
    const { matchCount: matchConstants } = this.scanner;
    const { limits } = this;
    return makeTemplate({
      ...{ release, chassis, limits, flow, datapath, constants, matchConstants },
      ...{ holes, sets, residents, encode },
    });
  }
}

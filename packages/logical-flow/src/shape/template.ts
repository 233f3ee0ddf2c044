import type { Flow } from '@ovnkube/openflow';
import { compileLogicalFlow } from '../compile.ts';
import type { Chassis, Datapath, LogicalFlow } from '../compile-context.ts';
import { isLogicalFlowError } from '../error.ts';
import type { Limits } from '../limits.ts';
import type { Release } from '../release.ts';
import { type Hole, holeOfName, sentinel, sentinelName, sentinelText } from './hole.ts';
import { findPatches, type Patch, type PatchValue } from './patch.ts';
import type { ResolvedSet } from './resolved-set.ts';
import type { ScannedConstant } from './scanner.ts';

/** What a template is made of. */
export interface TemplateInput {
  readonly release: Release;
  readonly chassis: Chassis;
  readonly limits: Limits;
  readonly flow: LogicalFlow;
  readonly datapath: Datapath;
  /** Constants of the match, then of the actions. */
  readonly constants: readonly ScannedConstant[];
  readonly matchConstants: number;
  readonly holes: readonly Hole[];
  readonly sets: readonly ResolvedSet[];
  /** Residency of the ports named by constants, by their number. */
  readonly residents: ReadonlyMap<number, boolean>;
  readonly encode: (flow: Flow) => Uint8Array;
}

/** The description of a group or meter: text, and numbers of the constants whose text stands in it. */
export type Description = readonly (string | number)[];

/** Flows of a shape as bytes, and where the values go. */
export interface Template {
  readonly bytes: Uint8Array;
  readonly messages: number;
  readonly patches: readonly Patch[];
  /** Holes in the order of the patches' values, those of sets' members last; behind them the special values, then groups, then meters. */
  readonly holes: readonly Hole[];
  readonly groups: readonly Description[];
  readonly meters: readonly Description[];
  /** Conjunction ids that each filling needs. */
  readonly conjunctions: number;
  /** Of each message, the place of the port hole whose key must be local, or -1. */
  readonly local: readonly number[];
  /** Places of port holes of the match that every message has: if such a port is not known, there are no flows. */
  readonly everywhere: ReadonlySet<number>;
}

/** Values that every flow may hold beside its constants. */
export const SPECIAL = { datapath: 0, cookie: 1, priority: 2, conjunction: 3, controllerMeter: 4 } as const;
export const SPECIAL_COUNT = 5;
const specialWidths = [24, 32, 16, 16, 32];

/** Set names of a template compilation. */
const setName = (index: number) => `h${index}`;

function special(place: number, side: 0 | 1): bigint {
  return sentinel({ index: -1 - place, width: specialWidths[place] ?? 32 }, side);
}

/** Thrown inside a compilation that depends on something that no hole stands for. */
class NotOpen extends Error {}

interface Side {
  readonly encoded: readonly Uint8Array[];
  readonly flows: readonly Flow[];
  readonly groups: readonly string[];
  readonly meters: readonly string[];
  readonly conjunctions: number;
}

/** The text with sentinels in place of open constants. */
function textOf(
  text: string,
  constants: readonly ScannedConstant[],
  from: number,
  input: TemplateInput,
  side: 0 | 1,
): string {
  let result = '';
  let at = 0;
  for (const [offset, constant] of constants.entries()) {
    const index = from + offset;
    const hole = input.holes.find((candidate) => candidate.index === index);
    const set = input.sets.find((candidate) => candidate.index === index);
    let replaced = text.slice(constant.start, constant.end);
    if (set !== undefined) replaced = set.sigil + setName(index);
    else if (hole !== undefined) replaced = sentinelText(hole, constant, side);
    else if (input.residents.has(index)) replaced = `"${sentinelName(index)}"`;
    result += text.slice(at, constant.start) + replaced;
    at = constant.end;
  }
  return result + text.slice(at);
}

/** An allocator of sentinel ids: the n-th text has the n-th. */
class SentinelIds {
  readonly texts: string[] = [];
  private readonly base: number;
  private readonly side: 0 | 1;
  private readonly uuid: string;

  constructor(base: number, side: 0 | 1, uuid: string) {
    this.base = base;
    this.side = side;
    this.uuid = uuid;
  }

  assign(text: string): number {
    if (text.includes(this.uuid)) throw new NotOpen();
    if (!this.texts.includes(text)) this.texts.push(text);
    return Number(sentinel(idHole(this.base, this.texts.indexOf(text)), this.side));
  }
}

const idHole = (base: number, n: number) => ({ index: base - n, width: 32 });
const GROUP_BASE = -100;
const METER_BASE = -200;

function sentinelChassis(
  input: TemplateInput,
  side: 0 | 1,
  groups: SentinelIds,
  meters: SentinelIds,
  count: { ids: number },
): Chassis {
  const { chassis, holes, sets, residents } = input;
  const byIndex = new Map(
    [...holes, ...sets.flatMap(({ members }) => members.map(({ hole }) => hole))].map((hole) => [hole.index, hole]),
  );
  const members = (sigil: '$' | '@') => (name: string) => {
    const set = sets.find((candidate) => candidate.sigil === sigil && setName(candidate.index) === name);
    return set?.members.map(({ hole, constant }) =>
      sigil === '@' ? sentinelName(hole.index) : sentinelText(hole, constant, side),
    );
  };
  const resident = (name: string): boolean => {
    const index = holeOfName(name);
    const known = index === undefined ? undefined : residents.get(index);
    if (known === undefined) throw new NotOpen();
    return known;
  };
  const { isLocalKey: _, ...rest } = chassis;
  return {
    ...rest,
    addressSet: members('$'),
    portGroup: members('@'),
    lookupPort: (name) => {
      const index = holeOfName(name);
      const hole = index === undefined ? undefined : byIndex.get(index);
      if (hole === undefined) throw new NotOpen();
      return Number(sentinel(hole, side));
    },
    tunnelPort: () => {
      throw new NotOpen();
    },
    isChassisResident: resident,
    groups,
    meters: {
      assign: (text) =>
        text === input.flow.controllerMeter ? Number(special(SPECIAL.controllerMeter, side)) : meters.assign(text),
    },
    conjunctionIds: (_flow, _datapath, ids) => {
      count.ids = ids;
      return Number(special(SPECIAL.conjunction, side)) * 0x10000;
    },
  };
}

function compileSide(input: TemplateInput, side: 0 | 1): Side {
  const { flow, datapath, constants, matchConstants, release, limits } = input;
  const uuid = `${special(SPECIAL.cookie, side).toString(16).padStart(8, '0')}${flow.uuid.slice(8)}`;
  const groups = new SentinelIds(GROUP_BASE, side, uuid);
  const meters = new SentinelIds(METER_BASE, side, uuid);
  const count = { ids: 0 };
  const compiled = compileLogicalFlow(
    release,
    {
      ...flow,
      uuid,
      priority: Number(special(SPECIAL.priority, side)),
      match: textOf(flow.match, constants.slice(0, matchConstants), 0, input, side),
      actions: textOf(flow.actions, constants.slice(matchConstants), matchConstants, input, side),
    },
    { ...datapath, tunnelKey: Number(special(SPECIAL.datapath, side)) },
    sentinelChassis(input, side, groups, meters, count),
    limits,
  );
  return {
    flows: compiled.flows,
    encoded: compiled.flows.map(input.encode),
    groups: groups.texts,
    meters: meters.texts,
    conjunctions: count.ids,
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Which hole's key each flow of a switch tests as the port that the packet comes from or goes to; undefined: another key. */
function localHoles(
  { datapath, flow, release }: TemplateInput,
  flows: readonly Flow[],
  holes: readonly Hole[],
): number[] | undefined {
  const { registers } = release.layout;
  const register = flow.pipeline === 'ingress' ? registers.inport : registers.outport;
  const places: number[] = [];
  for (const { match } of flows) {
    const field = datapath.isSwitch ? match.find((candidate) => candidate.field === register) : undefined;
    const key = field === undefined || field.field === 'unknown' ? undefined : field.value;
    const place =
      key === undefined ? -1 : holes.findIndex((hole) => hole.kind !== 'number' && sentinel(hole, 0) === BigInt(key));
    if (key !== undefined && place < 0) return undefined;
    places.push(place);
  }
  return places;
}

/** Holes that are part of each message. */
function inEveryMessage(parts: readonly Uint8Array[], patches: readonly Patch[], holes: readonly Hole[]): Set<number> {
  const result = new Set<number>();
  const ends: number[] = [];
  let end = 0;
  for (const part of parts) {
    end += part.length * 8;
    ends.push(end);
  }
  for (const [place, hole] of holes.entries()) {
    if (hole.kind !== 'port') continue;
    const messages = new Set(
      patches.filter(({ value }) => value === place).map(({ bit }) => ends.findIndex((limit) => bit < limit)),
    );
    if (messages.size === parts.length) result.add(place);
  }
  return result;
}

/** Every value that may be in the bytes: holes, special values, ids of groups and meters. */
function patchValues(holes: readonly Hole[], { groups, meters }: Side): PatchValue[] {
  const values: PatchValue[] = [];
  for (const [place, hole] of holes.entries()) {
    if (hole.kind === 'description') continue;
    const first = sentinel(hole, 0);
    values.push({ place, width: hole.width, first });
    // Some matches take large values apart into words.
    for (let shift = 0; hole.width > 32 && shift < hole.width; shift += 32) {
      const width = Math.min(32, hole.width - shift);
      values.push({ place, width, shift, first: BigInt.asUintN(width, first >> BigInt(shift)) });
    }
  }
  let place = holes.length;
  for (const [n, width] of specialWidths.entries()) {
    const numbered = n === SPECIAL.conjunction ? ({ numbered: true } as const) : {};
    values.push({ place: place++, width, first: special(n, 0), ...numbered });
  }
  for (const n of groups.keys()) values.push({ place: place++, width: 32, first: sentinel(idHole(GROUP_BASE, n), 0) });
  for (const n of meters.keys()) values.push({ place: place++, width: 32, first: sentinel(idHole(METER_BASE, n), 0) });
  return values;
}

/** Splits a description where the texts of sentinels stand in it, in order. */
function split(text: string, { holes, constants }: TemplateInput, side: 0 | 1): Description {
  const parts: (string | number)[] = [];
  let at = 0;
  for (const hole of holes) {
    const constant = constants[hole.index];
    if (hole.kind !== 'description' || constant === undefined) continue;
    const needle = sentinelText(hole, constant, side);
    const found = text.indexOf(needle, at);
    if (found < 0) continue;
    parts.push(text.slice(at, found), hole.index);
    at = found + needle.length;
  }
  return [...parts, text.slice(at)];
}

/** The descriptions with constants left open, or undefined where the two sides do not agree on what is open. */
function descriptions(a: readonly string[], b: readonly string[], input: TemplateInput): Description[] | undefined {
  const first = a.map((text) => split(text, input, 0));
  const second = b.map((text) => split(text, input, 1));
  return JSON.stringify(first) === JSON.stringify(second) ? first : undefined;
}

/** Makes a template, or undefined where the flows depend on more than the holes. */
export function makeTemplate(input: TemplateInput): Template | undefined {
  let sides: readonly [Side, Side];
  try {
    sides = [compileSide(input, 0), compileSide(input, 1)];
  } catch (error) {
    if (error instanceof NotOpen || isLogicalFlowError(error)) return undefined;
    throw error;
  }
  const [a, b] = sides;
  const holes = [...input.holes, ...input.sets.flatMap(({ members }) => members.map(({ hole }) => hole))];
  const values = patchValues(holes, a);
  const groups = descriptions(a.groups, b.groups, input);
  const meters = descriptions(a.meters, b.meters, input);
  if (groups === undefined || meters === undefined) return undefined;
  if (a.encoded.length !== b.encoded.length || a.conjunctions !== b.conjunctions) return undefined;
  const bytes = joined(a.encoded);
  // Values that are alternatives of each other are the other way round on the other side.
  const patches =
    findPatches(bytes, joined(b.encoded), values) ?? findPatches(bytes, joined([...b.encoded].reverse()), values);
  const local = localHoles(input, a.flows, holes);
  if (patches === undefined || local === undefined) return undefined;
  return {
    bytes,
    messages: a.encoded.length,
    patches,
    holes,
    groups,
    meters,
    conjunctions: a.conjunctions,
    local,
    everywhere: inEveryMessage(a.encoded, patches, holes),
  };
}

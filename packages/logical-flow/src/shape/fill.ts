import { formatIpv6, parseIpv6 } from '../address.ts';
import type { Chassis, Datapath, LogicalFlow } from '../compile-context.ts';
import type { FlowSink } from './flow-sink.ts';
import { patchBigint, patchNumber } from './patch.ts';
import type { ResolvedMember } from './resolved-set.ts';
import { IPV6, type Scanner } from './scanner.ts';
import { type Description, SPECIAL, SPECIAL_COUNT, type Template } from './template.ts';

/** A logical flow that is to be filled into templates. */
export interface Filling {
  readonly flow: LogicalFlow;
  readonly scanner: Scanner;
  /** Values by constant, of those that are numbers. */
  readonly numbers: readonly (number | bigint | undefined)[];
  readonly chassis: Chassis;
}

/** How a filling went: `none` is a filling without flows, `unfit` has to be compiled from its text. */
export type Filled = 'filled' | 'none' | 'unfit';

/** The first 32 bits of a UUID. */
function cookie(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8), 16);
}

/** The keys of ports and the values of constants in the order of the template's holes. */
function holeValues(
  { holes, everywhere, messages }: Template,
  { scanner, numbers, chassis }: Filling,
  members: readonly ResolvedMember[],
  datapath: Datapath,
): (number | bigint)[] | Filled {
  const values: (number | bigint)[] = [];
  const own = holes.length - members.length;
  for (const [place, hole] of holes.entries()) {
    const member = place < own ? undefined : members[place - own];
    if (hole.kind === 'description') {
      values.push(0);
    } else if (hole.kind === 'number') {
      const value = member === undefined ? numbers[hole.index] : member.value;
      if (value === undefined) return 'unfit';
      values.push(value);
    } else {
      const key = chassis.lookupPort(member?.constant.text ?? scanner.text(hole.index), datapath);
      if (key === undefined && hole.kind === 'port') return messages === 0 || everywhere.has(place) ? 'none' : 'unfit';
      values.push(key ?? 0);
    }
  }
  return values;
}

/** Whether a port that flows of a switch test is not here, so that they can match nothing. */
function isElsewhere(
  { local }: Template,
  values: readonly (number | bigint)[],
  { chassis }: Filling,
  datapath: Datapath,
): Filled {
  if (chassis.isLocalKey === undefined || !datapath.isSwitch || local.length === 0) return 'filled';
  let elsewhere = 0;
  for (const place of local) {
    const key = values[place];
    if (place >= 0 && typeof key === 'number' && key !== 0 && !chassis.isLocalKey(key, datapath)) elsewhere++;
  }
  return elsewhere === 0 ? 'filled' : elsewhere === local.length ? 'none' : 'unfit';
}

function describe(description: Description, scanner: Scanner): string {
  let text = '';
  for (const part of description) {
    if (typeof part === 'string') text += part;
    else text += scanner.kinds[part] === IPV6 ? canonicalIpv6(scanner.text(part)) : scanner.text(part);
  }
  return text;
}

function canonicalIpv6(text: string): string {
  const value = parseIpv6(text);
  return value === undefined ? text : formatIpv6(value);
}

/** Appends the ids of what a template describes; false: there is none left. */
function assignIds(
  descriptions: readonly Description[],
  allocator: Chassis['groups'],
  scanner: Scanner,
  values: (number | bigint)[],
): boolean {
  for (const description of descriptions) {
    const id = allocator.assign(describe(description, scanner));
    if (id === undefined) return false;
    values.push(id);
  }
  return true;
}

/** Appends a template's flows with the values of a logical flow on a datapath. */
export function fillTemplate(
  template: Template,
  filling: Filling,
  members: readonly ResolvedMember[],
  datapath: Datapath,
  sink: FlowSink,
): Filled {
  const values = holeValues(template, filling, members, datapath);
  if (typeof values === 'string') return values;
  if (template.messages === 0) return 'none';
  const here = isElsewhere(template, values, filling, datapath);
  if (here !== 'filled') return here;
  const { flow, chassis, scanner } = filling;
  const special = values.length;
  for (let n = 0; n < SPECIAL_COUNT; n++) values.push(0);
  values[special + SPECIAL.datapath] = datapath.tunnelKey;
  values[special + SPECIAL.cookie] = cookie(flow.uuid);
  values[special + SPECIAL.priority] = flow.priority;
  const { conjunctions } = template;
  if (conjunctions > 0)
    values[special + SPECIAL.conjunction] = chassis.conjunctionIds?.(flow, datapath, conjunctions) ?? 1;
  const meter = flow.controllerMeter;
  if (meter !== undefined) {
    const id = chassis.meters.assign(meter);
    if (id === undefined) return 'unfit';
    values[special + SPECIAL.controllerMeter] = id;
  }
  // Without an id the action is left out, which is another structure.
  if (!assignIds(template.groups, chassis.groups, scanner, values)) return 'unfit';
  if (!assignIds(template.meters, chassis.meters, scanner, values)) return 'unfit';
  const base = sink.put(template.bytes, template.messages);
  const { bytes } = sink;
  for (const { value, bit, width, shift, addend } of template.patches) {
    const filler = values[value] ?? 0;
    if (typeof filler !== 'number')
      patchBigint(bytes, base, bit, width, shift === 0 ? filler : filler >> BigInt(shift));
    else patchNumber(bytes, base, bit, width, (shift === 0 ? filler : Math.floor(filler / 2 ** shift)) + addend);
  }
  return 'filled';
}

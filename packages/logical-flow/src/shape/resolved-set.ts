import type { Chassis, Datapath } from '../compile-context.ts';
import { type Hole, holeOf, memberIndex } from './hole.ts';
import type { OpenConstant } from './open-constants.ts';
import { readNumber } from './read-number.ts';
import { type ConstantKind, ETHERNET, IPV4, IPV6, type ScannedConstant } from './scanner.ts';

/** Members of a set that a template has holes for; larger sets are compiled from the text. */
const MAX_MEMBERS = 32;

/** A member of a set, which has a hole of its own. */
export interface ResolvedMember {
  readonly hole: Hole;
  readonly constant: ScannedConstant;
  /** What goes into the hole; undefined for a port, whose key is looked up. */
  readonly value: number | bigint | undefined;
}

/** A set that stands in place of a constant, as it is on one datapath. */
export interface ResolvedSet {
  /** The number of the constant. */
  readonly index: number;
  readonly sigil: '$' | '@';
  /** What a template depends on of it: how many members there are, and what they look like. */
  readonly key: string;
  readonly members: readonly ResolvedMember[];
}

const memberKinds: readonly (readonly [RegExp, ConstantKind, number])[] = [
  [/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/, 'ethernet', ETHERNET],
  [/:/, 'ipv6', IPV6],
  [/\./, 'ipv4', IPV4],
];

/** The members of a set, or undefined where it is not known. */
export function membersOf(
  sigil: '$' | '@',
  name: string,
  datapath: Datapath,
  chassis: Chassis,
): readonly string[] | undefined {
  if (sigil === '$') return chassis.addressSet?.(name);
  return chassis.portGroup?.(`${datapath.tunnelKey}_${name}`) ?? chassis.portGroup?.(name);
}

function port(open: OpenConstant, text: string): ResolvedMember | undefined {
  const constant: ScannedConstant = { kind: 'string', start: 0, end: 0, text, mask: '' };
  const hole = holeOf(open, constant);
  return hole === undefined ? undefined : { hole, constant, value: undefined };
}

function address(open: OpenConstant, member: string): ResolvedMember | undefined {
  const [text = '', mask = ''] = member.split('/');
  const [, kind, number] = memberKinds.find(([pattern]) => pattern.test(text)) ?? [];
  if (kind === undefined || number === undefined) return undefined;
  const constant: ScannedConstant = { kind, start: 0, end: 0, text, mask };
  const hole = holeOf(open, constant);
  const value = readNumber(number, text, 0, text.length);
  const bits = value === undefined || hole === undefined ? undefined : shifted(value, hole);
  return bits === undefined || hole === undefined ? undefined : { hole, constant, value: bits };
}

/** Looks a set up; undefined: it is not known, or its members are nothing that a template can have. */
export function resolveSet(
  open: OpenConstant,
  sigil: '$' | '@',
  name: string,
  datapath: Datapath,
  chassis: Chassis,
): ResolvedSet | undefined {
  const texts = membersOf(sigil, name, datapath, chassis);
  if (texts === undefined || texts.length > MAX_MEMBERS) return undefined;
  const { index, group } = open;
  const members: ResolvedMember[] = [];
  let kind = '';
  for (const [n, text] of texts.entries()) {
    const numbered = { ...open, index: memberIndex(index, n) };
    const member = sigil === '@' ? port(numbered, text) : address(numbered, text);
    if (member === undefined) return undefined;
    const { constant } = member;
    const own = `${constant.kind}/${constant.mask}`;
    // Members that mask different bits may imply each other.
    if (n > 0 && own !== kind) return undefined;
    if (constant.mask !== '' && group !== undefined) return undefined;
    kind = own;
    members.push(member);
  }
  return { index, sigil, key: `${sigil}${texts.length}${kind}`, members };
}

/** The bits of a value that a hole has and those above them, or undefined where the value does not fit. */
export function shifted(value: number | bigint, hole: Hole): number | bigint | undefined {
  const { shift } = hole;
  const width = hole.width + hole.fixed;
  if (typeof value === 'number') {
    const bits = shift === 0 ? value : Math.floor(value / 2 ** shift);
    return width > 52 || bits < 2 ** width ? bits : undefined;
  }
  const bits = value >> BigInt(shift);
  return bits >> BigInt(width) === 0n ? bits : undefined;
}

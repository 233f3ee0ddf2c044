import type { Chassis, Datapath } from '../compile-context.ts';
import { type Hole, holeOf } from './hole.ts';
import type { OpenConstant } from './open-constants.ts';
import { readNumber } from './read-number.ts';
import { type ConstantKind, ETHERNET, IPV4, IPV6, type ScannedConstant } from './scanner.ts';
import type { SetHole } from './template.ts';

/** A set that stands in place of a constant, as it is on one datapath. */
export interface ResolvedSet extends SetHole {
  /** What a template depends on of it: that it is empty, or what its members look like. */
  readonly key: string;
  /** A member. */
  readonly text: string;
  /** There are more members: only a template without flows may be used. */
  readonly many: boolean;
}

const memberKinds: readonly (readonly [RegExp, ConstantKind, number])[] = [
  [/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/, 'ethernet', ETHERNET],
  [/:/, 'ipv6', IPV6],
  [/\./, 'ipv4', IPV4],
];

function memberConstant(text: string): ScannedConstant | undefined {
  const [value = '', mask = ''] = text.split('/');
  const kind = memberKinds.find(([pattern]) => pattern.test(value))?.[1];
  return kind === undefined ? undefined : { kind, start: 0, end: 0, text: value, mask };
}

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

/** Looks a set up; undefined: it is not known, or its members are nothing that a template can have. */
export function resolveSet(
  open: OpenConstant,
  sigil: '$' | '@',
  name: string,
  datapath: Datapath,
  chassis: Chassis,
): ResolvedSet | undefined {
  const members = membersOf(sigil, name, datapath, chassis);
  if (members === undefined) return undefined;
  const { index } = open;
  const [text] = members;
  if (text === undefined) return { index, sigil, key: `${sigil}0`, text: '', many: false };
  const constant: ScannedConstant | undefined =
    sigil === '@' ? { kind: 'string', start: 0, end: 0, text, mask: '' } : memberConstant(text);
  const hole = constant === undefined ? undefined : holeOf(open, constant);
  if (constant === undefined || hole === undefined) return undefined;
  const key = `${sigil}${constant.kind}/${constant.mask}`;
  return { index, sigil, key, text, many: members.length > 1, member: { hole, constant } };
}

/** The value of an address set's member. */
export function memberValue({ member }: ResolvedSet): number | bigint | undefined {
  if (member === undefined) return undefined;
  const { kind, text } = member.constant;
  const number = memberKinds.find(([, name]) => name === kind)?.[2];
  const value = number === undefined ? undefined : readNumber(number, text, 0, text.length);
  return value === undefined ? undefined : shifted(value, member.hole);
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

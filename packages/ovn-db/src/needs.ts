import type { Index, Table } from '@ovnkube/incremental';
import {
  type DesiredAtom,
  type DesiredMember,
  type DesiredRow,
  type DesiredValue,
  type Parent,
  type Ref,
  rowKey,
} from './desired-row.ts';

/** Which desired rows name which others, as parents or references. */
export class Needs {
  readonly #desired: Table<DesiredRow>;
  readonly #byTarget: Index<DesiredRow>;
  readonly #byParent: Index<DesiredMember> | undefined;
  readonly #byChild: Index<DesiredMember> | undefined;

  constructor(desired: Table<DesiredRow>, members: Table<DesiredMember> | undefined) {
    this.#desired = desired;
    this.#byTarget = desired.index('needs', targetsOf);
    this.#byParent = members?.index('parent', parentKeys);
    this.#byChild = members?.index('child', childKeys);
  }

  /** The rows that should hold this one: those that it names itself, and those that its memberships name. */
  parentsOf(key: string): readonly Parent[] {
    const own = this.#desired.get(key)?.parents ?? [];
    const others = this.#byChild?.get(key) ?? [];
    return others.length === 0 ? own : [...own, ...others.map(([, { parent }]) => parent)];
  }

  /** Keys of the rows that name this one. */
  *dependentsOf(key: string): Generator<string> {
    for (const [dependent] of this.#byTarget.get(key)) yield dependent;
    for (const [, { child }] of this.#byParent?.get(key) ?? []) yield rowKey(child.table, child.name);
  }
}

const parentKeys = ({ parent }: DesiredMember): string[] => [rowKey(parent.table, parent.name)];
const childKeys = ({ child }: DesiredMember): string[] => [rowKey(child.table, child.name)];

function* targetsOf(row: DesiredRow): Generator<string> {
  for (const { table, name } of row.parents ?? []) yield rowKey(table, name);
  for (const value of Object.values(row.columns))
    for (const atom of atomsOf(value)) if (typeof atom === 'object') yield rowKey(atom.table, atom.name);
}

function atomsOf(value: DesiredValue): readonly DesiredAtom[] {
  if (value === undefined || typeof value !== 'object') return [];
  if (isList(value)) return value;
  return isRef(value) ? [value] : Object.values(value);
}

export const isList = (value: DesiredValue): value is readonly DesiredAtom[] => Array.isArray(value);
export const isRef = (value: DesiredValue): value is Ref =>
  typeof value === 'object' && !isList(value) && value['kind'] === 'ref' && typeof value['name'] === 'string';

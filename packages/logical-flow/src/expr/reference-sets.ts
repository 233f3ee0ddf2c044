import type { Constant, IntegerConstant } from '../constant.ts';
import { lexToken } from '../lex.ts';

/** Address sets and port groups by name, as they are at one moment. */
export interface ReferenceSets {
  /** Members of `$name`: addresses with or without mask, as the Address_Set row has them. */
  readonly addressSet?: (name: string) => readonly string[] | undefined;
  /** Members of `@name`: logical port names. */
  readonly portGroup?: (name: string) => readonly string[] | undefined;
}

/** The integer that a member of an address set is, or undefined where it is none: OVN leaves such members out. */
export function memberConstant(text: string): IntegerConstant | undefined {
  const token = lexToken(text, 0);
  if (token.kind !== 'integer') return undefined;
  const { value, mask, format } = token;
  return { kind: 'integer', value, format, ...(mask === undefined ? {} : { mask }) };
}

/** A constant of an expression with the place and the set that it comes from. */
export interface PlacedConstant {
  readonly constant: Constant;
  readonly start: number;
  readonly end: number;
  /** `$name` or `@name` for a member of a set. */
  readonly member?: string;
  /** Number of the constant in the source, counted from 0, where a shape may leave it open. */
  readonly hole?: number;
}

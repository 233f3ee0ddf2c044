import type { AtomicType, BaseType } from './column-type.ts';
import { OvsdbError } from './error.ts';
import { isJsonArray, type Json, stringifyJson } from './json.ts';
import { isUuid, zeroUuid } from './uuid.ts';
import type { Atom } from './value.ts';

/** RFC 7047 §5.1 <id>. */
export const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** RFC 7047 §5.2.1: the value of a column that an insert leaves out. */
export function defaultAtom(type: AtomicType): Atom {
  switch (type) {
    case 'integer':
    case 'real':
      return 0;
    case 'boolean':
      return false;
    case 'string':
      return '';
    case 'uuid':
      return zeroUuid;
  }
}

/** An atom from its JSON form (RFC 7047 §5.1 <atom>). Throws {@link OvsdbError} `value`. */
export function parseAtom(type: AtomicType, json: Json): Atom {
  switch (type) {
    case 'integer':
      if (typeof json === 'bigint' && json >= int64.min && json <= int64.max) return json;
      if (typeof json === 'number' && Number.isInteger(json)) return json === 0 ? 0 : json;
      throw syntaxError(json, 'expected integer');
    case 'real':
      if (typeof json === 'number') return json === 0 ? 0 : json;
      if (typeof json === 'bigint') return Number(json);
      throw syntaxError(json, 'expected real');
    case 'boolean':
      if (typeof json === 'boolean') return json;
      throw syntaxError(json, 'expected boolean');
    case 'string':
      if (typeof json !== 'string') throw syntaxError(json, 'expected string');
      return wellFormed(json);
    case 'uuid':
      if (
        isJsonArray(json) &&
        json.length === 2 &&
        json[0] === 'uuid' &&
        typeof json[1] === 'string' &&
        isUuid(json[1])
      )
        return json[1];
      throw syntaxError(json, 'expected ["uuid", <string>]');
  }
}

/** An atom's JSON form. In a uuid's place, a text that is no UUID is written as named-uuid. */
export function formatAtom(type: AtomicType, atom: Atom): Json {
  const kind = typeof atom;
  switch (type) {
    case 'integer':
      if (kind === 'bigint' || Number.isSafeInteger(atom)) return atom;
      throw new OvsdbError('value', `${describe(atom)} is not an integer`);
    case 'real':
      if (kind === 'number' && Number.isFinite(atom)) return atom;
      throw new OvsdbError('value', `${describe(atom)} is not a finite number`);
    case 'boolean':
    case 'string':
      if (kind === type) return atom;
      throw new OvsdbError('value', `${describe(atom)} is not a ${type}`);
    case 'uuid':
      if (typeof atom === 'string' && isUuid(atom)) return ['uuid', atom];
      if (typeof atom === 'string' && identifier.test(atom)) return ['named-uuid', atom];
      throw new OvsdbError('value', `${describe(atom)} is neither a UUID nor the uuid-name of an inserted row`);
  }
}

/** The order that servers keep sets in. */
export function compareAtoms(a: Atom, b: Atom): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, as strcmp(3) orders UTF-8; JavaScript's `<` orders UTF-16 units. They differ only above U+FFFF. */
function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === length) return a.length - b.length;
  const x = a.charCodeAt(i);
  const y = b.charCodeAt(i);
  const inSupplementary = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;
  if (inSupplementary(x) !== inSupplementary(y)) return inSupplementary(x) ? 1 : -1;
  return x - y;
}

/** A map's key atom as property name, and back. */
export function keyOf(atom: Atom): string {
  return typeof atom === 'string' ? atom : String(atom);
}

export function atomOfKey(type: AtomicType, key: string): Atom {
  switch (type) {
    case 'integer': {
      if (!/^-?\d+$/.test(key)) throw new OvsdbError('value', `the key "${key}" is not an integer`);
      const number = Number(key);
      return Number.isSafeInteger(number) ? number : BigInt(key);
    }
    case 'real': {
      const number = Number(key);
      if (key === '' || !Number.isFinite(number)) throw new OvsdbError('value', `the key "${key}" is not a number`);
      return number;
    }
    case 'boolean':
      if (key === 'true' || key === 'false') return key === 'true';
      throw new OvsdbError('value', `the key "${key}" is neither true nor false`);
    case 'string':
    case 'uuid':
      return key;
  }
}

/** Why a server would refuse this atom in a column of this base type (RFC 7047 §3.2 <base-type>); undefined if it would not. */
export function atomViolation(base: BaseType, atom: Atom): string | undefined {
  if (base.enum && !base.enum.some((allowed) => compareAtoms(allowed, atom) === 0))
    return `${printAtom(base.type, atom)} is not one of the allowed values ([${base.enum.map((one) => printAtom(base.type, one)).join(', ')}])`;
  if (base.type === 'integer') return rangeViolation(atom, base.minInteger, base.maxInteger);
  if (base.type === 'real') return rangeViolation(atom, base.minReal, base.maxReal);
  if (typeof atom === 'string' && base.type === 'string') return lengthViolation(atom, base);
  return undefined;
}

function rangeViolation(atom: Atom, min?: number | bigint, max?: number | bigint): string | undefined {
  if (typeof atom !== 'number' && typeof atom !== 'bigint') return undefined;
  const low = min !== undefined && atom < min;
  const high = max !== undefined && atom > max;
  if (!low && !high) return undefined;
  if (min !== undefined && max !== undefined) return `${atom} is not in the valid range ${min} to ${max} (inclusive)`;
  return low
    ? `${atom} is less than minimum allowed value ${min}`
    : `${atom} is greater than maximum allowed value ${max}`;
}

/** RFC 7047 §3.2: lengths count characters, that is code points. */
function lengthViolation(text: string, { minLength = 0, maxLength = Infinity }: BaseType): string | undefined {
  if (text.length >= minLength * 2 && text.length <= maxLength) return undefined;
  const length = [...text].length;
  if (length < minLength) return `"${text}" length ${length} is less than minimum allowed length ${minLength}`;
  if (length > maxLength) return `"${text}" length ${length} is greater than maximum allowed length ${maxLength}`;
  return undefined;
}

/** As OVS's programs print an atom: bare where that cannot be misread. */
function printAtom(type: AtomicType, atom: Atom): string {
  const bare = type !== 'string' || (typeof atom === 'string' && identifier.test(atom) && !/^(true|false)$/.test(atom));
  return bare ? String(atom) : JSON.stringify(atom);
}

const loneSurrogate = /\p{Surrogate}/u;

/** A lone surrogate cannot be written as UTF-8, so no server accepts it. */
function wellFormed(text: string): string {
  if (!loneSurrogate.test(text)) return text;
  throw new OvsdbError('value', `not a valid UTF-8 string: ${JSON.stringify(text)}`, { tag: 'constraint violation' });
}

export function syntaxError(json: Json, message: string): OvsdbError {
  const syntax = stringifyJson(json);
  return new OvsdbError('value', message, { tag: 'syntax error', syntax });
}

export function describe(value: unknown): string {
  return typeof value === 'bigint' ? `${value}` : (JSON.stringify(value) ?? 'undefined');
}

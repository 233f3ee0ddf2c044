import { parseAtom } from './atom.ts';
import type { AtomicType, BaseType, ColumnType } from './column-type.ts';
import { sortedAtoms } from './datum.ts';
import { OvsdbError } from './error.ts';
import { isJsonArray, isJsonObject, type Json, type JsonObject, stringifyJson } from './json.ts';

const atomicTypes: readonly string[] = ['integer', 'real', 'boolean', 'string', 'uuid'] satisfies AtomicType[];

const isAtomicType = (text: Json): text is AtomicType => typeof text === 'string' && atomicTypes.includes(text);

/** Throws {@link OvsdbError} `schema`, as the other parsers here. */
export function parseAtomicType(json: Json): AtomicType {
  if (isAtomicType(json)) return json;
  throw new OvsdbError('schema', `${stringifyJson(json)} is not an atomic-type`);
}

/** RFC 7047 §3.2 <base-type>. */
export function parseBaseType(json: Json): BaseType {
  if (!isJsonObject(json)) return { type: parseAtomicType(json) };
  const { type: typeJson } = json;
  if (typeJson === undefined)
    throw new OvsdbError('schema', "Parsing ovsdb type failed: Required 'type' member is missing.");
  const type = parseAtomicType(typeJson);
  return { type, ...enumOf(type, json), ...rangeOf(type, json), ...lengthOf(type, json), ...referenceOf(type, json) };
}

function enumOf(type: AtomicType, { enum: json }: JsonObject): Pick<BaseType, 'enum'> {
  if (json === undefined) return {};
  const items = isJsonArray(json) && json[0] === 'set' && isJsonArray(json[1]) ? json[1] : [json];
  return { enum: sortedAtoms(items.map((item) => parseAtom(type, item))) };
}

function rangeOf(type: AtomicType, json: JsonObject): Partial<BaseType> {
  if (type !== 'integer' && type !== 'real') return {};
  const [low, high] = type === 'integer' ? (['minInteger', 'maxInteger'] as const) : (['minReal', 'maxReal'] as const);
  const limit = (member: string): number | bigint | undefined => {
    const value = json[member];
    if (value === undefined) return undefined;
    if (typeof value === 'number' || typeof value === 'bigint') return value;
    throw new OvsdbError('schema', `${member} is ${stringifyJson(value)}, not a number`);
  };
  const min = limit(low);
  const max = limit(high);
  if (min !== undefined && max !== undefined && min > max) throw new OvsdbError('schema', `${low} exceeds ${high}`);
  return { ...(min !== undefined && { [low]: min }), ...(max !== undefined && { [high]: max }) };
}

function lengthOf(type: AtomicType, json: JsonObject): Pick<BaseType, 'minLength' | 'maxLength'> {
  if (type !== 'string') return {};
  const limit = (member: string): number | undefined => {
    const value = json[member];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff) return value;
    throw new OvsdbError('schema', `${member} out of valid range 0 to 4294967295`);
  };
  const minLength = limit('minLength');
  const maxLength = limit('maxLength');
  if (minLength !== undefined && maxLength !== undefined && minLength > maxLength)
    throw new OvsdbError('schema', 'minLength exceeds maxLength');
  return { ...(minLength !== undefined && { minLength }), ...(maxLength !== undefined && { maxLength }) };
}

function referenceOf(
  type: AtomicType,
  { refTable, refType = 'strong' }: JsonObject,
): Pick<BaseType, 'refTable' | 'refType'> {
  if (type !== 'uuid' || refTable === undefined) return {};
  if (typeof refTable !== 'string')
    throw new OvsdbError('schema', `refTable is ${stringifyJson(refTable)}, not a table's name`);
  if (refType !== 'strong' && refType !== 'weak')
    throw new OvsdbError('schema', `refType must be "strong" or "weak", not ${stringifyJson(refType)}`);
  return { refTable, refType };
}

/** RFC 7047 §3.2 <type>. */
export function parseColumnType(json: Json): ColumnType {
  if (!isJsonObject(json)) return { key: { type: parseAtomicType(json) }, min: 1, max: 1 };
  const { key, value, min = 1, max = 1 } = json;
  if (key === undefined) throw new OvsdbError('schema', "Required 'key' member is missing.");
  const limit = max === 'unlimited' ? Infinity : max;
  if (
    (min !== 0 && min !== 1) ||
    typeof limit !== 'number' ||
    limit < 1 ||
    (limit !== Infinity && !Number.isInteger(limit))
  )
    throw new OvsdbError('schema', 'bad min or max value');
  const type = { key: parseBaseType(key), min, max: limit } as const;
  return value === undefined ? type : { ...type, value: parseBaseType(value) };
}

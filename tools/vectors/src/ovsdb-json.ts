import { type ColumnType, formatValue, type Json, type JsonObject, type Value } from '@ovnkube/ovsdb';

export const asArray = (json: Json): readonly Json[] => (Array.isArray(json) ? json : []);

const isObject = (json: Json): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json);

export const asObject = (json: Json): JsonObject => (isObject(json) ? json : {});

export const text = (json: Json): string => (typeof json === 'string' ? json : '');

/** A value's JSON text as OVS writes it: sets and maps in order, reals with 15 digits. */
export function canonicalValue(type: ColumnType, value: Value): string {
  return canonical(sortedParts(formatValue(type, value)));
}

/** Members sorted, integers beyond 2^53 in full. */
export function canonical(json: Json): string {
  if (typeof json === 'bigint') return json.toString();
  if (typeof json === 'number') return realText(json);
  if (Array.isArray(json)) return `[${json.map(canonical).join(',')}]`;
  if (!isObject(json)) return JSON.stringify(json);
  const members = Object.keys(json)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(json[name] ?? null)}`);
  return `{${members.join(',')}}`;
}

/** As C prints `%.15g`; the largest reals then are beyond what a number holds. */
function realText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  const rounded = value.toPrecision(15);
  return Number.isFinite(Number(rounded)) ? String(Number(rounded)) : rounded;
}

/** A set's items or a map's pairs in the order servers keep them. */
export function sortedParts(json: Json): Json {
  const [kind, parts] = asArray(json);
  if (!Array.isArray(parts)) return json;
  const key = kind === 'map' ? (part: Json): Json => asArray(part)[0] ?? null : (part: Json): Json => part;
  return [kind ?? null, [...parts].sort((a, b) => compare(key(a), key(b)))];
}

function compare(a: Json, b: Json): number {
  if (Array.isArray(a) && Array.isArray(b)) return compare(a[1] ?? null, b[1] ?? null);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return Number(a) - Number(b);
}

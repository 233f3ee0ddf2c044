/** JSON as OVSDB uses it: integers beyond what a number holds exactly are bigints. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: Json;
}

const longNumber = /\d{16}/;
const wholeNumber = /^-?\d+$/;

/** Parse one JSON text. An integer that a number would round becomes a bigint. Throws SyntaxError. */
export function parseJson(text: string): Json {
  if (!longNumber.test(text)) return JSON.parse(text);
  // The third argument of a reviver has the number's own text ("JSON.parse source text access", in Node since 21).
  return JSON.parse(text, (...args: unknown[]) => {
    const [, value, context] = args;
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const source = isObject(context) ? context['source'] : undefined;
    return typeof source === 'string' && wholeNumber.test(source) ? BigInt(source) : value;
  });
}

/** The JSON text of a value; bigints are written as integers. */
export function stringifyJson(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // JSON.stringify refuses bigints. They are rare: nobody else pays for looking for them.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? rawNumber(item) : item));
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return isObject(value);
}

export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** JSON.rawJSON is in Node since 21, not yet in TypeScript's library. */
interface RawJson {
  rawJSON(text: string): unknown;
}

function rawNumber(value: bigint): unknown {
  const json: object = JSON;
  const hasRaw = (candidate: object): candidate is RawJson => 'rawJSON' in candidate;
  return hasRaw(json) ? json.rawJSON(value.toString()) : Number(value);
}

import { CniError, type ErrorCode } from './error.ts';

/** A JSON object whose members have not been looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads members of a JSON object and says precisely what is wrong: path, value and what would be right. Hand-written instead
 * of a schema library, because the plugin binary pays for every module it loads at each pod's start.
 */
export class JsonFields {
  readonly object: JsonObject;
  readonly path: string;
  readonly code: ErrorCode;

  constructor(value: unknown, path: string, code: ErrorCode) {
    if (!isJsonObject(value)) throw wrong(code, path, value, 'a JSON object');
    this.object = value;
    this.path = path;
    this.code = code;
  }

  private at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  fail(name: string, right: string): CniError {
    return wrong(this.code, this.at(name), this.object[name], right);
  }

  /** null counts as absent: Go writes nil slices and maps so. */
  has(name: string): boolean {
    return this.object[name] !== undefined && this.object[name] !== null;
  }

  string(name: string, right = 'a string', valid: (text: string) => boolean = () => true): string {
    const value = this.object[name];
    if (typeof value !== 'string' || !valid(value)) throw this.fail(name, right);
    return value;
  }

  optionalString(name: string, right?: string, valid?: (text: string) => boolean): string | undefined {
    return this.has(name) && this.object[name] !== '' ? this.string(name, right, valid) : undefined;
  }

  integer(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.object[name];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.fail(name, 'an integer of 0 or more');
    }
    return value;
  }

  /** libcni also takes the strings "true" and "false" for the switches of a list. */
  boolean(name: string): boolean {
    if (!this.has(name)) return false;
    const value = this.object[name];
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw this.fail(name, 'true or false');
  }

  strings(name: string): readonly string[] | undefined {
    return this.array(name, (value, path) => {
      if (typeof value !== 'string') throw wrong(this.code, path, value, 'a string');
      return value;
    });
  }

  objects<T>(name: string, read: (fields: JsonFields) => T): readonly T[] | undefined {
    return this.array(name, (value, path) => read(new JsonFields(value, path, this.code)));
  }

  member(name: string): JsonFields | undefined {
    return this.has(name) ? new JsonFields(this.object[name], this.at(name), this.code) : undefined;
  }

  private array<T>(name: string, read: (value: unknown, path: string) => T): readonly T[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.object[name];
    if (!Array.isArray(value)) throw this.fail(name, 'an array');
    return value.map((element: unknown, index) => read(element, `${this.at(name)}[${index}]`));
  }
}

/** Whether `value` is an object of JSON: not null, not an array. */
const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `value` where it is present, as a spread: exactOptionalPropertyTypes knows no `field: undefined`. */
export function optional<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  const fields: { [P in K]?: V } = {};
  if (value !== undefined) fields[name] = value;
  return fields;
}

function wrong(code: ErrorCode, path: string, value: unknown, right: string): CniError {
  const where = path === '' ? 'the document' : path;
  const what = value === undefined ? 'is missing' : `is ${shorten(JSON.stringify(value))}`;
  return new CniError(code, `${where} ${what}: it must be ${right}`);
}

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
